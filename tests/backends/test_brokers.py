"""What every broker of the server promises: finals first, only the newest partial, nothing left waiting."""

import asyncio
import atexit
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any, cast

import numpy as np
import pytest

from desktop.engine.errors import EngineError
from desktop.engine.events import Samples
from desktop.engine.options import ModelOptions, VoiceOptions
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.recognition.work import Decode
from desktop.engine.requests import Kind, Request, Stage
from desktop.engine.speech.work import Speak
from desktop.engine.translation.work import LoadTranslation
from desktop.server.brokers.base import Begun, Broker
from desktop.server.brokers.local import LocalBroker
from desktop.server.brokers.probe import decoding_seconds
from desktop.server.cluster.broker import RedisBroker
from desktop.server.cluster.worker import JobWorker
from tests.redis_groups import RedisCluster3, WatchedRedis
from tests.redis_server import RedisServer

STARTER = ModelOptions(recognition="starter", threads=1, device="cpu", compute_type="default", lowers_load=False)


@asynccontextmanager
async def _local(workers: int = 1) -> AsyncIterator[Broker]:
    from dataclasses import replace

    broker = LocalBroker(replace(STARTER, workers=workers))
    try:
        yield broker
    finally:
        await broker.close()


GROUPS: tuple[Any, ...] = (WatchedRedis, RedisCluster3)


@cache
def started(servers: Callable[[], Any]) -> Any:
    """Several servers take seconds to find each other: they are there until the process ends."""
    group = servers().__enter__()
    atexit.register(group.__exit__, None, None, None)
    return group


@asynccontextmanager
async def redis_between(workers: int = 1, servers: Callable[[], Any] = RedisServer) -> AsyncIterator[Broker]:
    """A gateway and workers of each stage, with a real Redis between them."""
    with contextlib.ExitStack() as ending:
        server = started(servers) if servers in GROUPS else ending.enter_context(servers())
        async with _local(workers) as models:
            await models.start()
            team = [
                JobWorker(server.url, stage, models, workers if stage is Stage.RECOGNITION else 1) for stage in Stage
            ]
            working = [asyncio.create_task(one.run()) for one in team]
            broker = RedisBroker(server.url)
            while not all(one.is_ready for one in team):
                await asyncio.sleep(0.02)
            try:
                yield broker
            finally:
                await broker.close()
                for one in team:
                    one.stop()
                await asyncio.gather(*working)


BROKERS = {
    "local": _local,
    "redis": redis_between,
    "sentinel": partial(redis_between, servers=WatchedRedis),
    "cluster": partial(redis_between, servers=RedisCluster3),
}
Open = Callable[..., Any]


@pytest.fixture(params=BROKERS)
def opened(request: pytest.FixtureRequest) -> Open:
    return cast(Open, BROKERS[request.param])


def request(number: int, kind: Kind = Kind.FINAL, stage: Stage = Stage.RECOGNITION) -> Request:
    return Request(number, stage, kind)


def decode(samples: Samples) -> Decode:
    return Decode(samples, RecognitionRequest(language="en", is_final=True), len(samples) / 16_000)


def words(hypothesis: Hypothesis) -> str:
    return " ".join(word.text for word in hypothesis.words)


def test_it_answers_each_stage(opened: Open, speech: Callable[[str], Samples]) -> None:
    async def ask() -> None:
        async with opened() as broker:
            assert broker.recogniser is None
            await broker.start()
            assert broker.recogniser is not None
            assert "en" in broker.recogniser.capabilities.languages
            assert broker.voice_detector(VoiceOptions()) is not broker.voice_detector(VoiceOptions())
            heard = await broker.ask("a", request(1), lambda: Begun(decode(speech("en-07")), 0.0))
            assert words(heard)
            able = await broker.ask(
                "a", request(2, stage=Stage.TRANSLATION), lambda: Begun(LoadTranslation("en", "es"), None)
            )
            assert able is not None
            speak = Speak(0, "Hello.", "en", is_last=True)
            chunks = await broker.ask("a", request(3, stage=Stage.SPEECH), lambda: Begun(speak, None))
            assert sum(len(chunk.samples) for chunk in chunks) > 1000
            assert await decoding_seconds(broker, speech("en-07")) > 0

    asyncio.run(ask())


