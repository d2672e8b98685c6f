"""`parley serve` as its users meet it: a process, its own client and plain WebSockets, recordings, signals."""

import asyncio
import json
import os
import re
import signal
import struct
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import numpy as np
import pytest
import websockets
from pydantic import TypeAdapter
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desktop.engine.events import Samples
from desktop.engine.text.compare import normalized_words
from desktop.server.client import Client
from desktop.server.protocols.native.answers import Answer
from tests.serving import Server, final_texts

Speech = Callable[[str], Samples]
NAMES = ("en-08", "en-07", "en-03")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as one:
        yield one


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 120))


def pcm(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def with_header(data: bytes, rate: int = 16_000) -> bytes:
    header = json.dumps({"sampleRate": rate}).encode()
    return struct.pack("<I", len(header)) + header + data


def talk(speech: Speech) -> bytes:
    """Three sentences with pauses."""
    pause = np.zeros(16_000, np.float32)
    return pcm(np.concatenate([piece for name in NAMES for piece in (speech(name), pause)]))


async def say(client: Client, audio: bytes, step: int = 6400) -> list[dict[str, Any]]:
    """Send it as fast as it is taken, and everything that is told."""

    async def send() -> None:
        for at in range(0, len(audio), step):
            await client.send(audio[at : at + step])
        await client.stop()

    sending = asyncio.create_task(send())
    heard = [message async for message in client.messages()]
    await sending
    return heard


def said(manifest: dict[str, dict[str, Any]]) -> list[str]:
    return [word for name in NAMES for word in normalized_words(manifest[name]["text"])]


def test_the_founding_messages_give_captions_and_translation(
    server: Server, speech: Speech, manifest: dict[str, dict[str, Any]]
) -> None:
    async def listen() -> list[dict[str, Any]]:
        heard: list[dict[str, Any]] = []
        async with websockets.connect(server.socket_url) as socket:
            await socket.send(json.dumps({"type": "set_langs", "source_language": "en", "target_language": "es"}))
            audio = talk(speech)
            for at in range(0, len(audio), 6400):
                await socket.send(with_header(audio[at : at + 6400]))
            await socket.send(json.dumps({"type": "stop"}))
            async for data in socket:
                heard.append(json.loads(data))
                if heard[-1]["type"] == "stopped":
                    return heard
        return heard

    heard = run(listen())
    told = [one for one in heard if one["type"] == "realtime"]
    for one in told:
        assert isinstance(one["text"], str)
        assert isinstance(one["translation"], str)
        assert isinstance(one["segment_id"], str)
        assert one["processing_time"] >= 0
    for one in heard:
        TypeAdapter(Answer).validate_json(json.dumps(one))
    texts = final_texts(told)
    assert normalized_words(" ".join(texts)) == said(manifest)
    assert len(texts) == len(NAMES)
    assert all(one["final_translation"] for one in told if one.get("translation_is_final"))
    assert [one["seq"] for one in told] == sorted(one["seq"] for one in told)


def test_any_rate_raw_samples_and_wav_are_heard(server: Server, speech: Speech) -> None:
    import io
    import wave

    from desktop.engine.audio.sources.resample import resampled

    samples = speech("en-08")

    def as_wav() -> bytes:
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(16_000)
            sound.writeframes(pcm(samples))
        return file.getvalue()

    async def listen(first: dict[str, Any] | None, audio: list[bytes]) -> str:
        async with websockets.connect(server.socket_url) as socket:
            await socket.send(json.dumps({"type": "set_langs", "source_language": "en"}))
            if first:
                await socket.send(json.dumps(first))
            for data in audio:
                await socket.send(data)
            await socket.send('{"type": "stop"}')
            heard = []
            async for data in socket:
                heard.append(json.loads(data))
                if heard[-1]["type"] == "stopped":
                    break
        return " ".join(final_texts(heard))

    wide = resampled(samples, 16_000, 48_000)
    expected = run(listen(None, [with_header(pcm(samples))]))
    assert expected
    assert run(listen(None, [with_header(pcm(wide), 48_000)])) == expected
    assert run(listen({"type": "start", "sample_rate": 48_000}, [pcm(wide)])) == expected
    floats = {"type": "start", "encoding": "f32le"}
    assert run(listen(floats, [samples.astype("<f4").tobytes()])) == expected
    assert run(listen({"type": "start"}, [as_wav()])) == expected


def test_a_room_follows_and_outlives_the_speaker(server: Server, speech: Speech) -> None:
    async def meet() -> tuple[list[str], list[str], list[str]]:
        async with Client(server.socket_url, source="en") as client:
            await client.tell({"type": "share"})
            async for message in client.messages():
                if message["type"] == "shared":
                    break
            shared = message
            assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", shared["room"])
            async with connect(server.socket_url + "follow") as follower:
                await follower.send(json.dumps({"type": "follow", "room": shared["room"].lower().replace("-", " ")}))
                assert json.loads(await follower.recv())["type"] == "following"
                spoken = await say(client, talk(speech))
                async with Client(server.socket_url, source="en") as again:
                    await again.tell({"type": "share", "room": shared["room"], "key": shared["key"]})
                    more = await say(again, talk(speech))
                followed: list[dict[str, Any]] = []
                while len(final_texts(followed)) < 2 * len(NAMES):
                    followed.append(json.loads(await follower.recv()))
            async with connect(server.socket_url + "follow") as late:
                await late.send(json.dumps({"type": "follow", "room": shared["room"]}))
                await late.recv()
                told: list[dict[str, Any]] = []
                while len(final_texts(told)) < 2 * len(NAMES):
                    told.append(json.loads(await late.recv()))
        return final_texts(spoken) + final_texts(more), final_texts(followed), final_texts(told)

    spoken, followed, late = run(meet())
    assert followed == spoken
    assert late == spoken


def test_nobody_speaks_in_a_room_without_its_key_or_follows_by_a_wrong_code(server: Server) -> None:
    async def knock() -> None:
        async with connect(server.socket_url) as speaker:
            await speaker.send('{"type": "share"}')
            room = json.loads(await speaker.recv())["room"]
            await speaker.send(json.dumps({"type": "share", "room": room, "key": "wrong"}))
            answers = [json.loads(await speaker.recv()) for _ in range(2)]
            assert [one["code"] for one in answers if one["type"] != "followers"][:1] == ["room-unknown"]
        async with connect(server.socket_url + "follow") as follower:
            await follower.send(json.dumps({"type": "follow", "room": "AAAA-AAAA"}))
            assert json.loads(await follower.recv())["code"] == "room-unknown"
            with pytest.raises(ConnectionClosed):
                await follower.recv()
        async with connect(server.socket_url + "follow") as follower:
            await follower.send(json.dumps({"type": "follow", "room": room}))
            await follower.recv()
            await follower.send(with_header(b"\0" * 3200))
            assert json.loads(await follower.recv())["type"] == "error"

    run(knock())


def test_cut_off_in_mid_word_again_and_again_nothing_is_lost_or_doubled(
    server: Server, speech: Speech, manifest: dict[str, dict[str, Any]]
) -> None:
    audio = talk(speech)

    async def speak() -> tuple[list[dict[str, Any]], int]:
        async with Client(server.socket_url, source="en") as client:

            async def send() -> None:
                for number, at in enumerate(range(0, len(audio), 6400)):
                    await client.send(audio[at : at + 6400])
                    if number % 8 == 5:
                        await client.ready()
                        before = client.cuts
                        await client.cut()
                        while client.cuts == before:
                            await asyncio.sleep(0.01)
                await client.stop()

            sending = asyncio.create_task(send())
            heard = [message async for message in client.messages()]
            await sending
            return heard, client.cuts

    heard, cuts = run(speak())
    assert cuts >= 4
    assert normalized_words(" ".join(final_texts(heard))) == said(manifest)
    finals = [one["segment_id"] for one in heard if one.get("is_final") and not one.get("translation")]
    assert len(finals) == len(set(finals))


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "bad-message"),
        ("[]", "bad-message"),
        ('{"type": "dance"}', "bad-message"),
        ('{"type": "set_langs", "source_language": 7}', "bad-message"),
        ('{"type": "set_langs", "source_language": "klingon"}', "language-unknown"),
        ('{"type": "start", "sample_rate": 3}', "bad-message"),
        ('{"type": "hello", "extra": 1}', "bad-message"),
        (b"", "bad-message"),
        (b"\xff\xff\xff\xff{}", "bad-message"),
        (struct.pack("<I", 2) + b"no", "bad-message"),
        (struct.pack("<I", 15) + b'{"sampleRate":1', "bad-message"),
    ],
)
def test_what_is_not_understood_is_one_sentence_to_that_client(server: Server, message: str | bytes, code: str) -> None:
    async def ask() -> dict[str, Any]:
        async with connect(server.socket_url) as socket:
            await socket.send(message)
            answer: dict[str, Any] = json.loads(await socket.recv())
            await socket.send('{"type": "ping"}')
            assert json.loads(await socket.recv()) == {"type": "pong"}
            return answer

    answer = run(ask())
    assert answer["type"] == "error"
    assert answer["code"] == code
    assert answer["message"].endswith((".", "?"))


