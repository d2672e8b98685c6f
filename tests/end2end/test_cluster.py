"""Gateways, workers and Redis as processes; each of them dies while somebody speaks, and no word is lost."""

import asyncio
import json
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import numpy as np
import pytest
from redis import Redis

from desktop.engine.events import Samples
from desktop.engine.text.compare import normalized_words
from desktop.server.client import Client
from tests.redis_server import RedisServer
from tests.serving import Server, Worker, final_texts
from tests.waiting import wait_until

Speech = Callable[[str], Samples]
NAMES = ("en-08", "en-07", "en-03", "en-00")


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 150))


def talk(speech: Speech) -> bytes:
    pause = np.zeros(16_000, np.float32)
    samples = np.concatenate([piece for name in NAMES for piece in (speech(name), pause)])
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def said(manifest: dict[str, dict[str, Any]]) -> list[str]:
    return [word for name in NAMES for word in normalized_words(manifest[name]["text"])]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer(keeps=True) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(redis: RedisServer) -> Iterator[Server]:
    with Server("--redis", redis.url) as server:
        yield server


def ready(server: Server) -> bool:
    try:
        return bool(server.json("health")["ready"])
    except OSError:
        return False


async def say(client: Client, audio: bytes, between: Callable[[int], Any] = lambda _: None) -> list[dict[str, Any]]:
    """Send it four times as fast as it was spoken; between: called before each half second."""

    async def send() -> None:
        for number, at in enumerate(range(0, len(audio), 16_000)):
            between(number)
            await client.send(audio[at : at + 16_000])
            await asyncio.sleep(0.125)
        await client.stop()

    sending = asyncio.create_task(send())
    heard = [message async for message in client.messages()]
    await sending
    return heard


def test_what_a_killed_worker_had_is_done_by_another(
    gateway: Server, redis: RedisServer, speech: Speech, manifest: dict[str, dict[str, Any]]
) -> None:
    with Worker("stt", redis.url) as first, Worker("stt", redis.url) as second:
        assert wait_until(lambda: ready(gateway), 20)

        def kill(number: int) -> None:
            if number == 9:
                first.process.send_signal(signal.SIGKILL)

        async def speak() -> list[dict[str, Any]]:
            async with Client(gateway.socket_url, source="en") as client:
                return await say(client, talk(speech), kill)

        heard = run(speak())
        assert normalized_words(" ".join(final_texts(heard))) == said(manifest)
        assert second.end() == 0
    with Redis(port=redis.port) as client:
        for stream in ("audio_jobs", "{audio_jobs}:partial"):
            groups = client.xinfo_groups(stream)
            assert client.xlen(stream) == 0
            assert [one["pending"] for one in groups] == [0]
        assert not client.exists("{audio_jobs}:dead")


def test_redis_is_killed_and_comes_back(
    gateway: Server, redis: RedisServer, speech: Speech, manifest: dict[str, dict[str, Any]]
) -> None:
    with Worker("stt", redis.url):
        assert wait_until(lambda: ready(gateway), 20)

        def kill(number: int) -> None:
            if number == 8:
                redis.kill()
            if number == 14:
                redis.start()

        async def speak() -> list[dict[str, Any]]:
            async with Client(gateway.socket_url, source="en") as client:
                return await say(client, talk(speech), kill)

        heard = run(speak())
        assert normalized_words(" ".join(final_texts(heard))) == said(manifest)


def test_without_workers_the_gateway_is_not_ready(redis: RedisServer) -> None:
    with Server("--redis", redis.url) as lonely:
        assert wait_until(lambda: not ready(lonely), 20)
        with Worker("stt", redis.url) as worker:
            assert wait_until(lambda: ready(lonely), 20)
            health = json.loads(worker.get("health"))
            assert health["ready"]
            assert "parley_worker_jobs_done" in worker.get("metrics")


def test_a_redis_that_is_not_there_is_said_so() -> None:
    import os

    from tests.command_line import run_parley

    for command in (["serve", "--port", "0", "--health-port", "0"], ["worker", "translation", "--health-port", "0"]):
        told = run_parley([*command, "--redis", "redis://:secret@127.0.0.1:9/0"], os.environ)
        assert told.returncode == 1
        assert "Redis does not answer at redis://127.0.0.1:9/0" in told.stderr
        assert "secret" not in told.stderr


def test_a_gateway_is_killed_and_its_client_goes_on_at_another(
    gateway: Server, redis: RedisServer, speech: Speech, manifest: dict[str, dict[str, Any]]
) -> None:
    with Worker("stt", redis.url), Server("--redis", redis.url) as mortal:
        assert wait_until(lambda: ready(gateway) and ready(mortal), 20)

        def kill(number: int) -> None:
            if number == 11:
                mortal.process.send_signal(signal.SIGKILL)

        async def speak() -> tuple[list[dict[str, Any]], int]:
            async with Client([mortal.socket_url, gateway.socket_url], source="en") as client:
                return await say(client, talk(speech), kill), client.cuts

        heard, cuts = run(speak())
    assert cuts == 1
    assert normalized_words(" ".join(final_texts(heard))) == said(manifest)
    assert len({one["segment_id"] for one in heard if one.get("final_text")}) == len(NAMES)
    times = [one["end"] for one in heard if one.get("final_text")]
    assert times == sorted(times)
    with Redis(port=redis.port) as client:
        assert not client.keys("session:*")


def test_a_job_that_kills_workers_is_given_up_listed_and_put_in_again(redis: RedisServer) -> None:
    import os

    from tests.command_line import run_parley

    fields = {"v": "1", "job": "poison", "gateway": "gone", "client": "c", "stage": "recognition", "kind": "final"}
    with Redis(port=redis.port) as client:
        entry = client.xadd("audio_jobs", fields)
        for number in range(4):  # as if that many workers had died over it
            client.xreadgroup("stt_workers", f"dead{number}", {"audio_jobs": ">"}, count=1)
            client.xclaim("audio_jobs", "stt_workers", f"dead{number}", 0, [entry])
        with Worker("stt", redis.url):
            assert wait_until(lambda: client.xlen("{audio_jobs}:dead") == 1, 30)
        told = run_parley(["jobs", "dead", "--json", "--redis", redis.url], os.environ)
        assert [one["job"] for one in json.loads(told.stdout)] == ["poison"]
        told = run_parley(["jobs", "retry", "--redis", redis.url], os.environ)
        assert "1 job put into the queue again" in told.stderr
        assert client.xlen("{audio_jobs}:dead") == 0
        with Worker("stt", redis.url):  # whose gateway is not there any more
            assert wait_until(lambda: client.xlen("audio_jobs") == 0, 30)
        assert "no job was given up" in run_parley(["jobs", "dead", "--redis", redis.url], os.environ).stderr
