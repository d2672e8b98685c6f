"""A network that fails now and then: a relay between clients and a server that drops every line and takes no new one
for a while. On the event loop."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim

_PIECE = 65536


class Relay:
    """Passes on what comes, until `fail`. url: of the server, ws://."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "ws":
            raise EngineError(verbatim("Outages are made for ws:// only: the certificate would not fit the relay."))
        self._server = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._parts = parts
        self._lines: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._is_down = False
        self._listening: asyncio.Server | None = None
        self.cut = 0
        """lines that were dropped"""

    @property
    def url(self) -> str:
        """What clients connect to instead."""
        assert self._listening is not None
        port = self._listening.sockets[0].getsockname()[1]
        return urlunsplit(self._parts._replace(netloc=f"127.0.0.1:{port}"))

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._listening is not None
        self._listening.close()
        self._drop()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def fail(self, seconds: float) -> None:
        """Drop every line in mid-word, and let nobody in for so long."""
        self._is_down = True
        self.cut += len(self._lines) // 2
        self._drop()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._is_down = False

    def _drop(self) -> None:
        for line in tuple(self._lines):
            line.transport.abort()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        there = None
        try:
            server, there = await asyncio.open_connection(*self._server)
            self._lines.add(there)
            await asyncio.gather(_pass(reader, there), _pass(server, writer))
        except OSError:
            pass  # either end is gone, so the other one goes, too
        finally:
            for line in filter(None, (writer, there)):
                self._lines.discard(line)
                line.transport.abort()
                with contextlib.suppress(OSError):
                    await line.wait_closed()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_PIECE):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError, NotImplementedError):
        writer.write_eof()


async def outages(relay: Relay, count: int, each: float, within: float) -> None:
    """So many failures of `each` seconds, spread evenly over `within` seconds; what is left behind the last one is as
    long as what is between two."""
    pause = max(0.0, (within - count * each) / (count + 1))
    for _ in range(count):
        await asyncio.sleep(pause)
        await relay.fail(each)
