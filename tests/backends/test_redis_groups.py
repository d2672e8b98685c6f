"""Redis that fails over, or has its keys on several servers, between gateways and workers."""

import asyncio
import signal
from collections.abc import Callable

import pytest

from desktop.engine.events import Samples
from desktop.engine.options import SessionOptions
from desktop.engine.requests import Stage
from desktop.server.brokers.base import Begun
from desktop.server.cluster import registry
from desktop.server.cluster.broker import RedisBroker
from desktop.server.cluster.connection import closed, opened
from desktop.server.cluster.counters import RedisCounters
from desktop.server.cluster.rooms import RedisRooms
from desktop.server.cluster.sessions import RedisSessions
from desktop.server.streams.rooms import Rooms
from desktop.server.streams.sessions import kept_of
from tests.backends.test_brokers import decode, redis_between, request, started, words
from tests.redis_groups import RedisCluster3, WatchedRedis
from tests.redis_server import RedisServer


def test_when_its_replica_takes_over_what_waits_is_answered(speech: Callable[[str], Samples]) -> None:
    async def ask() -> list[str]:
        with WatchedRedis() as server:
            async with redis_between(servers=lambda: _Kept(server)) as broker:
                await broker.start()
                heard = await broker.ask("a", request(1), lambda: Begun(decode(speech("en-07")), 0.0))
                await asyncio.to_thread(server.fail)
                asked = [
                    asyncio.ensure_future(broker.ask(f"b{n}", request(1), lambda: Begun(decode(speech("en-07")), 0.0)))
                    for n in range(3)
                ]
                async with asyncio.timeout(60):
                    answers = await asyncio.gather(*asked)
                assert await asyncio.to_thread(server.is_replaced)
                return [words(one) for one in (heard, *answers)]

    found = asyncio.run(ask())
    assert found[0]
    assert found == [found[0]] * 4


class _Kept:
    """A server that somebody else ends."""

    def __init__(self, server: WatchedRedis) -> None:
        self.url = server.url

    def __enter__(self) -> "_Kept":
        return self

    def __exit__(self, *error: object) -> None:
        pass


@pytest.mark.parametrize("servers", [RedisServer, WatchedRedis, RedisCluster3])
def test_sessions_rooms_and_counters_are_kept_there(servers: Callable[[], RedisServer]) -> None:
    async def keep() -> None:
        url = started(servers).url
        redis, other = opened(url), opened(url)
        counters = RedisCounters(url)
        sessions = RedisSessions(redis, "first", lambda _: None)
        kept = kept_of("owner", SessionOptions(), 5, 1.0, 2, 3)
        await sessions.keep("stream", kept, '{"seq": 3}')
        assert await sessions.has("stream", 3)
        assert await sessions.take_over("stream") == kept
        assert await sessions.told("stream", 2) == ['{"seq": 3}']
        await sessions.forget("stream")
        assert await sessions.take_over("stream") is None
        here, there = Rooms(lambda: 0.0), Rooms(lambda: 0.0)
        here.shared = RedisRooms(redis, "first", lambda: 0.0, here.let_go)
        there.shared = RedisRooms(other, "second", lambda: 0.0, there.let_go)
        here.shared.begin()
        there.shared.begin()
        room = await here.open_for_all()
        assert not await there.shared.claim(room)  # its code is taken
        found = await there.find_anywhere(room.code)
        assert found is not None
        assert await there.speak_in(room.code, "wrong") is None
        taken = await there.speak_in(room.code, room.key)
        assert taken is found
        async with asyncio.timeout(20):
            while here.find(room.code) is not None:
                await asyncio.sleep(0.01)
        assert room.goes_on
        there.close_room(taken)
        async with asyncio.timeout(20):
            while await here.find_anywhere(room.code) is not None:
                await asyncio.sleep(0.01)
        assert [await counters.incr("a", 60), await counters.incr("a", 60), await counters.get("a")] == [1, 2, 2]
        assert await counters.check()
        await counters.clear("a")
        assert await counters.get("a") == 0
        for shared in (here.shared, there.shared):
            await shared.close()
        await counters.close()
        for one in (redis, other):
            await closed(one)

    asyncio.run(keep())


def test_after_an_outage_of_redis_workers_are_not_taken_for_gone() -> None:
    """They could not say that they are there, so that everybody who began a sentence was refused."""

    async def watch() -> None:
        with RedisServer() as server:
            redis, broker = opened(server.url), RedisBroker(server.url)
            await registry.tell(redis, Stage.RECOGNITION, registry.Present("worker", 2, b""))
            await broker.start()
            assert broker.workers == 2
            server.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(registry.FORGOTTEN + 1)
            server.process.send_signal(signal.SIGCONT)
            await redis.ping()
            clock = asyncio.get_running_loop().time
            until = clock() + 3
            while clock() < until:
                assert broker.workers == 2
                await asyncio.sleep(0.05)
            async with asyncio.timeout(20):  # one that says nothing now either is gone
                while broker.workers:
                    await asyncio.sleep(0.05)
            await broker.close()
            await closed(redis)

    asyncio.run(watch())


def test_what_a_worker_had_begun_when_redis_died_it_takes_up_again(
    monkeypatch: pytest.MonkeyPatch, speech: Callable[[str], Samples]
) -> None:
    """At once, and not when others would have claimed it."""
    monkeypatch.setattr("desktop.server.cluster.worker.CLAIMED_AFTER", 600_000)
    monkeypatch.setattr("desktop.server.cluster.broker._LOST", 600.0)
    monkeypatch.setattr("desktop.server.cluster.connection._CHECKED", 0)  # nothing is noticed by chance

    async def ask() -> list[str]:
        with RedisServer(keeps=True) as server:
            async with redis_between(servers=lambda: _Kept(server)) as broker:
                await broker.start()
                heard = await broker.ask("a", request(1), lambda: Begun(decode(speech("en-07")), 0.0))

                def begin() -> Begun:
                    """Called while the worker waits for what it has to do."""
                    server.kill()
                    return Begun(decode(speech("en-07")), 0.0)

                asked = asyncio.ensure_future(broker.ask("b", request(1), begin))
                async with asyncio.timeout(30):
                    while server.process.poll() is None:
                        await asyncio.sleep(0.01)
                    await asyncio.to_thread(server.start)
                    return [words(heard), words(await asked)]

    first, second = asyncio.run(ask())
    assert first == second != ""
