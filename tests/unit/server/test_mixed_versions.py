"""Gateways and workers of neighbouring versions of the job format, on simulated time."""

import asyncio
from random import Random
from typing import Any

import pytest

from desktop.engine.requests import Kind, Stage
from desktop.server.cluster import names
from desktop.server.cluster import worker as worker_module
from desktop.server.cluster.jobs import Job, JobWrong, read
from desktop.server.cluster.registry import Present
from tests.unit.server.simulation.cast import Scene
from tests.unit.server.simulation.clock import Place, simulate
from tests.unit.server.simulation.redis_link import Link, SimulatedRedis, Weather
from tests.unit.server.simulation.words import name
from tests.unit.server.test_fault_schedules import spoken, talk

JOB = Job("a1", "gateway", "client", Stage.RECOGNITION, Kind.FINAL, "ab" * 16)


def entry(version: int, **more: str) -> dict[bytes, bytes]:
    return {key.encode(): value.encode() for key, value in (JOB.fields() | {"v": str(version)} | more).items()}


@pytest.mark.parametrize("version", [names.VERSION - 1, names.VERSION])
def test_this_version_and_the_one_before_are_understood(version: int) -> None:
    assert read(entry(version)) == JOB
    assert read(entry(version, priority="high")) == JOB  # what a newer minor change may add


@pytest.mark.parametrize("version", [names.VERSION + 1, names.VERSION - 2])
def test_others_are_not(version: int) -> None:
    with pytest.raises(JobWrong):
        read(entry(version))


def served() -> list[str]:
    """What one gateway and one worker understand."""
    _, audio = talk(Random(1))
    texts: list[str] = []

    async def scene() -> None:
        stage = Scene(SimulatedRedis(Weather(), Random(1)), Random(1))
        with stage.lines():
            stage.add_worker()
            await asyncio.sleep(1.0)
            stage.add_gateway("ws://one/")
            await asyncio.sleep(3.0)
            texts.extend(await asyncio.wait_for(spoken(stage.client(), audio, asyncio.Event()), 60))

    simulate(scene)
    return " ".join(texts).lower().split()


WORDS = [name(number) for number in talk(Random(1))[0]]


def test_a_gateway_one_version_back_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a rolling upgrade, workers first."""
    fields = Job.fields
    monkeypatch.setattr(Job, "fields", lambda job, version: fields(job, names.VERSION - 1))
    assert served() == WORDS


def test_a_worker_one_version_back_gets_what_it_understands(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a rolling upgrade, gateways first."""

    def strict(fields: dict[bytes, bytes]) -> Job:
        if int(fields[b"v"]) >= names.VERSION:
            raise JobWrong("newer")
        return read(fields)

    monkeypatch.setattr(worker_module, "read", strict)
    monkeypatch.setattr(worker_module, "Present", lambda *told: Present(*told[:-1], names.VERSION - 1))
    assert served() == WORDS


def test_a_job_of_a_newer_version_goes_to_the_dead_at_once_and_others_go_on() -> None:
    """As in a rollback that took the gateways last."""
    found: dict[str, Any] = {}

    async def scene() -> None:
        chance = Random(2)
        redis = SimulatedRedis(Weather(), chance)
        stage = Scene(redis, chance)
        link = Link(redis, Place())
        queue = names.QUEUES[Stage.RECOGNITION]
        with stage.lines():
            stage.add_worker()
            await asyncio.sleep(1.0)
            await link.xadd(queue.finals, entry(names.VERSION + 1))
            await link.xadd(queue.finals, entry(names.VERSION))
            await asyncio.sleep(4.0)  # the second one's gateway is not there: its worker gives it up
            found["left"] = await link.xlen(queue.finals)
            found["pending"] = await link.xpending_range(queue.finals, queue.group, "-", "+", 10)
            found["dead"] = await link.xrange(queue.dead, "0-1", f"{2**60}-0")

    simulate(scene)
    assert found["left"] == 0
    assert found["pending"] == []
    assert [fields[b"v"] for _, fields in found["dead"]] == [str(names.VERSION + 1).encode()]
    assert found["dead"][0][1][b"stream"] == b"audio_jobs"
