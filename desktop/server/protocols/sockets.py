"""What the protocols on WebSockets share. On the event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.server.streams.channel import Told
from desktop.server.streams.stream import Stream

NORMAL, POLICY, RESTARTS, TRY_LATER = 1000, 1008, 1012, 1013
"""codes of closing, as RFC 6455 and IANA's registry have them"""


async def received(socket: WebSocket) -> AsyncIterator[str | bytes]:
    """The client's messages, until it leaves."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        data, text = message.get("bytes"), message.get("text")
        if data is not None:
            yield data
        elif text is not None:
            yield text


class Telling:
    """Tells a client what its stream tells. tell: each event, in order. ended: the stream has ended, all was told."""

    def __init__(
        self, stream: Stream, tell: Callable[[Told], Awaitable[None]], ended: Callable[[], Awaitable[None]]
    ) -> None:
        self.stream = stream
        self._tell = tell
        self._ended = ended
        self._mailbox = stream.follow()
        self._told = 0
        self._changed = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def settle(self) -> None:
        """End the utterance; returns when all that was heard so far was told to the client."""
        await self.stream.settle()
        while self._told < self.stream.channel.number and not self._task.done():
            self._changed.clear()
            await self._changed.wait()

    async def finish(self) -> None:
        """End the stream; returns when everything was told to the client."""
        await self.stream.finish()
        await self._task

    async def leave(self) -> None:
        """The client has gone: what waits is not told to anybody."""
        self._task.cancel()
        self.stream.channel.leave(self._mailbox)
        self.stream.close()

    async def _run(self) -> None:
        try:
            async for numbered in self._mailbox.read():
                await self._tell(numbered.event)
                self._told = numbered.number
                self._changed.set()
            await self._ended()
        except (WebSocketDisconnect, ConnectionError, RuntimeError):
            return  # the client has gone
        finally:
            self._changed.set()


async def closed(socket: WebSocket, code: int = NORMAL, reason: str = "") -> None:
    """Close, unless the client did already."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.close(code, reason)
