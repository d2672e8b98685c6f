"""A client of the server's own protocol, for programs: it keeps what is not acknowledged and goes on after a cut.

    async with Client("ws://127.0.0.1:5026/", source="es", target="en") as client:
        await client.send(pcm)            # bytes, PCM16 mono
        async for message in client.messages(): ...

On an event loop; needs nothing of the engine.
"""

import asyncio
import contextlib
import json
import random
import struct
from collections import deque
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

_LENGTH = struct.Struct("<I")
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
"""seconds before the client connects again"""
_TRY_LATER = 1013
_STOP = '{"type": "stop"}'


class NotServed(Exception):
    """The server does not take this client; it says why."""


class Client:
    """One speaker. rate: Hz of what is sent.

    Messages are those of the protocol, as dicts; of the binary ones `data` has the bytes. Whatever the connection does,
    each state of a segment comes in order and each final once.
    """

    def __init__(
        self,
        url: str | Sequence[str],
        *,
        source: str = "auto",
        target: str = "",
        speak: bool = False,
        rate: int = 16_000,
        token: str = "",
        patience: float = 60.0,
    ) -> None:
        """url: of the server; several, of gateways on one Redis, are tried in turn. patience: seconds for which it
        tries to connect again before it gives up."""
        self._urls = deque([url] if isinstance(url, str) else url)
        self._languages = {"type": "set_langs", "source_language": source, "target_language": target, "speak": speak}
        self._header = json.dumps({"sampleRate": rate}).encode()
        self._token = token
        self._patience = patience
        self._socket: ClientConnection | None = None
        self._session = ""
        self._seq = 0
        self._sent = 0
        """offset of the end of what was given to `send`"""
        self._kept: deque[tuple[int, bytes]] = deque()
        """(offset of its beginning, audio) of what is not acknowledged"""
        self._rate = rate
        self._final = 0
        """offset up to which all that was said came as final text"""
        self._up = 0
        """offset up to which the server has it, on this connection"""
        self._inbox: asyncio.Queue[dict[str, Any] | Exception | None] = asyncio.Queue()
        self._connected = asyncio.Event()
        self._sending = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None
        self._is_stopping = False
        self.cuts = 0
        """how often the connection was lost"""

    async def __aenter__(self) -> Self:
        self._running = asyncio.get_running_loop().create_task(self._run())
        await self._first()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def kept(self) -> int:
        """Bytes that the server may ask for again."""
        return sum(len(data) for _, data in self._kept)

    async def ready(self) -> None:
        """Wait until there is a connection."""
        await self._connected.wait()

    async def send(self, data: bytes) -> None:
        """Audio, PCM16 mono. While there is no connection it is kept."""
        async with self._sending:
            self._kept.append((self._sent, data))
            self._sent += len(data)
            await self._catch_up()

    async def tell(self, message: dict[str, Any]) -> None:
        """A text message, such as `share` or `flush`; behind all the audio so far."""
        await self._connected.wait()
        async with self._sending:
            await self._catch_up()
            if self._socket is not None:
                await self._socket.send(json.dumps(message))

    async def stop(self) -> None:
        """No more audio comes; the messages end when everything is told."""
        async with self._sending:
            self._is_stopping = True
            await self._catch_up()
            if self._socket is not None:  # otherwise the next connection says it, behind what it has to send again
                with contextlib.suppress(ConnectionClosed):
                    await self._socket.send(_STOP)

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """What the server tells, until `stop` is answered. Raises NotServed."""
        while (message := await self._inbox.get()) is not None:
            if isinstance(message, Exception):
                raise message
            yield message

    async def close(self) -> None:
        """End the connection, whatever waits."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        if self._socket is not None:
            await self._socket.close()

    async def cut(self) -> None:
        """Lose the connection, as a network would."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _first(self) -> None:
        """The first connection must come about."""
        waiting = asyncio.ensure_future(self._connected.wait())
        assert self._running is not None
        done, _ = await asyncio.wait({waiting, self._running}, return_when=asyncio.FIRST_COMPLETED)
        if waiting not in done:
            waiting.cancel()
            message = await self._inbox.get()
            raise message if isinstance(message, Exception) else NotServed("the server ended the connection")

    async def _run(self) -> None:
        """Connect, again and again, until everything is told."""
        clock = asyncio.get_running_loop().time
        wait, deadline = _FIRST_WAIT, clock() + self._patience
        try:
            while True:
                try:
                    if await self._one_connection():
                        return
                    wait, deadline = _FIRST_WAIT, clock() + self._patience
                except NotServed as error:
                    self._inbox.put_nowait(error)
                    return
                except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError) as error:
                    if isinstance(error, InvalidStatus) and error.response.status_code in (401, 403):
                        self._inbox.put_nowait(
                            NotServed(error.response.body.decode() if error.response.body else str(error))
                        )
                        return
                    if clock() > deadline:
                        self._inbox.put_nowait(NotServed("the server does not answer"))
                        return
                await asyncio.sleep(wait * random.uniform(0.5, 1.0))
                wait = min(2 * wait, _LONGEST_WAIT)
        finally:
            self._inbox.put_nowait(None)

    async def _one_connection(self) -> bool:
        """True: everything is told. False: it was cut off. Raises NotServed, and what connecting raises."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._urls.rotate(-1)
        async with connect(self._urls[-1], additional_headers=headers, max_size=None, compression=None) as socket:
            try:
                await socket.send(json.dumps(self._languages))
                hello: dict[str, Any] = {"type": "hello", "seq": self._seq}
                if self._session:
                    hello |= {"session_id": self._session, "offset": self._sent}
                await socket.send(json.dumps(hello))
                async for data in socket:
                    if await self._took(socket, data):
                        return True
            except ConnectionClosed:
                pass
            finally:
                self._socket = None
                self._connected.clear()
            if socket.close_code == _TRY_LATER:
                raise NotServed("the server is busy with other speakers")
            self.cuts += 1
            return False

    async def _took(self, socket: ClientConnection, data: str | bytes) -> bool:
        message = _binary(data) if isinstance(data, bytes) else json.loads(data)
        match message["type"]:
            case "hello":
                async with self._sending:
                    if self._session and not message["resumed"]:
                        # The stream is gone: what is not final is said to a new one.
                        self._begin_again()
                    self._session = message["session_id"]
                    self._up = message["offset"]
                    self._socket = socket
                    self._connected.set()
                    await self._catch_up()
                    if self._is_stopping:
                        await socket.send(_STOP)
            case "ack":
                while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= message["offset"]:
                    self._kept.popleft()
                return False
            case "stopped":
                return True
        self._seq = max(self._seq, message.get("seq", 0))
        if message.get("is_final") and "end" in message:
            self._final = max(self._final, 2 * int(message["end"] * self._rate))
        self._inbox.put_nowait(message)
        return False

    def _begin_again(self) -> None:
        """Offsets are those of a new stream, which begins behind what is known to be final."""
        first = max(self._kept[0][0] if self._kept else self._sent, min(self._final, self._sent))
        rest = [(max(offset, first), data[max(0, first - offset) :]) for offset, data in self._kept]
        self._kept = deque((offset - first, data) for offset, data in rest if data)
        self._sent -= first
        self._seq = self._final = 0

    async def _catch_up(self) -> None:
        """Send what the server does not have; holds `_sending`."""
        socket = self._socket
        if socket is None:
            return
        try:
            for offset, data in tuple(self._kept):
                if offset + len(data) <= self._up:
                    continue
                rest = data[max(0, self._up - offset) :]
                await socket.send(_LENGTH.pack(len(self._header)) + self._header + rest)
                self._up = offset + len(data)
        except ConnectionClosed:
            return  # it is sent again on the next one


def _binary(data: bytes) -> dict[str, Any]:
    (length,) = _LENGTH.unpack_from(data)
    header: dict[str, Any] = json.loads(data[_LENGTH.size : _LENGTH.size + length])
    return header | {"data": data[_LENGTH.size + length :]}
