"""Connections that come and go leave nothing behind: no task, no thread, no file, no object of the server's.

Of each protocol some clients come first, so that pools and caches are there; then 50, half of whom say farewell while
the others are cut off in the middle of what they do.
"""

import asyncio
import base64
import contextlib
import json
import os
import re
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe
from wyoming.tts import Synthesize

from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import wire
from desktop.engine.remote.deltas import Sent
from desktop.engine.requests import Kind
from tests.counted_server import found
from tests.serving import Server
from tests.unit.server.audio.recordings import recorded
from tests.waiting import wait_until

CLIENTS = 50
FIRST = 16
AT_ONCE = 8
SETTLES = 40.0
"""seconds: no more than the longest that anything waits for a client which has gone"""
POOLS = {"asyncio": min(32, (os.cpu_count() or 1) + 4), "ThreadPoolExecutor": AT_ONCE, "AnyIO worker thread": 40}
"""how many threads each may have at most, as its library sets it; it grows to what was wanted at a time"""

Client = Callable[["Places", int], Awaitable[None]]


class Counted(Server):
    module = "tests.counted_server"

    def counts(self) -> dict[str, dict[str, int]]:
        told = len(found(self.said))
        self.process.send_signal(signal.SIGUSR1)
        assert wait_until(lambda: len(found(self.said)) > told, 60), self.said
        return dict(found(self.said)[-1])


class Places:
    """Where it is, and what is said there: two seconds, PCM16 of 16 kHz."""

    def __init__(self, server: Server, speech: Samples) -> None:
        self.http, self.ws = server.url, server.socket_url
        self.whisper_live, self.wyoming = (int(port) for port in re.findall(r"at port (\d+)", server.said))
        self.samples = speech[:32_000]
        self.audio = (np.clip(self.samples, -1, 1) * 32767).astype("<i2").tobytes()


@pytest.fixture(scope="module")
def server() -> Iterator[Counted]:
    with Counted("--whisper-live-port", "0", "--wyoming-port", "0") as one:
        yield one


@pytest.fixture(scope="module")
def places(server: Counted, speech: Callable[[str], Samples]) -> Places:
    return Places(server, speech("en-08"))


@contextlib.asynccontextmanager
async def opened(url: str, number: int, **options: Any) -> Any:
    """A connection; every other one is cut off instead of closed."""
    connection = await connect(url, max_size=None, proxy=None, **options)
    try:
        yield connection
    finally:
        if number % 2:
            connection.transport.abort()
        await connection.close()


async def until(connection: ClientConnection, *words: str) -> Any:
    """The first message with one of these words in it."""
    async for message in connection:
        if isinstance(message, str) and any(word in message for word in words):
            return json.loads(message)
    return None


async def speaker(places: Places, number: int) -> None:
    # One that is cut off is awaited for a minute, so that all of them stop; half do so without waiting for the words.
    async with connect(places.ws, max_size=None, proxy=None) as connection:
        await connection.send(json.dumps({"type": "hello"}))
        await connection.send(json.dumps({"type": "start", "header": False}))
        await connection.send(recorded("webm", 0.5) if number % 3 == 0 else places.audio)
        if number % 2:
            await connection.send(json.dumps({"type": "share"}))
            await until(connection, '"shared"')
            await connection.send(json.dumps({"type": "unshare"}))
        else:
            await connection.send(json.dumps({"type": "stop"}))
            await until(connection, '"stopped"', '"server_busy"')


async def follower(places: Places, number: int) -> None:
    async with connect(places.ws, proxy=None) as speaking:
        await speaking.send(json.dumps({"type": "share"}))
        room = (await until(speaking, '"shared"'))["room"]
        async with opened(f"{places.ws}follow", number) as connection:
            await connection.send(json.dumps({"type": "follow", "room": room}))
            assert (await until(connection, "following", "error"))["type"] == "following"
        await speaking.send(json.dumps({"type": "unshare"}))


async def worker(places: Places, number: int) -> None:
    async with opened(f"{places.ws}work", number) as connection:
        await connection.recv()
        part, data = Sent().part(places.samples)
        work = Decode(places.samples, RecognitionRequest("en", is_final=True), 0.0)
        await connection.send(wire.asked(1, 0, Kind.FINAL, work, part, data))
        if number % 3:
            await connection.recv()


async def realtime(places: Places, number: int) -> None:
    async with opened(f"{places.ws}v1/realtime?intent=transcription", number) as connection:
        append = {"type": "input_audio_buffer.append", "audio": base64.b64encode(places.audio).decode()}
        await connection.send(json.dumps(append))
        await connection.send(json.dumps({"type": "input_audio_buffer.commit"}))
        if number % 3:
            await until(connection, "completed", '"error"')


