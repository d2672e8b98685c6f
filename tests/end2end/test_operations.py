"""A gateway and a worker as an operator runs them: environment files, JSON logs, traces, figures, users of Redis."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from redis import Redis
from redis.exceptions import NoPermissionError
from websockets.asyncio.client import connect

from desktop.bench.load.distribution import fetched
from desktop.engine.events import Samples
from desktop.server.client import Client
from tests.redis_acl import PASSWORD, users
from tests.redis_server import RedisServer
from tests.serving import ROOT, Server, Worker, final_texts
from tests.waiting import wait_until

MONITORING = ROOT / "installer" / "deploy" / "monitoring"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer(users=users()) as server:
        yield server


@pytest.fixture(scope="module")
def files(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("environment")
    preset, secret = folder / "preset.env", folder / "redis.env"
    preset.write_text(
        "SILENCE_THRESHOLD_SECONDS=0.4\nMAX_QUEUE_DEPTH=7\nNORMALIZE_AUDIO=true\nREDIS_URL=redis://wrong:1/\n"
    )
    address = redis.url.replace("redis://", f"redis://parley:{PASSWORD.replace(' ', '%20')}@")
    secret.write_text(f"REDIS_URL={address}\n")
    return [f"--env-file={preset}", f"--env-file={secret}", "--log-format=json"]


@pytest.fixture(scope="module")
def worker(files: list[str]) -> Iterator[Worker]:
    with Worker("stt", "", *files) as one:
        yield one


@pytest.fixture(scope="module")
def gateway(worker: Worker, files: list[str]) -> Iterator[Server]:
    with Server(*files) as one:
        assert wait_until(lambda: bool(one.json("health")["ready"]), 20)
        yield one


@pytest.fixture(scope="module")
def heard(gateway: Server, speech: Callable[[str], Samples]) -> list[dict[str, Any]]:
    """What a client is told of a sentence."""
    audio = (np.clip(np.concatenate([speech("en-08"), np.zeros(16_000, np.float32)]), -1, 1) * 32767).astype("<i2")

    async def speak() -> list[dict[str, Any]]:
        async with Client(gateway.socket_url, source="en") as client:
            await client.send(audio.tobytes())
            await client.stop()
            return [message async for message in client.messages()]

    return asyncio.run(asyncio.wait_for(speak(), 60))


def test_what_is_said_is_recognised_by_the_users_of_redis_that_are_advised(
    heard: list[dict[str, Any]], worker: Worker, redis: RedisServer
) -> None:
    assert len(final_texts(heard)) == 1
    with Redis(port=redis.port, username="keda", password=PASSWORD) as scaler:
        assert scaler.xinfo_groups("audio_jobs")[0]["lag"] == 0
        with pytest.raises(NoPermissionError):
            scaler.get("audio:x:0")


def test_every_figure_of_rules_and_dashboard_is_told(
    gateway: Server, worker: Worker, heard: list[dict[str, Any]]
) -> None:
    told = gateway.get("metrics", Accept="text/plain") + worker.get("metrics")
    families = set(re.findall(r"^# HELP (\w+)", told, re.MULTILINE))
    families |= {name.removesuffix("_total") for name in families}
    asked = {
        name
        for file in ("alerts.yaml", "dashboard.json")
        for name in re.findall(r"\bparley_\w+", (MONITORING / file).read_text(encoding="utf-8"))
    }
    assert len(asked) > 15
    for name in asked:
        plain = re.sub(r"_(bucket|count|sum|total)$", "", name)
        assert {name, plain} & families, name


def test_who_did_what_is_told(gateway: Server, worker: Worker, heard: list[dict[str, Any]]) -> None:
    done = fetched(gateway.url)
    assert set(done) == {worker.id}
    assert done[worker.id] >= 1


def test_the_file_is_followed(gateway: Server) -> None:
    assert gateway.json("metrics")["max_queue_depth"] == 7


def test_the_log_is_json_and_its_traces_are_those_that_clients_get(gateway: Server, worker: Worker) -> None:
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    async def ask() -> str:
        async with connect(gateway.socket_url, additional_headers={"traceparent": parent}) as socket:
            assert socket.response is not None
            return socket.response.headers["x-trace-id"]

    assert asyncio.run(ask()) == "4bf92f3577b34da6a3ce929d0e0e4736"
    for program in (gateway, worker):
        lines = [json.loads(line) for line in program.said.splitlines()]
        assert any(line["event"].startswith("NORMALIZE_AUDIO does nothing") for line in lines)
        assert all({"timestamp", "level", "event"} <= set(line) for line in lines)


def test_a_wrong_value_is_one_sentence(tmp_path: Path) -> None:
    import os

    from tests.command_line import run_parley

    file = tmp_path / "parley.env"
    file.write_text("DEVICE=tpu\n")
    for command in (["serve"], ["worker", "stt"]):
        told = run_parley([*command, "--env-file", str(file)], os.environ)
        assert told.returncode == 1
        assert told.stderr.startswith("parley: DEVICE=tpu cannot be used: it must be one of auto, cpu, cuda")
        assert told.stderr.count("\n") == 1
