"""Readers on a real `parley serve`: marks while they read, a score at the end, a cut line, the fallback."""

import asyncio
import contextlib
import io
import json
import wave
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from desktop.engine.events import Samples
from desktop.server.audio.outgoing import pcm16
from desktop.system.paths import log_file
from tests.redis_server import RedisServer
from tests.serving import Server, Worker
from tests.waiting import wait_until

NAMES = ("en-08", "en-07", "en-03")
CHUNK = 16_000 // 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pack = tmp_path_factory.mktemp("pack") / "verses.txt"
    pack.write_text("# numbers\n1|1|good morning\n1|2|good night\n", encoding="utf-8")
    with Server("--text-pack", str(pack)) as one:
        yield one


@pytest.fixture(scope="module")
def talk(speech: Callable[[str], Samples]) -> Samples:
    pause = np.zeros(12_000, np.float32)
    return np.concatenate([piece for name in NAMES for piece in (speech(name), pause)])


@pytest.fixture(scope="module")
def script(manifest: Mapping[str, dict[str, Any]]) -> str:
    return " ".join(str(manifest[name]["text"]) for name in NAMES)


@contextlib.asynccontextmanager
async def reader(server: Server, **wanted: str) -> AsyncIterator[ClientConnection]:
    async with connect(f"{server.socket_url}ws/recite?{urlencode(wanted)}", max_size=None) as socket:
        yield socket


async def told(socket: ClientConnection) -> list[dict[str, Any]]:
    """Everything until the connection ends, whatever its code."""
    messages = []
    with contextlib.suppress(ConnectionClosed):
        async for message in socket:
            messages.append(json.loads(message))
    return messages


async def read_aloud(socket: ClientConnection, samples: Samples, *, speed: float = 4.0) -> None:
    for start in range(0, len(samples), CHUNK):
        await socket.send(pcm16(samples[start : start + CHUNK]))
        await asyncio.sleep(0.25 / speed)


def statuses(message: Mapping[str, Any]) -> list[str]:
    return [one["status"] for one in message["word_feedback"] if one["status"] != "extra"]


def test_marks_come_while_somebody_reads_and_a_score_at_the_end(server: Server, talk: Samples, script: str) -> None:
    async def reading() -> list[dict[str, Any]]:
        async with reader(server, text=script, language="en") as socket:
            telling = asyncio.create_task(told(socket))
            await read_aloud(socket, talk)
            await socket.send('{"type": "stop"}')
            return await telling

    messages = asyncio.run(reading())
    first, *partial, final = messages
    assert first["type"] == "ready"
    assert first["words"] == script.split()
    assert {one["type"] for one in partial} == {"partial_result"}
    assert len(partial) >= 5
    counts = [statuses(one).count("correct") for one in partial]
    assert counts[0] < len(script.split()) / 2, "the first report comes early"
    assert counts[-1] >= 0.9 * len(script.split())
    assert partial[-1]["partial_transcript"]
    assert set(partial[-1]["latency_ms"]) == {"buffer_ms", "inference_ms", "total_ms"}
    assert (final["type"], final["verified"]) == ("final_result", True)
    assert statuses(final).count("correct") >= 0.9 * len(script.split())
    assert final["score"] >= 80
    figures = server.json("metrics/streaming")
    assert figures["latency_sample_count"] >= len(partial)
    assert figures["active_connections"] == 0


def test_a_word_that_is_not_said_is_missing_and_another_one_wrong(server: Server, talk: Samples, script: str) -> None:
    words = script.split()
    words[3] = "zebra"
    words.insert(8, "crocodile")

    async def reading() -> list[dict[str, Any]]:
        async with reader(server, text=" ".join(words), language="en", feedback="changed") as socket:
            telling = asyncio.create_task(told(socket))
            await read_aloud(socket, talk)
            await socket.send('{"type": "stop"}')
            return await telling

    final = asyncio.run(reading())[-1]
    found = [one for one in final["word_feedback"] if one["status"] != "extra"]
    assert found[3]["status"] in ("wrong", "missing")
    assert found[8]["status"] in ("wrong", "missing")
    assert [one["status"] for one in found].count("correct") >= 0.8 * len(words)


