"""Rooms of all gateways: where one is spoken in, what is told there, who follows elsewhere. On the event loop.

The gateway at which a room is spoken in tells what happens over a channel, and keeps what is final in a stream, both
for ten minutes after its last sign of life. Others repeat it for those who follow there. Whoever comes with the room's
key at another gateway, as the one of before died or ends, makes that one its own.
"""

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from desktop.engine.errors import EngineError
from desktop.server.cluster import names
from desktop.server.cluster.connection import GONE, ended, keep_on
from desktop.server.cluster.room_messages import (
    About,
    MessageWrong,
    RoomEvent,
    hashed,
    read_about,
    read_event,
    written,
)
from desktop.server.streams.channel import Mailbox, Numbered, Told
from desktop.server.streams.rooms import Room

log = logging.getLogger(__name__)

LIFE = 600
"""seconds for which a room waits for a speaker, as in `Rooms`"""
_FINALS = 4000
"""that are kept of a room"""
_EVERY = 5.0
"""seconds between two signs of life"""
_COUNTED = 15.0
"""seconds for which a gateway's count of followers holds"""
_UNREAD = 12
"""signs of life for which a room that nobody follows here is still repeated"""
_LAST_WORDS = 2.0
"""seconds that a gateway that ends takes to tell others what it heard last"""
_AGAIN = 0.5
"""seconds until what Redis did not take is tried again"""


class _Home:
    """A room that is spoken in here."""

    def __init__(self, room: Room, key: str) -> None:
        self.room = room
        self.key = key
        """hashed"""
        self.mailbox = Mailbox()
        self.final = 0
        """number of the last final event that was told"""
        self.counts: dict[str, tuple[int, float]] = {}
        """of those who follow at other gateways: how many, when they said so"""
        self.telling: asyncio.Task[None] | None = None
        room.channel.relay(self._put)

    def _put(self, event: Told, delay: float) -> None:
        self.mailbox.put(Numbered(self.room.channel.number, event, delay))

    def about(self, gateway: str) -> str:
        return About(gateway, self.key, self.room.stream, self.room.first).as_json()


