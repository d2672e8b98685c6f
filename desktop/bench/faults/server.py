"""A server on this machine that answers as badly as it is told to. One thread for each connection."""

import contextlib
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. start: first byte that is wanted; 0 without a Range."""

    path: str
    start: int
    has_range: bool


Send = Callable[[bytes], None]
"""Raises OSError once the client has gone."""
Answer = Callable[[Asked, Send, threading.Event], None]
"""Gets a request, writes what it likes, headers included, and may wait for the event: the server ends."""


class HostileServer:
    """Serves until closed. answer: called on the connection's thread; the connection ends with it."""

    def __init__(self, answer: Answer) -> None:
        self.ended = threading.Event()
        self.requests: list[Asked] = []
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                asked = _read(self.rfile)
                if asked is None:
                    return
                server.requests.append(asked)
                with contextlib.suppress(OSError):
                    answer(asked, self._send, server.ended)

            def _send(self, content: bytes) -> None:
                self.wfile.write(content)
                self.wfile.flush()

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@contextlib.contextmanager
def hostile(answer: Answer) -> Iterator[HostileServer]:
    """A server for a while."""
    server = HostileServer(answer)
    try:
        yield server
    finally:
        server.close()


def head(status: int = 200, **headers: object) -> bytes:
    """The beginning of an answer; underscores in names become hyphens."""
    lines = [f"HTTP/1.1 {status} Said", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def honest(asked: Asked, content: bytes, send: Send, **headers: object) -> None:
    """The file, from where it is wanted."""
    if asked.has_range and asked.start < len(content):
        place = f"bytes {asked.start}-{len(content) - 1}/{len(content)}"
        send(head(206, content_length=len(content) - asked.start, content_range=place, **headers))
    else:
        send(head(200, content_length=len(content), **headers))
    send(content[asked.start if asked.has_range else 0 :])


class _Quiet(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what is tested."""


def _read(stream: Any) -> Asked | None:
    """Request line and headers."""
    first = stream.readline(10_000).decode("latin-1").split(" ")
    if len(first) != 3:
        return None
    start, has_range = 0, False
    while (line := stream.readline(10_000)) not in (b"\r\n", b"\n", b""):
        if found := re.match(rb"range: bytes=(\d+)-", line.lower()):
            start, has_range = int(found[1]), True
    return Asked(unquote(urlsplit(first[1]).path), start, has_range)