def test_a_reader_that_was_cut_off_goes_on_with_its_reading(server: Server, talk: Samples, script: str) -> None:
    async def reading() -> dict[str, Any]:
        async with reader(server, text=script, language="en") as socket:
            first = json.loads(await socket.recv())
            await read_aloud(socket, talk[: len(talk) // 2])
            await asyncio.sleep(0.5)
            socket.transport.abort()
        await asyncio.sleep(0.3)
        async with reader(server, connection_id=first["connection_id"]) as socket:
            again = json.loads(await socket.recv())
            assert again["resumed"] is True
            assert again["words"] == first["words"]
            telling = asyncio.create_task(told(socket))
            await read_aloud(socket, talk[round(again["heard_seconds"] * 16_000) :])
            await socket.send('{"type": "stop"}')
            return (await telling)[-1]

    final = asyncio.run(reading())
    assert (final["type"], final["verified"]) == ("final_result", False)
    assert statuses(final).count("correct") >= 0.85 * len(script.split())


def test_verses_of_the_pack_by_their_numbers(server: Server) -> None:
    async def begun(**wanted: str) -> dict[str, Any]:
        async with reader(server, **wanted) as socket:
            return dict(json.loads(await socket.recv()))

    found = asyncio.run(begun(surah="1", ayah="2", language="en"))
    assert found["words"] == ["good", "night"]
    assert found["lines"] == [{"reference": "1:2", "text": "good night"}]


@pytest.mark.parametrize("wanted", [{}, {"text": "Hello."}, {"surah": "9", "language": "en"}, {"text": "x", "no": "1"}])
def test_what_cannot_be_read_is_refused_before_the_connection(server: Server, wanted: dict[str, str]) -> None:
    async def refused() -> dict[str, Any]:
        with pytest.raises(InvalidStatus) as error:
            async with reader(server, **wanted):
                pass
        assert error.value.response.status_code == 400
        return dict(json.loads(error.value.response.body))

    assert asyncio.run(refused())["error"]["message"].endswith(".")


def test_what_is_not_understood_is_said_and_disturbs_nothing(server: Server, talk: Samples, script: str) -> None:
    async def reading() -> list[dict[str, Any]]:
        async with reader(server, text=script, language="en") as socket:
            telling = asyncio.create_task(told(socket))
            for wrong in ("", "no", "{}", '{"type": "move_to", "index": 99999}', '{"type": "move_to"}'):
                await socket.send(wrong)
            await socket.send(b"\x01")  # half a sample
            await socket.send(b"\x02")
            await read_aloud(socket, talk)
            await socket.send('{"type": "stop"}')
            return await telling

    messages = asyncio.run(reading())
    assert [one["type"] for one in messages].count("error") == 5
    assert statuses(messages[-1]).count("correct") >= 0.9 * len(script.split())


def test_a_whole_recording_is_verified_by_post(server: Server, talk: Samples, script: str) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(pcm16(talk))
    recording = {"file": ("reading.wav", file.getvalue())}
    answer = httpx.post(f"{server.url}verify", data={"text": script, "language": "en"}, files=recording, timeout=60)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert statuses(found).count("correct") >= 0.9 * len(script.split())
    assert found["score"] >= 80
    for data, files in (({"text": script}, recording), ({"language": "en"}, recording)):
        refused = httpx.post(f"{server.url}verify", data=data, files=files, timeout=60)
        assert refused.status_code == 400
        assert refused.json()["error"]["message"].endswith(".")
    nothing = httpx.post(f"{server.url}verify", data={"text": script, "language": "en"}, timeout=60)
    assert nothing.status_code == 400
    noise = {"file": ("noise.bin", b"\x00\x01" * 500)}
    broken = httpx.post(f"{server.url}verify", data={"text": script, "language": "en"}, files=noise, timeout=60)
    assert broken.status_code == 400


def test_more_readers_than_the_machine_bears_are_told_so(server: Server, talk: Samples, script: str) -> None:
    async def one() -> list[dict[str, Any]]:
        async with reader(server, text=script, language="en", verify="0") as socket:
            telling = asyncio.create_task(told(socket))
            with contextlib.suppress(ConnectionClosed):
                await read_aloud(socket, talk, speed=1.0)
                await socket.send('{"type": "stop"}')
            return await telling

    async def many() -> list[list[dict[str, Any]]]:
        count = 2 * int(server.json("health")["most_speaking"]) + 2
        return await asyncio.gather(*(one() for _ in range(count)))

    ends = [messages[-1] for messages in asyncio.run(many())]
    assert any(one["type"] == "final_result" for one in ends)
    busy = [one for one in ends if one["type"] == "error"]
    assert busy
    assert all(one["server_busy"] for one in busy)


def test_nothing_of_a_text_or_reading_is_in_the_log(server: Server) -> None:
    written = server.said + log_file().read_text(encoding="utf-8")
    assert "ws/recite" in written, "this is where it would stand"
    assert "crocodile" not in written


@pytest.mark.timeout(180)
def test_a_reading_goes_on_at_another_gateway(talk: Samples, script: str) -> None:
    async def reading(here: Server, there: Server) -> dict[str, Any]:
        async with reader(here, text=script, language="en") as socket:
            first = json.loads(await socket.recv())
            await read_aloud(socket, talk[: len(talk) // 2])
            await asyncio.sleep(1.0)
            socket.transport.abort()
        await asyncio.sleep(0.5)
        async with reader(there, connection_id=first["connection_id"]) as socket:
            again = json.loads(await socket.recv())
            assert again["resumed"] is True
            assert again["heard_seconds"] > 0
            telling = asyncio.create_task(told(socket))
            await read_aloud(socket, talk[round(again["heard_seconds"] * 16_000) :])
            await socket.send('{"type": "stop"}')
            return (await telling)[-1]

    with (
        RedisServer() as redis,
        Worker("stt", redis.url),
        Server("--redis", redis.url) as here,
        Server("--redis", redis.url) as there,
    ):
        assert wait_until(lambda: here.json("health")["ready"] and there.json("health")["ready"], 30)
        final = asyncio.run(reading(here, there))
    assert final["type"] == "final_result"
    assert statuses(final).count("correct") >= 0.85 * len(script.split())
