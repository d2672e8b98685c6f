"""A Redis on simulated time, and the client that Parley uses: as `redis.asyncio`'s, over a line that fails."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Any, Self

from redis.exceptions import ConnectionError as RedisConnectionError

from tests.unit.server.simulation.clock import Place
from tests.unit.server.simulation.redis_state import State, raw

_TRIES = 3
"""of each command, as `connection.opened` asks for"""
_READS = frozenset(
    {
        "ping",
        "time",
        "get",
        "mget",
        "strlen",
        "getrange",
        "exists",
        "hgetall",
        "lrange",
        "xlen",
        "xrange",
        "xpending_range",
    }
)


@dataclass(frozen=True)
class Weather:
    """How bad the lines to Redis are."""

    lost: float = 0.0
    """share of the commands that do not arrive, and of the answers that do not"""
    unheard: float = 0.0
    """share of the messages of channels that do not arrive"""
    delay: float = 0.001
    """seconds, on average, of a command and of a message"""


class SimulatedRedis:
    """The server. It forgets at a crash what it was told just before, as with `appendfsync everysec`."""

    def __init__(self, weather: Weather, chance: Random) -> None:
        self.weather = weather
        self.chance = chance
        self.is_up = True
        self.generation = 0
        """how often its connections were lost"""
        self._state = State()
        self._journal: list[tuple[float, str, tuple[Any, ...], dict[str, Any]]] = []
        self._waiting: dict[asyncio.Future[None], None] = {}
        self._readers: dict[Listener, None] = {}

    def apply(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Do a command."""
        now = asyncio.get_running_loop().time()
        if name == "publish":
            return self._publish(args[0], raw(args[1]))
        if name not in _READS:
            self._journal.append((now, name, args, options))
        result = getattr(self._state, name)(now, *args, **options)
        if name in ("xadd", "rpush"):
            self._wake()
        return result

    async def changed(self, timeout: float) -> None:
        """Something was added, or the server is gone."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = None
        try:
            await asyncio.wait({future}, timeout=timeout)
        finally:
            self._waiting.pop(future, None)

    def crash(self, forgets: float) -> None:
        """Away until `start`; what it was told in the last seconds is forgotten."""
        self.is_up = False
        self.generation += 1
        until = asyncio.get_running_loop().time() - forgets
        kept, self._journal, self._state = self._journal, [], State()
        for entry in kept:
            at, name, args, options = entry
            if at <= until:
                self._journal.append(entry)
                try:
                    getattr(self._state, name)(at, *args, **options)
                except Exception:  # as it did then
                    continue
        self._wake()

    def start(self) -> None:
        """Here again."""
        self.is_up = True

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def _publish(self, channel: Any, data: bytes) -> int:
        name = raw(channel)
        heard = [reader for reader in self._readers if reader.hears(name)]
        for reader in heard:
            if self.chance.random() >= self.weather.unheard:
                reader.put(self.generation, name, data, self.delay())
        return len(heard)

    def delay(self) -> float:
        return self.chance.expovariate(1 / self.weather.delay)


class Link:
    """A client of it, at a place."""

    def __init__(self, server: SimulatedRedis, place: Place) -> None:
        self._server = server
        self.place = place
        self.is_cut = False
        """nothing gets through"""
        self.connection_pool = self

    async def disconnect(self, inuse_connections: bool = True) -> None:
        pass

    async def aclose(self) -> None:
        pass

    def check(self) -> None:
        if self.place.is_dead or self.is_cut or not self._server.is_up:
            raise RedisConnectionError("gone")

    async def do(self, call: Callable[[], Any]) -> Any:
        """Over the line, and again if it failed, as redis-py does."""
        for attempt in range(_TRIES):
            try:
                return await self._once(call)
            except RedisConnectionError:
                if attempt == _TRIES - 1 or self.place.is_dead:
                    raise
                await asyncio.sleep(0.05 * 2**attempt * self._server.chance.uniform(0.5, 1))
        raise AssertionError

    async def _once(self, call: Callable[[], Any]) -> Any:
        server = self._server
        await asyncio.sleep(server.delay())
        self.check()
        fate = server.chance.random()
        if fate < server.weather.lost:
            raise RedisConnectionError("the command was lost")
        result = call()
        if fate > 1 - server.weather.lost:
            raise RedisConnectionError("the answer was lost")
        return result

    def __getattr__(self, name: str) -> Any:
        if not hasattr(State, name) and name != "publish":
            raise AttributeError(name)

        async def command(*args: Any, **options: Any) -> Any:
            return await self.do(lambda: self._server.apply(name, args, options))

        return command

    async def xautoclaim(self, key: str, group: str, consumer: str, *, min_idle_time: int, count: int) -> Any:
        args = (key, group, consumer, min_idle_time, count)
        return await self.do(lambda: self._server.apply("xautoclaim", args, {}))

    async def mget(self, keys: Any) -> Any:
        return await self.do(lambda: self._server.apply("mget", (list(keys),), {}))

    async def xreadgroup(
        self, group: str, consumer: str, streams: Any, *, count: int, block: int | None = None
    ) -> list[Any]:
        args = (group, consumer, dict(streams), count)
        return await self._waited(lambda: self._server.apply("xreadgroup", args, {}), (block or 0) / 1000) or []

    async def blpop(self, keys: list[str], timeout: float) -> Any:
        found = await self._waited(lambda: self._server.apply("lpop", (keys[0],), {}), timeout)
        return None if found is None else (raw(keys[0]), found)

    async def _waited(self, call: Callable[[], Any], seconds: float) -> Any:
        """What comes within that time; blocking commands wait at the server."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        while not (found := await self.do(call)) and clock() < until:
            await self._server.changed(until - clock())
            self.check()
        return found

    def pipeline(self, transaction: bool = True) -> "Pipeline":
        return Pipeline(self)

    def pubsub(self) -> "Listener":
        return Listener(self, self._server)

    def apply(self, calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> list[Any]:
        return [self._server.apply(name, args, options) for name, args, options in calls]


class Pipeline:
    """Commands that are done together."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.clear()

    def __getattr__(self, name: str) -> Any:
        if not hasattr(State, name) and name != "publish":
            raise AttributeError(name)
        return lambda *args, **options: self._calls.append((name, args, options))

    async def execute(self) -> list[Any]:
        calls = self._calls[:]
        result: list[Any] = await self._link.do(lambda: self._link.apply(calls))
        return result


class Listener:
    """A `PubSub`: after a lost connection it hears nothing until it subscribes, or another one does."""

    def __init__(self, link: Link, server: SimulatedRedis) -> None:
        self._link = link
        self._server = server
        self._channels: set[bytes] = set()
        self._inbox: deque[dict[str, Any]] = deque()
        self._under_way: deque[tuple[int, bytes, bytes]] = deque()
        self._came = asyncio.Event()
        self._generation = server.generation
        server._readers[self] = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        self._server._readers.pop(self, None)

    async def subscribe(self, *channels: Any) -> None:
        await self._link.do(self._connect)
        self._channels |= set(map(raw, channels))

    @property
    def subscribed(self) -> bool:
        return bool(self._channels)

    async def unsubscribe(self, *channels: Any) -> None:
        self._channels -= set(map(raw, channels))

    def hears(self, channel: bytes) -> bool:
        link = self._link
        is_there = self._generation == self._server.generation and not link.place.is_dead and not link.is_cut
        return is_there and channel in self._channels

    def put(self, generation: int, channel: bytes, data: bytes, delay: float) -> None:
        self._under_way.append((generation, channel, data))
        asyncio.get_running_loop().call_later(delay, self._arrived)

    def _arrived(self) -> None:
        generation, channel, data = self._under_way.popleft()  # in order, whichever timer it was
        if generation == self._generation == self._server.generation:
            self._inbox.append({"type": "message", "channel": channel, "data": data})
            self._came.set()

    async def get_message(self, ignore_subscribe_messages: bool, timeout: float) -> dict[str, Any] | None:
        await self._link.do(self._check)
        if not self._inbox:
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), timeout)
            except TimeoutError:
                return None
        return self._inbox.popleft()

    def _check(self) -> None:
        if self._generation != self._server.generation:
            raise RedisConnectionError

    def _connect(self) -> None:
        self._generation = self._server.generation
