"""`parley serve` and clients that send garbage: each is told so, none breaks the server or disturbs another one.

10,000 messages a protocol are sent by hand: `python -m tests.hostile_clients`.
"""

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import numpy as np
import pytest

from desktop.engine.events import Samples
from desktop.engine.text.compare import normalized_words
from desktop.server.client import Client
from tests.hostile_clients import Places, attack, attacks
from tests.serving import Server, final_texts
from tests.waiting import wait_until

PER_PROTOCOL = 100
UNEXPECTED = ("Exception in ASGI", "never retrieved", "Unhandled exception", "decoding a stream failed")
"""in the log: what nobody in the server had thought of"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's log is."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def server(state: Path) -> Iterator[Server]:
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    with Server("--whisper-live-port", "0", "--wyoming-port", "0", environment=environment) as one:
        yield one


@pytest.fixture
def places(server: Server) -> Places:
    ports = [int(port) for port in re.findall(r"at port (\d+)", server.said)]
    return Places(server.url, *ports)


@pytest.mark.parametrize("protocol", sorted(attacks(Places("http://localhost/", 1, 1))))
def test_garbage_is_refused_and_nobody_else_is_disturbed(
    server: Server, places: Places, state: Path, protocol: str, speech: Callable[[str], Samples]
) -> None:
    before = server.json("health")["streams"]
    audio = (np.clip(speech("en-08"), -1, 1) * 32767).astype("<i2").tobytes()

    async def speak() -> list[str]:
        async with Client(server.socket_url, source="en") as client:
            await client.send(audio)
            await client.stop()
            return final_texts([message async for message in client.messages()])

    async def both() -> tuple[list[str], list[str]]:
        (texts, outcome) = await asyncio.gather(speak(), attack(places, protocol, PER_PROTOCOL, seed=1))
        assert outcome.sent >= PER_PROTOCOL
        assert outcome.answers
        return texts, outcome.faults

    texts, faults = asyncio.run(asyncio.wait_for(both(), 120))
    assert normalized_words(" ".join(texts)) == normalized_words("The price is nine dollars.")
    assert not faults
    assert server.process.poll() is None
    said = server.said + "".join(file.read_text(encoding="utf-8") for file in state.rglob("*.log"))
    assert not [trouble for trouble in UNEXPECTED if trouble in said]
    if protocol != "founding":  # whose clients may come back
        assert wait_until(lambda: server.json("health")["streams"] <= before)


def test_wyoming_is_for_those_who_are_allowed() -> None:
    from desktop.server.security.network_guard import is_allowed

    networks = (ip_network("192.168.1.0/24"), ip_network("fd00::/8"))
    for address in ("127.0.0.1", "::1", "192.168.1.7", "::ffff:192.168.1.7", "fd00::1%eth0"):
        assert is_allowed(address, networks), address
    for address in ("192.168.2.7", "8.8.8.8", "::ffff:8.8.8.8", "fe80::1", "", "x"):
        assert not is_allowed(address, networks), address
    assert not is_allowed("192.168.1.7", ())
