"""Sockets that listen. Any thread."""

import contextlib
import socket
from collections.abc import Iterator

from desktop.engine.errors import EngineError

_WAITING = 128
"""connections that wait to be accepted"""


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket at this address. Raises EngineError, which says what to do."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise EngineError("server-address-unknown", code="address", address=host) from None
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_WAITING)
    except PermissionError:
        listening.close()
        raise EngineError("server-port-forbidden", code="address", port=port) from None
    except OSError:
        listening.close()
        raise EngineError("server-port-taken", code="address", address=host, port=port) from None
    with listening:
        yield listening


def url_of(listening: socket.socket, scheme: str = "http") -> str:
    """How a browser on this machine reaches it."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}/"
