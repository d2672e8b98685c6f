"""The WebSocket that Deepgram's library talks through, in place of its own, which keeps a connection that does not
answer for many seconds, and does not hand on how long a provider asks to wait. On the engines' loop.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

_CLOSING = 0.2
"""seconds that the other side may take to close"""


class Socket:
    """What the library calls an AsyncTransport: it connects with the first use. Raises what websockets raises."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = {name: value for name, value in headers.items() if value}
        self._connection: Any = None

    async def _connected(self) -> Any:
        if self._connection is None:
            from websockets.asyncio.client import connect

            self._connection = await connect(
                self._url, additional_headers=self._headers, user_agent_header=None, close_timeout=_CLOSING
            )
        return self._connection

    async def send(self, data: bytes | str) -> None:
        await (await self._connected()).send(data)

    async def recv(self) -> bytes | str:
        message: bytes | str = await (await self._connected()).recv()
        return message

    async def __aiter__(self) -> AsyncIterator[bytes | str]:
        async for message in await self._connected():
            yield message

    async def open(self) -> None:
        """Connect now."""
        await self._connected()

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
