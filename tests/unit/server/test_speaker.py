"""Connections of those who speak, without a network: whose stream it is, and what they are told of their room."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.websockets import WebSocket

from desktop.server.protocols.native.following import follow
from desktop.server.protocols.native.speaker import Speaker
from desktop.server.streams.hub import Hub
from desktop.server.streams.stream import Stream
from tests.unit.server.test_hub import Hall


class Line:
    """A WebSocket whose other end is the test."""

    def __init__(self, serve: Callable[[WebSocket], Awaitable[None]]) -> None:
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.told: list[dict[str, Any]] = []
        self._serve = serve

    async def __aenter__(self) -> "Line":
        await self._inbox.put({"type": "websocket.connect"})
        socket = WebSocket({"type": "websocket"}, self._inbox.get, self._sent)  # type: ignore[arg-type]
        await socket.accept()
        self._running = asyncio.ensure_future(self._serve(socket))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._inbox.put({"type": "websocket.disconnect", "code": 1006})
        await self._running

    async def _sent(self, message: Any) -> None:
        if message["type"] == "websocket.send" and message.get("text"):
            self.told.append(json.loads(message["text"]))

    async def say(self, message: dict[str, Any] | bytes) -> None:
        """Send it, and let it be answered."""
        data = {"bytes": message} if isinstance(message, bytes) else {"text": json.dumps(message)}
        await self._inbox.put({"type": "websocket.receive", **data})
        for _ in range(20):
            await asyncio.sleep(0)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.told if one["type"] == kind]


class Counted(Hub):
    """Notes which streams count as left."""

    def __init__(self, hub: Hub) -> None:
        self.__dict__ = hub.__dict__
        self.left: list[Stream] = []

    def leave(self, stream: Stream) -> None:
        self.left.append(stream)
        super().leave(stream)


def speaking(hub: Hub) -> Line:
    return Line(lambda socket: Speaker(hub, socket, "").run())


def run(test: Callable[[Counted], Awaitable[None]]) -> None:
    async def with_hub() -> None:
        hub = Counted(Hall().hub)
        await test(hub)
        await hub.drain(1)

    asyncio.run(asyncio.wait_for(with_hub(), 20))


def test_a_stream_belongs_to_the_newest_connection_though_the_old_one_lingers() -> None:
    async def test(hub: Counted) -> None:
        async with speaking(hub) as new:
            async with speaking(hub) as old:
                await old.say({"type": "hello"})
                session = old.of("hello")[0]["session_id"]
                await new.say({"type": "hello", "session_id": session})
                assert new.of("hello")[0]["resumed"]
                await old.say(b"\x02\0\0\0{}" + bytes(3200))  # was on its way when the line was cut
                assert [one["code"] for one in old.of("error")] == ["taken-up"]
            assert not hub.left  # or it would end in mid-speech some time later
            await new.say(b"\x02\0\0\0{}" + bytes(6400))
            async with speaking(hub) as newer:
                await newer.say({"type": "hello", "session_id": session})
                assert newer.of("hello")[0]["offset"] == 6400
        assert len(hub.left) == 1

    run(test)


def test_each_stream_of_a_connection_is_acknowledged_from_its_beginning() -> None:
    async def test(hub: Counted) -> None:
        async with speaking(hub) as line:
            for _ in range(2):
                await line.say({"type": "hello"})
                for _ in range(5):
                    await line.say(b"\x02\0\0\0{}" + bytes(32_000))
                await line.say({"type": "stop"})
            assert len(line.of("stopped")) == 2
            assert [one["offset"] > 0 for one in line.of("ack")] == [True, True]

    run(test)


def test_whoever_shares_is_told_how_many_follow() -> None:
    async def test(hub: Counted) -> None:
        async with speaking(hub) as line:
            await line.say({"type": "share"})
            room = line.of("shared")[0]["room"]
            async with Line(lambda socket: follow(hub, socket, "")) as reader:
                await reader.say({"type": "follow", "room": room})
                assert reader.of("following")
                await line.say({"type": "ping"})
            await line.say({"type": "ping"})
            await line.say({"type": "unshare"})
            assert [one["count"] for one in line.of("followers")] == [0, 1, 0]

    run(test)


def test_a_cookie_for_one_room_never_shows_another() -> None:
    async def test(hub: Counted) -> None:
        room, other = hub.rooms.open(), hub.rooms.open()
        async with Line(lambda socket: follow(hub, socket, room.code)) as reader:
            await reader.say({"type": "follow", "room": other.code})
            assert [one["code"] for one in reader.told] == ["room-other"]
        async with Line(lambda socket: follow(hub, socket, room.code)) as reader:
            await reader.say({"type": "follow", "room": room.code.lower()})
            assert reader.of("following")

    run(test)
