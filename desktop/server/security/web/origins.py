"""Which pages may talk to the server: its own, and those on a list. Pure.

A page of any site can open a WebSocket, or post a form, to any address that its visitor reaches, also to this machine;
the browser says from where (Origin). And a name of any site can be made to mean this machine (DNS rebinding), so that
such a page would count as the server's own; the browser says under which name (Host)."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope as Connection

from desktop.server.security.web.refusal import Refused
from desktop.server.security.web.requests import address_of, is_loopback, is_secure

_SAFE = ("GET", "HEAD", "OPTIONS")
_PORTS = {"http": 80, "https": 443}
_LOCAL_NAMES = ("localhost", socket.gethostname().lower())


def normal_origin(text: str) -> str:
    """An origin as it is compared: small letters, its port always written. Raises ValueError: it is none."""
    parts = urlsplit(text.strip().lower())
    if not parts.scheme or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(text)
    port = parts.port or _PORTS.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def check_origin(connection: Connection, allowed: frozenset[str], *, by_cookie: bool) -> None:
    """allowed: other origins, as `normal_origin` writes them; by_cookie: a browser let its user in, unasked.
    Raises Refused: a page of another site asks for something that is more than reading."""
    if connection["type"] == "http" and connection["method"] in _SAFE:
        return
    headers = Headers(scope=connection)
    origins = headers.getlist("origin")
    if not origins:
        if by_cookie and headers.get("sec-fetch-site") != "same-origin":
            raise Refused("origin-missing", status=403, code="origin")
        return
    try:
        found = {normal_origin(one) for one in origins}
    except ValueError:
        raise Refused("origin-refused", status=403, code="origin") from None
    if len(found) != 1 or not found <= {*allowed, _own(connection, headers)}:
        raise Refused("origin-refused", status=403, code="origin")


def check_host(connection: Connection, allowed: frozenset[str]) -> None:
    """On this machine's own address only its own names mean it, and those of the allowed origins. Raises Refused."""
    server = connection.get("server")
    peer = address_of(connection)
    if not (server and is_loopback(str(server[0]))) and not is_loopback(peer):
        return
    hosts = Headers(scope=connection).getlist("host")
    name = _host_name(hosts[0]) if len(hosts) == 1 else ""
    if name in _LOCAL_NAMES or _is_address(name) or name in {urlsplit(one).hostname for one in allowed}:
        return
    raise Refused("host-refused", status=421, code="host")


def _own(connection: Connection, headers: Headers) -> str:
    scheme = "https" if is_secure(connection) else "http"
    try:
        return normal_origin(f"{scheme}://{headers.get('host', '')}")
    except ValueError:
        return ""


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host.lower()}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    """No name has to be looked up for an address, so that nobody can make it mean another one."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
