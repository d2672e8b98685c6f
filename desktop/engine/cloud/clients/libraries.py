"""Importing a provider's library, which may not be there. Any thread."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from desktop.engine.cloud import installing
from desktop.engine.cloud.errors import CloudFailed, Failure
from desktop.engine.cloud.options import CloudOptions


@contextmanager
def importing(options: CloudOptions) -> Iterator[None]:
    """For the imports of an engine. Raises CloudFailed where its library is not installed."""
    installing.use()
    try:
        yield
    except ImportError:
        raise CloudFailed(Failure.LIBRARY, options.place, detail=options.engine.extra) from None


def is_here(endpoint: str) -> bool:
    """Whether an address is this machine, so that nothing on the way can be read by others."""
    host = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_address(options: CloudOptions) -> str:
    """The endpoint without a slash at its end. Raises CloudFailed where it is none, or what is sent could be read on
    the way."""
    endpoint = options.endpoint.rstrip("/")
    try:
        parts = urlsplit(endpoint)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or (parts.scheme == "http" and not is_here(endpoint)):
        raise CloudFailed(Failure.SETTING, options.place, detail=setting(options, "endpoint"))
    return endpoint


def setting(options: CloudOptions, what: str) -> str:
    """Name of a setting of the engine."""
    return f"cloud.{options.engine.key}_{what}"
