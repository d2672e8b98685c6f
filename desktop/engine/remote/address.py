"""Where a server is, as users write it: "cellar", "http://127.0.0.1:5026", "https://parley.example/captions/". Pure."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from desktop.engine.errors import EngineAway

PORT = 5026
_SCHEMES = {"http": False, "ws": False, "https": True, "wss": True}


@dataclass(frozen=True, slots=True)
class Address:
    """Of a Parley server."""

    url: str
    """of its WebSocket for work"""
    label: str
    """as it is shown: "cellar:5026" """
    is_secure: bool
    """TLS"""
    is_here: bool
    """this machine: nothing leaves it"""


def read(text: str) -> Address:
    """Raises EngineAway, which says what to do: for what is no address, and for one to which sound, text and token
    would go unprotected over a network."""
    written = text.strip()
    scheme, separator, _ = written.partition("://")
    try:
        parts = urlsplit(written if separator else f"//{written}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise EngineAway("server-url-wrong", address=text[:120]) from None
    is_wrong = not host or any(letter.isspace() for letter in written) or parts.query or parts.fragment
    if is_wrong or parts.username is not None or (separator and scheme.lower() not in _SCHEMES):
        raise EngineAway("server-url-wrong", address=text[:120])
    is_here = _is_here(host)
    is_secure = _SCHEMES[scheme.lower()] if separator else not is_here
    if not is_secure and not is_here:
        raise EngineAway("server-url-plain", address=host)
    shown = f"[{host}]" if ":" in host else host
    if port is None:
        # What was written with a scheme may be a reverse proxy at the usual port.
        port = 443 if separator and is_secure else PORT
    path = parts.path.rstrip("/").removesuffix("/work")
    return Address(f"{'wss' if is_secure else 'ws'}://{shown}:{port}{path}/work", f"{shown}:{port}", is_secure, is_here)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
