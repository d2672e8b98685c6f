"""A real uvicorn for tests: an app on a free port of this machine, on a thread of its own with its event loop."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.waiting import wait_until


class AsgiServer:
    """port: where it listens."""

    def __init__(self, app: Any, *, tls: ssl.SSLContext | None = None, at_end: Callable[[], Awaitable[None]]) -> None:
        # With its protocol, or asyncio would not send small pieces at once.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(100)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            ws="websockets-sansio",
            lifespan="off",
            proxy_headers=False,
            timeout_graceful_shutdown=2,
            ssl_context_factory=(lambda *_: tls) if tls is not None else None,
        )
        self._server = uvicorn.Server(config)
        self._at_end = at_end
        self._thread = threading.Thread(target=self._run, name="asgi-server")

    def begin(self) -> None:
        self._thread.start()
        assert wait_until(lambda: self._server.started)

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

    def _run(self) -> None:
        async def serve() -> None:
            await self._server.serve([self._socket])
            await self._at_end()

        asyncio.run(serve())


@contextmanager
def asgi_server(
    app: Any, *, tls: ssl.SSLContext | None = None, at_end: Callable[[], Awaitable[None]]
) -> Iterator[AsgiServer]:
    """It runs meanwhile; at_end: on its event loop, when it serves nothing any more."""
    server = AsgiServer(app, tls=tls, at_end=at_end)
    server.begin()
    try:
        yield server
    finally:
        server.end()