def test_finals_come_before_the_partials_of_others(opened: Open, speech: Callable[[str], Samples]) -> None:
    async def ask() -> list[str]:
        order: list[str] = []
        async with opened() as broker:
            await broker.start()

            def begin(name: str) -> Callable[[], Begun]:
                def turn() -> Begun:
                    order.append(name)
                    return Begun(decode(speech("en-07")), 0.0)

                return turn

            first = asyncio.ensure_future(broker.ask("first", request(1), begin("first")))
            while not order:
                await asyncio.sleep(0)
            asked = [broker.ask(f"partial {n}", request(1, Kind.PARTIAL), begin("partial")) for n in range(3)]
            asked += [broker.ask(f"final {n}", request(1), begin("final")) for n in range(3)]
            answers = await asyncio.gather(first, *asked)
            assert all(words(answer) for answer in answers)
        return order

    order = asyncio.run(ask())
    assert order == ["first", "final", "final", "final", "partial", "partial", "partial"]


def test_of_one_owner_only_the_newest_is_begun(opened: Open, speech: Callable[[str], Samples]) -> None:
    async def ask() -> tuple[list[int], list[Any]]:
        begun: list[int] = []
        async with opened() as broker:
            await broker.start()

            def begin(number: int) -> Callable[[], Begun]:
                def turn() -> Begun:
                    begun.append(number)
                    return Begun(decode(speech("en-07")), 0.0)

                return turn

            others = broker.ask("other", request(1), begin(0))
            asked = [broker.ask("a", request(number, Kind.PARTIAL), begin(number)) for number in (1, 2, 3)]
            _, *answers = await asyncio.gather(others, *asked)
        return begun, answers

    begun, answers = asyncio.run(ask())
    assert sorted(begun) == [0, 3]
    assert [answer is None for answer in answers] == [True, True, False]


def test_what_is_needless_when_its_turn_comes_costs_nothing(opened: Open) -> None:
    async def ask() -> Any:
        async with opened() as broker:
            await broker.start()
            return await broker.ask("a", request(1), lambda: None)

    assert asyncio.run(ask()) is None


def test_what_fails_is_raised_and_the_next_is_answered(opened: Open, speech: Callable[[str], Samples]) -> None:
    async def ask() -> Hypothesis:
        async with opened() as broker:
            await broker.start()
            wrong = Decode(speech("en-07"), RecognitionRequest(language="xx", is_final=True, is_buffered=True), 1.0)
            with pytest.raises(EngineError):
                await broker.ask("a", request(1), lambda: Begun(wrong, 0.0))

            def broken() -> Begun:
                raise RuntimeError("begin")

            with pytest.raises(RuntimeError, match="begin"):
                await broker.ask("a", request(2), broken)
            return await broker.ask("a", request(3), lambda: Begun(decode(speech("en-07")), 0.0))  # type: ignore[no-any-return]

    assert words(asyncio.run(ask()))


def test_who_is_dropped_is_not_begun(opened: Open, speech: Callable[[str], Samples]) -> None:
    async def ask() -> tuple[list[str], Any]:
        begun: list[str] = []
        async with opened() as broker:
            await broker.start()

            def begin(name: str) -> Callable[[], Begun]:
                def turn() -> Begun:
                    begun.append(name)
                    return Begun(decode(speech("en-07")), 0.0)

                return turn

            first = asyncio.ensure_future(broker.ask("a", request(1), begin("a")))
            second = asyncio.ensure_future(broker.ask("b", request(1), begin("b")))
            await asyncio.sleep(0)
            broker.drop("b")
            await first
            return begun, await second

    begun, answer = asyncio.run(ask())
    assert begun == ["a"]
    assert answer is None


def test_after_its_end_nothing_is_left_waiting(opened: Open, speech: Callable[[str], Samples]) -> None:
    async def ask() -> Any:
        async with opened() as broker:
            await broker.start()
            asked = [
                asyncio.ensure_future(broker.ask(str(n), request(1), lambda: Begun(decode(speech("en-07")), 0.0)))
                for n in range(5)
            ]
            await asyncio.sleep(0)
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)

    assert len(asyncio.run(ask())) == 5


def test_several_workers_decode_at_a_time(opened: Open, speech: Callable[[str], Samples]) -> None:
    much = np.tile(speech("en-07"), 6)  # so that one is decoded for longer than another takes to be begun

    async def ask() -> int:
        running, most = 0, 0
        async with opened(workers=2) as broker:
            await broker.start()
            assert broker.workers == 2

            async def one(name: str) -> None:
                nonlocal running

                def begin() -> Begun:
                    nonlocal running, most
                    running += 1
                    most = max(most, running)
                    return Begun(decode(much), 0.0)

                assert words(await broker.ask(name, request(1), begin))
                running -= 1

            await asyncio.gather(*(one(str(number)) for number in range(6)))
        return most

    assert 2 <= asyncio.run(ask()) <= 4  # a turn may begin before the answer to the last one is seen
