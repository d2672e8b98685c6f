"""WebSockets over TLS for tests that wait for each answer.

Python's `ssl` before 3.13 bears no reading and writing of one connection by two threads, which is what the blocking
client of `websockets` does: once in many times it waited for ever. Here one thread, with a loop, does both.
"""

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connected

T = TypeVar("T")


class Line:
    """Context manager: a connection, while it is open. Options: those of `websockets.asyncio.client.connect`."""

    def __init__(self, url: str, **options: Any) -> None:
        self._url = url
        self._options = {"open_timeout": 60, **options}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tests-tls")
        self._socket: ClientConnection | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._socket = self._run(self._connect())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._run(self._open.close())
        finally:
            self._end()

    def send(self, data: str | bytes) -> None:
        self._run(self._open.send(data))

    def recv(self, timeout: float | None = None) -> str | bytes:
        """Raises TimeoutError, ConnectionClosed."""
        return self._run(asyncio.wait_for(self._open.recv(), timeout))

    @property
    def _open(self) -> ClientConnection:
        assert self._socket is not None
        return self._socket

    async def _connect(self) -> ClientConnection:
        return await connected(self._url, **self._options)

    def _run(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()