async def deepgram(places: Places, number: int) -> None:
    raw = "?encoding=linear16&sample_rate=16000" if number % 3 else ""
    async with opened(f"{places.ws}v1/listen{raw}", number) as connection:
        await connection.send(places.audio if raw else recorded("webm", 0.5))
        if number % 2 == 0:
            await connection.send(json.dumps({"type": "CloseStream"}))
            await until(connection, "Metadata", "Busy")


async def whisper_live(places: Places, number: int) -> None:
    async with opened(f"ws://127.0.0.1:{places.whisper_live}/", number) as connection:
        await connection.send(json.dumps({"uid": "u", "language": "en"}))
        await until(connection, "SERVER_READY")
        await connection.send(places.samples.astype("<f4").tobytes())
        if number % 2 == 0:
            await connection.send(b"END_OF_AUDIO")
            async for _ in connection:
                pass


async def wyoming(places: Places, number: int) -> None:
    client = AsyncTcpClient("127.0.0.1", places.wyoming)
    await client.connect()
    form = {"rate": 16_000, "width": 2, "channels": 1}
    for said in (Describe(), Transcribe(language="en"), AudioStart(**form), AudioChunk(**form, audio=places.audio)):
        await client.write_event(said.event())
    if number % 2:
        assert client._writer is not None
        client._writer.transport.abort()
        return
    await client.write_event(AudioStop().event() if number % 4 else Synthesize("Good day.").event())
    while (event := await client.read_event()) is not None:
        if event.type in ("transcript-stop", "audio-stop", "error"):
            break
    await client.disconnect()


async def request(places: Places, number: int) -> None:
    if number % 2:  # cut off in the middle of its recording
        host, port = places.http.removeprefix("http://").strip("/").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /v1/listen?encoding=linear16&sample_rate=16000 HTTP/1.1\r\nHost: {host}:{port}\r\n"
        writer.write(f"{head}Content-Type: audio/raw\r\nContent-Length: 640000\r\n\r\n".encode() + places.audio)
        await writer.drain()
        writer.transport.abort()
        return
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        files = {"file": ("a.wav", recorded("wav", 0.5))}
        answer = await client.post(f"{places.http}v1/audio/transcriptions", data={"model": "x"}, files=files)
        assert answer.status_code in (200, 503), answer.text
        for path in ("", "static/main.js", "languages", "whoami", "v1/models", "health"):
            assert (await client.get(f"{places.http}{path}")).status_code == 200


CLIENTS_OF: dict[str, Client] = {
    "founding": speaker,
    "follow": follower,
    "work": worker,
    "realtime": realtime,
    "deepgram": deepgram,
    "whisper-live": whisper_live,
    "wyoming": wyoming,
    "rest": request,
}


async def come_and_go(client: Client, places: Places, count: int) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with turns, asyncio.timeout(60):
            with contextlib.suppress(ConnectionClosed):  # there was no room for it, which leaves nothing, either
                await client(places, number)

    await asyncio.gather(*(one(number) for number in range(count)))


def more(after: dict[str, dict[str, int]], before: dict[str, dict[str, int]]) -> dict[str, int]:
    """What there is more of than before."""
    kinds = ("tasks", "threads", "files", "objects")
    found = {
        f"{kind}: {name}": count - before[kind].get(name, 0) for kind in kinds for name, count in after[kind].items()
    }
    # The database has as many connections as were needed at a time, at most five.
    return {name: count for name, count in found.items() if count > 0 and "/parley.db" not in name}


@pytest.mark.parametrize("protocol", CLIENTS_OF)
def test_who_comes_and_goes_leaves_nothing(server: Counted, places: Places, protocol: str) -> None:
    client = CLIENTS_OF[protocol]
    asyncio.run(come_and_go(client, places, FIRST))
    assert wait_until(lambda: server.json("health")["streams"] == 0, SETTLES)
    before: list[dict[str, dict[str, int]]] = [server.counts()]

    def is_settled() -> bool:
        before.append(server.counts())
        return not more(before[-1], before[-2])

    assert wait_until(is_settled, SETTLES)
    asyncio.run(come_and_go(client, places, CLIENTS))
    left: list[dict[str, int]] = []

    def is_as_before() -> bool:
        left.append(more(server.counts(), before[-1]))
        return not left[-1]

    assert wait_until(is_as_before, SETTLES), left[-1]
    for name, threads in server.counts()["pools"].items():
        assert threads <= POOLS[name], name
