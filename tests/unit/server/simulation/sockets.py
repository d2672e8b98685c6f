"""WebSockets on simulated time: the client's end as `websockets` has it, the server's as Starlette does."""

import asyncio
import json
from collections import deque
from typing import Any, Self

from starlette.websockets import WebSocketState
from websockets.exceptions import ConnectionClosedError

from tests.unit.server.simulation.clock import Place

_DELAY = 0.01
"""seconds from one end to the other"""


class _End:
    """What comes to one end, in order."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._under_way: deque[Any] = deque()
        self.is_gone = False

    def put(self, message: Any) -> None:
        self._under_way.append(message)
        asyncio.get_running_loop().call_later(_DELAY, self._arrived)  # timers of one time have no order

    def _arrived(self) -> None:
        message = self._under_way.popleft()
        if not self.is_gone:
            self._inbox.put_nowait(message)

    def lose(self, last: Any) -> None:
        """Nothing that is under way arrives; the last thing that does is `last`."""
        self.is_gone = True
        self._inbox.put_nowait(last)

    async def get(self) -> Any:
        return await self._inbox.get()


class Line:
    """One connection. serve: what the server does with its end, at its place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.client, self.server = _End(), _End()
        self.close_code: int | None = None
        self.is_open = True

    def cut(self) -> None:
        """The connection is lost; neither end is told why."""
        if self.is_open:
            self.is_open = False
            self.close_code = 1006
            self.server.lose({"type": "websocket.disconnect", "code": 1006})
            self.client.lose(None)

    def close(self, code: int) -> None:
        """In order: what is under way arrives first."""
        if self.is_open:
            self.is_open = False
            self.close_code = code
            self.server.put({"type": "websocket.disconnect", "code": code})
            self.client.put(None)


class ServerEnd:
    """As `starlette.websockets.WebSocket`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.scope: dict[str, Any] = {}

    @property
    def application_state(self) -> WebSocketState:
        return WebSocketState.CONNECTED if self._line.is_open else WebSocketState.DISCONNECTED

    async def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._line.server.get()
        return message

    async def send_text(self, text: str) -> None:
        if self._line.is_open and not self._line.place.is_dead:
            self._line.client.put(text)

    async def send_json(self, message: dict[str, Any]) -> None:
        await self.send_text(json.dumps(message))

    async def send_bytes(self, data: bytes) -> None:
        if self._line.is_open and not self._line.place.is_dead:
            self._line.client.put(data)

    async def close(self, code: int = 1000) -> None:
        if not self._line.place.is_dead:
            self._line.close(code)


class ClientEnd:
    """As `websockets.asyncio.client.ClientConnection`, which is also its own `connect`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.transport = self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._line.close(1000)

    @property
    def close_code(self) -> int | None:
        return self._line.close_code

    def abort(self) -> None:
        self._line.cut()

    async def close(self) -> None:
        self._line.close(1000)

    async def send(self, message: str | bytes) -> None:
        await asyncio.sleep(0)
        if not self._line.is_open:
            raise ConnectionClosedError(None, None)
        key = "text" if isinstance(message, str) else "bytes"
        self._line.server.put({"type": "websocket.receive", key: message})

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        message: str | bytes | None = await self._line.client.get()
        if message is not None:
            return message
        if self._line.close_code in (1000, 1001):
            raise StopAsyncIteration
        raise ConnectionClosedError(None, None)
