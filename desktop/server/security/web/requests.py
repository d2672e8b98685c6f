"""What a request says of itself before anybody reads its body: credential, origin, host, address. Pure.

A token comes in a header or, from browsers, which can set none on a WebSocket, as a subprotocol; never in the address,
which lands in logs and histories."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope as Connection

from desktop.server.security.web.redaction import holds_secret, names_secret
from desktop.server.security.web.refusal import Refused

_SCHEMES = ("bearer", "token")
"""of the Authorization header; the second is Deepgram's"""
_IN_SUBPROTOCOL = ("parley.token.", "openai-insecure-api-key.")
_DEEPGRAM = ("token", "bearer")
"""subprotocols whose next one is the token"""
_FORWARDING = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host")
_SECRET_HEADERS = (b"authorization", b"proxy-authorization", b"x-api-key", b"api-key")
_LONGEST = 8192
"""characters of a token; those of OpenID Connect may be long"""


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request shows to be let in. secret: a token, or empty; cookie: the page's, or empty."""

    secret: str = ""
    cookie: str = ""


def presented(connection: Connection, cookie_name: str) -> Presented:
    """Raises Refused: a token in the address, or several that contradict each other."""
    headers = Headers(scope=connection)
    _refuse_in_address(connection)
    given = {*_from_authorization(headers), *_from_api_key(headers)}
    if connection["type"] == "websocket":
        given |= set(split(connection.get("subprotocols", ()))[0])
    if len(given) > 1:
        raise Refused("token-twice", status=400, code="token-twice")
    secret = next(iter(given), "")
    if len(secret) > _LONGEST:
        raise Refused("token-unknown", status=401, code="token-unknown")
    return Presented(secret, _cookie(headers, cookie_name))


def split(subprotocols: "list[str] | tuple[str, ...]") -> tuple[list[str], list[str]]:
    """(tokens among the subprotocols, those that are none and may be answered with)"""
    secrets: list[str] = []
    plain: list[str] = []
    is_next = False
    for one in subprotocols:
        if is_next:
            secrets.append(one)
            is_next = False
        elif found := next((one[len(prefix) :] for prefix in _IN_SUBPROTOCOL if one.startswith(prefix)), ""):
            secrets.append(found)
        else:
            plain.append(one)
            is_next = one.casefold() in _DEEPGRAM
    return secrets, plain


def without_secrets(connection: Connection, *, keeps_cookies: bool = False) -> Connection:
    """What the app behind gets: no secret that it, an error report or a log could repeat. keeps_cookies: it has to read
    them itself, as for logging in and out."""
    gone = _SECRET_HEADERS if keeps_cookies else (*_SECRET_HEADERS, b"cookie")
    headers = [(name, value) for name, value in connection["headers"] if name not in gone]
    if connection["type"] != "websocket":
        return {**connection, "headers": headers}
    _, plain = split(connection.get("subprotocols", ()))
    headers = [
        (name, ", ".join(plain).encode("latin-1") if name == b"sec-websocket-protocol" else value)
        for name, value in headers
    ]
    return {**connection, "headers": headers, "subprotocols": plain}


def address_of(connection: Connection) -> str:
    """Of the client; empty where it has none, as on a Unix socket. IPv4 is written as such within IPv6, too."""
    client = connection.get("client")
    try:
        address = ip_address(client[0]) if client else None
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address or "")


def counted_as(address: str) -> str:
    """Under which failures and requests are counted: whoever has one address of IPv6 has a whole network of them."""
    try:
        return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address
    except ValueError:
        return address


def is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def is_forwarded(connection: Connection) -> bool:
    """Whether somebody in between passes it on."""
    headers = Headers(scope=connection)
    return any(name in headers for name in _FORWARDING)


def is_secure(connection: Connection) -> bool:
    """Whether the client's connection is encrypted, up to a proxy that is trusted."""
    return connection.get("scheme") in ("https", "wss")


def _refuse_in_address(connection: Connection) -> None:
    query = connection.get("query_string", b"").decode("latin-1")
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None) if len(query) <= 65_536 else []
    is_named = any(names_secret(name) and value for name, value in pairs)
    if is_named or holds_secret(query) or any(holds_secret(one) for pair in pairs for one in pair):
        raise Refused("token-in-address", status=400, code="token-in-address")
    if holds_secret(connection.get("path", "")):
        raise Refused("token-in-address", status=400, code="token-in-address")


def _from_authorization(headers: Headers) -> list[str]:
    found = []
    for value in headers.getlist("authorization"):
        scheme, _, secret = value.strip().partition(" ")
        if scheme.casefold() not in _SCHEMES or not secret.strip():
            raise Refused("token-form", status=401, code="token-form")
        found.append(secret.strip())
    return found


def _from_api_key(headers: Headers) -> list[str]:
    """As clients of Azure's and of others send it."""
    return [one for name in ("x-api-key", "api-key") for one in headers.getlist(name) if one]


def _cookie(headers: Headers, name: str) -> str:
    return cookie_parser(headers.get("cookie", "")).get(name, "")