def test_health_and_metrics(server: Server) -> None:
    health = server.json("health")
    assert health["ready"]
    assert health["uptime"] > 0
    founding = server.json("metrics")
    assert set(founding) == {"instance_id", "queue_depth", "max_queue_depth", "metrics", "timestamp"}
    assert founding["metrics"]["audio_chunks_processed"] > 0
    text = server.get("metrics", Accept="text/plain")
    assert "parley_decode_seconds_bucket" in text
    assert re.search(r"^parley_final_latency_seconds_count [1-9]", text, re.MULTILINE)


def test_asked_to_end_it_tells_the_last_words(speech: Speech, manifest: dict[str, dict[str, Any]]) -> None:
    async def speak(server: Server) -> tuple[list[dict[str, Any]], int]:
        heard: list[dict[str, Any]] = []
        async with websockets.connect(server.socket_url) as socket:
            await socket.send(json.dumps({"type": "set_langs", "source_language": "en"}))
            await socket.send(with_header(pcm(speech("en-08"))))
            heard.append(json.loads(await socket.recv()))  # it is heard
            server.process.send_signal(signal.SIGTERM)
            try:
                async for data in socket:
                    heard.append(json.loads(data))
            except ConnectionClosed:
                pass
            return heard, socket.close_code or 0

    with Server() as server:
        heard, code = run(speak(server))
        assert server.process.wait(30) == 0
    assert normalized_words(" ".join(final_texts(heard))) == normalized_words(manifest["en-08"]["text"])
    assert code == 1012


def test_an_address_that_is_taken_is_said_so(server: Server) -> None:
    from tests.command_line import run_parley

    port = server.url.rstrip("/").rpartition(":")[2]
    import os

    told = run_parley(["serve", "--model", "starter", "--port", port, "--health-port", "0"], os.environ)
    assert told.returncode == 1
    assert told.stderr.strip().endswith(f"port {port}; choose another one with --port.")
    told = run_parley(["serve", "--host", "no.such.host.invalid", "--port", "0"], os.environ)
    assert told.returncode == 1
    assert "has no address" in told.stderr


def test_a_server_with_its_own_models_does_not_carry_the_client_of_redis() -> None:
    """It takes 20 MB."""
    with Server(environment={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}) as one:
        imported = {line.rpartition("|")[2].strip() for line in one.said.splitlines()}
    assert "sqlalchemy" in imported, "otherwise this shows nothing"
    assert "redis" not in imported
