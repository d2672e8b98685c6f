"""Asking servers: one client for a download, with the user's proxy and mirrors. On the thread that downloads.

huggingface_hub is offline for the whole process (desktop/__init__.py) and stays so: nothing it does by itself can
reach the network. A download has a client of its own, and takes from huggingface_hub what needs none: addresses,
the user's token, the meaning of the hub's answers, the cache.
"""

import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desktop import __version__
from desktop.engine.errors import DownloadError, DownloadGone, DownloadRefused, Unreachable
from desktop.engine.message import Message, Value
from desktop.engine.models.downloads.network.proxy import with_password
from desktop.settings.declaration import ModelSettings
from desktop.system import secrets

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)

HUB = "https://huggingface.co"
ARGOS = "https://raw.githubusercontent.com/argosopentech/argospm-index/main/index.json"
PIPER = "rhasspy/piper-voices"
"""Piper's voices on the hub"""
_LARGEST_LIST = 50_000_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download puts up with a bad line. Tests make it short."""

    connect: float = 10.0
    """seconds until somebody must answer"""
    read: float = 10.0
    """seconds without a byte after which the connection counts as broken"""
    attempts: int = 6
    """tries in a row that bring nothing"""
    first_pause: float = 0.5
    """seconds before the second try; doubled each time"""
    longest_pause: float = 20.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the failed try of that number, 1 for the first."""
        return float(min(self.longest_pause, self.first_pause * 2 ** (attempt - 1)))


class Temporary(Exception):
    """Worth another try. what, parameters: of the message for when it does not get better.
    after: seconds that the server asked for."""

    def __init__(self, what: str, /, *, after: float = 0.0, **parameters: Value) -> None:
        self.message = Message(what, **parameters)
        super().__init__(self.message)
        self.after = after

    @property
    def retrying(self) -> Message:
        """What is said while there are tries left."""
        return Message("download-retrying", problem=self.message)


def hubs(settings: ModelSettings) -> tuple[str, ...]:
    """Addresses of the hub, best first, without the closing slash."""
    chosen = settings.hub or ((os.environ.get("HF_ENDPOINT"),) if os.environ.get("HF_ENDPOINT") else (HUB,))
    return tuple(str(one).strip().rstrip("/") for one in chosen)


def argos_lists(settings: ModelSettings) -> tuple[str, ...]:
    """Addresses of Argos's index; a folder means the index.json in it, as in ARGOS_PACKAGE_INDEX."""
    chosen = settings.argos or (os.environ.get("ARGOS_PACKAGE_INDEX") or ARGOS,)
    return tuple(one if one.endswith(".json") else one.rstrip("/") + "/index.json" for one in chosen)


@contextmanager
def open_client(settings: ModelSettings, patience: Patience) -> "Iterator[httpx2.Client]":
    """A client for one action. Raises DownloadError if the proxy cannot be used."""
    import httpx2

    timeout = httpx2.Timeout(patience.read, connect=patience.connect)
    try:
        client = httpx2.Client(
            proxy=with_password(settings.proxy) or None,
            timeout=timeout,
            follow_redirects=True,
            headers={"user-agent": f"parley/{__version__}", "accept-encoding": "identity"},
        )
    except (ValueError, ImportError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        _log.warning("proxy: %s", type(error).__name__)
        raise DownloadError("proxy-unusable") from None
    with client:
        yield client


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Failures of the line become Temporary."""
    import httpx2

    try:
        host = urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        raise DownloadError("address-unusable", address=url[:120]) from None
    try:
        yield
    except httpx2.ProxyError as error:
        if str(error).startswith("407"):
            raise DownloadRefused("proxy-asks-password", secret=secrets.PROXY) from None
        raise Temporary("proxy-in-the-way", host=host) from None
    except httpx2.ConnectTimeout:
        raise Temporary("server-silent", host=host) from None
    except httpx2.ConnectError as error:
        if _is_name_error(error):
            raise Temporary("server-not-found", host=host) from None
        if "certificate" in str(error).lower():
            raise Temporary("certificate-not-valid", host=host) from None
        raise Temporary("server-unreachable", host=host) from None
    except httpx2.UnsupportedProtocol:
        raise DownloadError("address-unusable", address=url[:120]) from None
    except httpx2.TimeoutException:
        raise Temporary("server-stopped", host=host) from None
    except (httpx2.TransportError, httpx2.DecodingError, httpx2.StreamError):
        raise Temporary("connection-breaks", host=host) from None
    except (httpx2.InvalidURL, httpx2.TooManyRedirects, UnicodeError):
        raise DownloadError("address-unusable", address=url[:120]) from None


def check_status(response: "httpx2.Response", what: str | Message) -> None:
    """Raises DownloadRefused, DownloadGone, Temporary or DownloadError unless the answer is a good one."""
    status, host = response.status_code, response.url.host
    if status < 400:
        return
    if status == 407:
        raise DownloadRefused("proxy-asks-password", secret=secrets.PROXY)
    if status in (401, 403):
        raise DownloadRefused("download-refused", host=host, what=what, status=status)
    if status in (404, 410):
        raise DownloadGone("download-gone", host=host, what=what, status=status)
    if status in (408, 425, 429) or status >= 500:
        after = response.headers.get("retry-after", "")
        raise Temporary(
            "server-busy",
            host=host,
            what=what,
            status=status,
            after=min(float(after), 60.0) if after.isdigit() else 0.0,
        )
    raise DownloadError("answer-unexpected", host=host, status=status, what=what)


def get_json(client: "httpx2.Client", url: str, what: str | Message, headers: dict[str, str] | None = None) -> Any:
    """The JSON at an address. Raises like check_status, and DownloadError if it is no JSON."""
    with translated(url), client.stream("GET", url, headers=headers) as response:
        check_status(response, what)
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > _LARGEST_LIST:
                raise DownloadError("answer-too-long", host=response.url.host, what=what)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        host = urlsplit(url).hostname or url
        raise DownloadError("answer-no-list", host=host, what=what) from None


def hub_headers(hub: str) -> dict[str, str]:
    """The user's token, for the hub itself and the one that HF_ENDPOINT names, never for another mirror."""
    own = {HUB, (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")}
    if hub not in own:
        return {}
    from huggingface_hub import get_token

    token = get_token()
    return {"authorization": f"Bearer {token}"} if token else {}


def gave_up(problem: Temporary) -> Unreachable:
    """The error after the last try."""
    return Unreachable(problem.message, recoverable=True)


def _is_name_error(error: BaseException) -> bool:
    here: BaseException | None = error
    while here is not None:
        if isinstance(here, socket.gaierror):
            return True
        here = here.__cause__ or here.__context__
    return False
