"""The addresses under which Redis is found: one server, Sentinels that know the server, a cluster. Pure.

`redis+sentinel://USER:PASSWORD@HOST:26379,HOST:26379/NAME/0` names Sentinels and what they watch, `redis+cluster://
USER:PASSWORD@HOST:6379,HOST:6379` some nodes of a cluster; `rediss+…` the same with TLS. Everything else is a URL of
redis-py. What stands behind `?` goes to its connections, as with any of those.
"""

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit, urlunsplit

_SENTINEL, _CLUSTER = 26379, 6379
"""ports where an address has none"""


class Layout(Enum):
    """What stands at an address."""

    ONE = "one server"
    SENTINEL = "servers that Sentinels watch"
    CLUSTER = "a cluster"


@dataclass(frozen=True, slots=True)
class Address:
    """url: of the first host, as redis-py reads it. hosts: those of Sentinels, or nodes; empty for one server."""

    layout: Layout
    url: str
    hosts: tuple[tuple[str, int], ...] = ()
    service: str = ""
    """what the Sentinels call the server"""


def read(text: str) -> Address:
    """Raises ValueError."""
    parts = urlsplit(text)
    scheme, _, way = parts.scheme.partition("+")
    if not way:
        return Address(Layout.ONE, text)
    if scheme not in ("redis", "rediss") or way not in ("sentinel", "cluster"):
        raise ValueError(parts.scheme)
    user, at, places = parts.netloc.rpartition("@")
    layout = Layout.SENTINEL if way == "sentinel" else Layout.CLUSTER
    hosts = tuple(_host(one, _SENTINEL if layout is Layout.SENTINEL else _CLUSTER) for one in places.split(","))
    path, service = parts.path, ""
    if layout is Layout.SENTINEL:
        service, _, path = parts.path.lstrip("/").partition("/")
        if not service:
            raise ValueError("no name of what the Sentinels watch")
    host, port = hosts[0]
    first = f"[{host}]" if ":" in host else host
    url = urlunsplit((scheme, f"{user}{at}{first}:{port}", f"/{path.lstrip('/')}", parts.query, ""))
    return Address(layout, url, hosts, service)


def shown(text: str) -> str:
    """An address for messages: without its password, and without what stands behind `?`."""
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _host(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("a host is missing")
    return parts.hostname, parts.port or port