class _Repeated:
    """A room of another gateway."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.entry: bytes | str = "-"
        """the last one that was read in the stream of finals"""
        self.final = 0
        self.unread = 0
        """signs of life since somebody followed"""


class RedisRooms:
    """SharedRooms. instance: this gateway. let_go: told of a room that another gateway has taken over."""

    def __init__(self, redis: "Redis", instance: str, now: Callable[[], float], let_go: Callable[[Room], None]) -> None:
        self._redis = redis
        self._instance = instance
        self._now = now
        self._let_go = let_go
        self._homes: dict[str, _Home] = {}
        self._repeated: dict[str, _Repeated] = {}
        self._looking: dict[str, asyncio.Lock] = {}
        self._pubsub: Any = None
        self._loops: list[asyncio.Task[None]] = []
        self._doing: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Listen to other gateways."""
        loops = {"rooms": self._listen, "signs of life of rooms": self._watch}
        self._loops = [asyncio.create_task(keep_on(name, loop, self._redis)) for name, loop in loops.items()]

    async def close(self) -> None:
        """What is spoken in here waits for its speakers at other gateways."""
        for home in self._homes.values():
            home.mailbox.close()
        if telling := [home.telling for home in self._homes.values() if home.telling is not None]:
            await asyncio.wait(telling, timeout=_LAST_WORDS)
        for code in tuple(self._homes):
            self._leave(code)
        await ended(*self._loops, *self._doing)

    # SharedRooms.

    async def claim(self, room: Room) -> bool:
        home = _Home(room, hashed(room.key))
        with _asked():
            is_new = await self._redis.set(names.room(room.code), home.about(self._instance), ex=LIFE, nx=True)
        if is_new:
            self._settle(home)
        return bool(is_new)

    async def find(self, code: str) -> Room | None:
        lock = self._looking.setdefault(code, asyncio.Lock())
        try:
            async with lock:
                found = self._repeated.get(code)
                if found is None:
                    with _asked():
                        about = await self._redis.get(names.room(code))
                        if about is None:
                            return None
                        found = await self._repeat(code)
                found.unread = 0
                return found.room
        finally:
            if not lock.locked():
                self._looking.pop(code, None)

    async def take_over(self, code: str, key: str) -> Room | None:
        room = await self.find(code)
        if room is None:
            return None
        with _asked():
            text = await self._redis.get(names.room(code))
            try:
                about = read_about(text or b"")
            except MessageWrong:
                return None
            if not secrets.compare_digest(about.key, hashed(key)):
                return None
            await self._catch_up(self._repeated[code])
            repeated = self._repeated.pop(code)
            room.key, room.stream, room.first = key, about.stream, about.first
            room.ended_at = self._now()  # until something is shown
            home = _Home(room, about.key)
            home.final = repeated.final
            await self._redis.set(names.room(code), home.about(self._instance), ex=LIFE)
            await self._redis.publish(names.ROOMS, json.dumps({"room": code, "home": self._instance}))
            if self._pubsub is not None:  # otherwise it will not be subscribed when Redis is there
                await self._pubsub.unsubscribe(names.room(code))
        self._settle(home)
        return room

    def closed(self, room: Room) -> None:
        if self._homes.get(room.code) is not None:
            self._leave(room.code)
            self._later(self._end(room.code))

    def shown(self, room: Room) -> None:
        if (home := self._homes.get(room.code)) is not None:
            self._later(self._sign(home))

    # Rooms that are spoken in here.

    def _settle(self, home: _Home) -> None:
        self._homes[home.room.code] = home
        home.telling = asyncio.create_task(self._tell(home))

    def _leave(self, code: str) -> None:
        home = self._homes.pop(code)
        home.room.channel.relay(None)
        home.mailbox.close()
        if home.telling is not None:
            home.telling.cancel()

    async def _tell(self, home: _Home) -> None:
        async for numbered in home.mailbox.read():
            event = RoomEvent(numbered, home.final)
            while True:
                try:
                    await self._send(home, event)
                    break
                except (*GONE, RedisError):
                    if not event.is_final:
                        break  # the next state says more
                    await asyncio.sleep(_AGAIN)

    async def _send(self, home: _Home, event: RoomEvent) -> None:
        message, code = written(event), home.room.code
        if event.is_final:
            stream = names.room_finals(code)
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.xadd(stream, {"event": message}, maxlen=_FINALS, approximate=True)
                pipe.expire(stream, LIFE)
                await pipe.execute()
            home.final = event.told.number
        await self._redis.publish(names.room(code), message)

    async def _sign(self, home: _Home) -> None:
        await self._redis.set(names.room(home.room.code), home.about(self._instance), ex=LIFE)
        await self._redis.expire(names.room_finals(home.room.code), LIFE)

    async def _end(self, code: str) -> None:
        await self._redis.delete(names.room(code), names.room_finals(code))
        await self._redis.publish(names.ROOMS, json.dumps({"room": code, "ended": True}))

    # Rooms of others.

    async def _repeat(self, code: str) -> _Repeated:
        repeated = self._repeated[code] = _Repeated(Room(code, self._now()))
        repeated.room.channel.watch(lambda: self._later(self._tell_count(code)))
        try:
            if self._pubsub is not None:  # otherwise it is subscribed when Redis is there
                await self._pubsub.subscribe(names.room(code))
            await self._catch_up(repeated)
        except BaseException:
            self._repeated.pop(code, None)
            raise
        return repeated

    async def _catch_up(self, repeated: _Repeated) -> None:
        """Tell what became final and was not heard."""
        since = repeated.entry if repeated.entry == "-" else b"(" + bytes(repeated.entry)  # type: ignore[arg-type]
        found: Any = await self._redis.xrange(names.room_finals(repeated.room.code), since, "+")
        for entry, fields in found:
            repeated.entry = entry
            try:
                self._apply(repeated, read_event(fields[b"event"]))
            except (MessageWrong, KeyError):
                log.warning("what another gateway told of a room is not understood")

    @staticmethod
    def _apply(repeated: _Repeated, event: RoomEvent) -> None:
        number = event.told.number
        if event.is_final:
            if number <= repeated.final:
                return
            repeated.final = number
        elif number <= repeated.room.channel.number:
            return
        repeated.room.repeat(event.told)

    async def _heard(self, code: str, message: bytes) -> None:
        repeated = self._repeated.get(code)
        if repeated is None:
            return
        try:
            event = read_event(message)
        except MessageWrong:
            log.warning("what another gateway told of a room is not understood")
            return
        if event.before > repeated.final:
            await self._catch_up(repeated)
        self._apply(repeated, event)

    async def _tell_count(self, code: str) -> None:
        if (repeated := self._repeated.get(code)) is not None:
            about = {"room": code, "gateway": self._instance, "followers": repeated.room.channel.readers}
            await self._redis.publish(names.ROOMS, json.dumps(about))

    def _forget(self, code: str, *, is_over: bool) -> None:
        if (repeated := self._repeated.pop(code, None)) is None:
            return
        repeated.room.goes_on = not is_over
        repeated.room.channel.close()
        if self._pubsub is not None:
            self._later(self._pubsub.unsubscribe(names.room(code)))

    # Loops.

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(names.ROOMS, *(names.room(code) for code in self._repeated))
            self._pubsub = pubsub
            try:
                for repeated in tuple(self._repeated.values()):
                    await self._catch_up(repeated)
                while True:
                    message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5.0)
                    if message is None:
                        continue
                    channel = message["channel"].decode()
                    if channel == names.ROOMS:
                        self._noted(message["data"])
                    else:
                        await self._heard(channel.removeprefix(names.room("")), message["data"])
            finally:
                self._pubsub = None

    def _noted(self, message: bytes) -> None:
        try:
            told = json.loads(message)
            code = str(told["room"])
            if told.get("ended"):
                self._forget(code, is_over=True)
            elif "home" in told and told["home"] != self._instance and (home := self._homes.get(code)) is not None:
                self._lost(home)
            elif "followers" in told and (home := self._homes.get(code)) is not None:
                home.counts[str(told["gateway"])] = (int(told["followers"]), self._now())
                self._count(home)
        except (ValueError, KeyError, TypeError):
            log.warning("another gateway said something that is not understood")

    def _lost(self, home: _Home) -> None:
        """Another gateway has the room now; those who follow here come back, and read on from there."""
        self._leave(home.room.code)
        self._let_go(home.room)
        home.room.goes_on = True
        home.room.channel.close()

    def _count(self, home: _Home) -> None:
        now = self._now()
        home.counts = {name: one for name, one in home.counts.items() if now - one[1] <= _COUNTED}
        home.room.channel.count_elsewhere(sum(count for count, _ in home.counts.values()))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            for home in tuple(self._homes.values()):
                text: Any = await self._redis.get(names.room(home.room.code))
                if text is not None and read_about(text).gateway != self._instance:
                    self._lost(home)
                    continue
                await self._sign(home)
                self._count(home)
            for code, repeated in tuple(self._repeated.items()):
                repeated.unread = 0 if repeated.room.channel.readers else repeated.unread + 1
                if not await self._redis.exists(names.room(code)):
                    self._forget(code, is_over=True)
                elif repeated.unread > _UNREAD:
                    self._forget(code, is_over=False)
                else:
                    await self._tell_count(code)

    def _later(self, doing: Any) -> None:
        async def run() -> None:
            try:
                await doing
            except (*GONE, RedisError) as error:
                log.warning("Redis did not take something of a room (%s)", type(error).__name__)

        task = asyncio.get_running_loop().create_task(run())
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)


@contextlib.contextmanager
def _asked() -> Any:
    """What Redis cannot answer now is to be asked again."""
    try:
        yield
    except (*GONE, RedisError):
        raise EngineError("rooms-unknown-now", code="redis", recoverable=True) from None
