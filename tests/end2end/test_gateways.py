"""Rooms and those who were let in, over two gateways with a Redis between them, each with a data folder of its own."""

import asyncio
import json
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from desktop.engine.text.compare import normalized_words
from desktop.server.client import Client
from tests.command_line import run_parley
from tests.end2end.test_cluster import NAMES, Speech, ready, run, said, talk
from tests.redis_server import RedisServer
from tests.serving import Server, Worker, final_texts
from tests.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Gateway:
    server: Server
    token: str
    """lets speak"""

    def ask(self, path: str, body: Mapping[str, str]) -> tuple[int, str]:
        """Status and cookie of what is posted."""
        request = urllib.request.Request(
            self.server.url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Origin": self.server.url.rstrip("/")},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers.get("set-cookie", "").partition(";")[0]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, ""

    @asynccontextmanager
    async def follow(self, cookie: str, seq: int = 0) -> AsyncIterator[ClientConnection]:
        headers = {"Cookie": cookie, "Origin": self.server.url.rstrip("/")}
        async with connect(self.server.socket_url + "follow", additional_headers=headers) as socket:
            await socket.send(json.dumps({"type": "follow", "seq": seq}))
            assert json.loads(await socket.recv()) == {"type": "following"}
            yield socket


Open = Callable[..., Gateway]
"""name: of the gateway and its token. folder: with its database; another one than its name where it shares one."""


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer(keeps=True) as server:
        yield server


@pytest.fixture
def opened(redis: RedisServer, tmp_path: Path) -> Iterator[Open]:
    key = tmp_path / "cookies.key"
    key.write_text(secrets.token_hex(32))
    servers: list[Server] = []

    def gateway(name: str, folder: str = "") -> Gateway:
        home = tmp_path / (folder or name)
        environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        made = run_parley(["tokens", "create", name, "--scope", "speak"], environment)
        server = Server("--redis", redis.url, "--cookie-key-file", str(key), environment=environment)
        servers.append(server.__enter__())
        return Gateway(server, made.stdout.strip())

    with Worker("stt", redis.url):
        try:
            yield gateway
        finally:
            for one in servers:
                one.__exit__(None, None, None)


async def heard(socket: ClientConnection, told: list[dict[str, Any]]) -> str:
    """Everything until the connection ends: why it did."""
    try:
        async for message in socket:
            if isinstance(message, str):
                told.append(json.loads(message))
    except ConnectionClosed:
        return "cut"
    return "ended" if told and told[-1]["type"] == "ended" else "closed"


async def hear(client: Client, told: list[dict[str, Any]]) -> None:
    """What the client is told; at another gateway it asks to speak in its room again."""
    room: dict[str, str] = {}
    async for message in client.messages():
        told.append(message)
        if message["type"] == "shared":
            room = {"room": message["room"], "key": message["key"]}
        if message["type"] == "hello" and room:
            await client.tell({"type": "share", **room})


async def shared(client: Client, told: list[dict[str, Any]]) -> str:
    """Ask for a room, and wait for it. told: what the client is told, read by somebody else."""
    await client.tell({"type": "share"})
    while not (found := [one for one in told if one["type"] == "shared"]):
        await asyncio.sleep(0.01)
    return str(found[-1]["room"])


def test_a_room_is_followed_at_another_gateway(
    opened: Open, speech: Speech, manifest: dict[str, dict[str, Any]]
) -> None:
    first, second = opened("first"), opened("second")
    assert wait_until(lambda: ready(first.server) and ready(second.server), 20)

    async def speak() -> None:
        told: list[dict[str, Any]] = []
        read: list[dict[str, Any]] = []
        moved: list[dict[str, Any]] = []
        audio = talk(speech)

        async with Client(first.server.socket_url, source="en", token=first.token) as client:
            hearing = asyncio.create_task(hear(client, told))
            room = await shared(client, told)
            status, cookie = await asyncio.to_thread(second.ask, "room", {"room": room})
            assert status == 200
            async with second.follow(cookie) as elsewhere, first.follow(cookie) as here:  # one key of cookies
                reading = asyncio.create_task(heard(elsewhere, read))
                going = asyncio.create_task(heard(here, moved))
                for at in range(0, len(audio), 16_000):
                    await client.send(audio[at : at + 16_000])
                    await asyncio.sleep(0.125)
                await client.tell({"type": "flush"})
                while len(final_texts(read)) < len(NAMES):
                    await asyncio.sleep(0.05)
                assert [one["count"] for one in told if one["type"] == "followers"][-1] == 2
                await client.tell({"type": "unshare"})
                assert await reading == await going == "ended"
            await client.stop()
            await hearing
        assert normalized_words(" ".join(final_texts(read))) == said(manifest)
        assert final_texts(read) == final_texts(moved) == final_texts(told)
        assert [one["seq"] for one in read if one["type"] == "realtime"][-1] == moved[-2]["seq"]
        status, _ = await asyncio.to_thread(second.ask, "room", {"room": room})
        assert status == 404

    run(speak())


def test_a_gateway_is_killed_and_its_room_goes_on_at_another(
    opened: Open, speech: Speech, manifest: dict[str, dict[str, Any]]
) -> None:
    mortal, other = opened("mortal", "home"), opened("other", "home")
    assert wait_until(lambda: ready(mortal.server) and ready(other.server), 20)

    async def speak() -> None:
        told: list[dict[str, Any]] = []
        read: list[dict[str, Any]] = []
        audio = talk(speech)
        urls = [mortal.server.socket_url, other.server.socket_url]
        async with Client(urls, source="en", token=mortal.token) as client:
            hearing = asyncio.create_task(hear(client, told))
            room = await shared(client, told)
            _, cookie = await asyncio.to_thread(other.ask, "room", {"room": room})
            async with other.follow(cookie) as socket:
                reading = asyncio.create_task(heard(socket, read))
                for number, at in enumerate(range(0, len(audio), 16_000)):
                    if number == 11:
                        mortal.server.process.kill()
                    await client.send(audio[at : at + 16_000])
                    await asyncio.sleep(0.125)
                await client.tell({"type": "flush"})
                while len(final_texts(read)) < len(NAMES):
                    await asyncio.sleep(0.05)
                assert client.cuts == 1
                await client.tell({"type": "unshare"})
                assert await reading == "ended"
            await client.stop()
            await hearing
        assert normalized_words(" ".join(final_texts(read))) == said(manifest)
        seen = [one["seq"] for one in read if one["type"] == "realtime"]
        assert seen == sorted(set(seen))

    run(speak())


def test_who_guesses_at_one_gateway_is_locked_out_at_each(opened: Open) -> None:
    first, second = opened("first"), opened("second")
    found = [one.ask("room", {"room": f"AAAA-AA{number}"})[0] for number in range(10, 60) for one in (first, second)]
    assert found == [404] * 100
    assert [one.ask("room", {"room": "AAAA-AAAA"})[0] for one in (first, second)] == [429, 429]
