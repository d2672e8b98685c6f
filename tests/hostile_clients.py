"""Clients that send what no protocol knows: truncated, huge, of wrong types, binary for text, broken audio.

    python -m tests.hostile_clients URL WHISPER_LIVE_PORT WYOMING_PORT [COUNT [SEED]]

sends COUNT messages (10,000) over every protocol, and tells what came back.
"""

import asyncio
import base64
import json
import random
import struct
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.unit.server.audio.mutations import mutated
from tests.unit.server.audio.recordings import CONTAINERS, recorded

_AT_ONCE = 8
_PER_CONNECTION = 5
_QUIET = 0.05
"""seconds without an answer after which the next message is sent"""
_PATIENCE = 30.0
"""seconds that an answer may take where one must come"""
_STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1.5, float("nan"), "", "x" * 70_000, "\x00", "é\ud83d\ude00", [], [[]], {}, {"a": {}},
)  # fmt: skip


@dataclass
class Places:
    """Where a server is."""

    url: str
    whisper_live: int
    wyoming: int

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1)


@dataclass
class Outcome:
    """What came back."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """what a server must not do"""

    def closed(self, code: int | None, what: str) -> None:
        """A connection was closed; 1011 is a server that broke."""
        self.answers[f"closed {code}"] += 1
        if code == 1011:
            self.faults.append(what)


NATIVE: tuple[Any, ...] = (
    {"type": "hello", "session_id": "abc", "offset": 5, "seq": 0},
    {"type": "set_langs", "source_language": "en", "target_language": "es", "speak": True},
    {"type": "start", "encoding": "s16le", "sample_rate": 16_000, "channels": 2, "header": False},
    {"type": "flush"},
    {"type": "stop"},
    {"type": "share", "room": "ABCD", "key": "x"},
    {"type": "follow", "room": "ABCD"},
)
REALTIME: tuple[Any, ...] = (
    {
        "type": "session.update",
        "session": {
            "type": "transcription",
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24_000},
                    "transcription": {"model": "whisper-1", "language": "en", "prompt": "x"},
                    "turn_detection": {"type": "server_vad", "threshold": 0.5},
                }
            },
        },
    },
    {"type": "transcription_session.update", "session": {"input_audio_format": "pcm16", "turn_detection": None}},
    {"type": "input_audio_buffer.append", "audio": base64.b64encode(b"\0\1" * 2_000).decode()},
    {"type": "input_audio_buffer.commit"},
    {"type": "input_audio_buffer.clear"},
)
DEEPGRAM: tuple[Any, ...] = (
    {"type": "KeepAlive"},
    {"type": "Finalize"},
    {"type": "Configure", "keyterms": ["x"]},
    {"type": "CloseStream"},
)
RECITE: tuple[Any, ...] = ({"type": "stop"}, {"type": "move_to", "index": 1})
WHISPER_LIVE: tuple[Any, ...] = (
    {"uid": "u", "language": "en", "task": "transcribe", "model": "small", "use_vad": True, "send_last_n_segments": 10},
)
WYOMING: tuple[Any, ...] = (
    {"type": "describe"},
    {"type": "transcribe", "data": {"language": "en"}},
    {"type": "audio-start", "data": {"rate": 16_000, "width": 2, "channels": 1}},
    {"type": "audio-chunk", "data": {"rate": 16_000, "width": 2, "channels": 1}, "payload_length": 640},
    {"type": "audio-stop"},
    {"type": "synthesize", "data": {"text": "no", "voice": {"language": "en"}}},
    {"type": "synthesize-chunk", "data": {"text": "no"}},
)


def spoiled(message: Any, chance: random.Random) -> Any:
    """A JSON value with one of its parts of another kind, missing or new."""
    if not isinstance(message, dict) or not message or chance.random() < 0.1:
        return chance.choice(_STRANGE)
    copy = dict(message)
    name = chance.choice(list(copy))
    match chance.randrange(4):
        case 0:
            del copy[name]
        case 1:
            copy[chance.choice(("extra", "type", "\x00", "data"))] = chance.choice(_STRANGE)
        case _:
            copy[name] = spoiled(copy[name], chance)
    return copy


def text(messages: tuple[Any, ...], chance: random.Random) -> str:
    """A text message, mostly wrong."""
    match chance.randrange(8):
        case 0:
            return json.dumps(chance.choice(messages))
        case 1:
            whole = json.dumps(chance.choice(messages))
            return whole[: chance.randrange(len(whole))]
        case 2:
            return "[" * chance.choice((10, 5_000, 60_000))
        case 3:
            return "".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(chance.randrange(200)))
        case _:
            return json.dumps(spoiled(chance.choice(messages), chance))


def audio(chance: random.Random) -> bytes:
    """Bytes that may be audio."""
    match chance.randrange(5):
        case 0:
            return chance.randbytes(chance.choice((0, 1, 3, 1_000, 200_000)))
        case 1:
            header = json.dumps(spoiled({"sampleRate": 16_000, "channels": 1}, chance)).encode()
            return struct.pack("<I", chance.choice((len(header), 0, 2**32 - 1, 5))) + header + chance.randbytes(999)
        case 2:
            return b"END_OF_AUDIO"[: chance.randrange(13)]
        case _:
            return mutated(recorded(chance.choice(CONTAINERS), 0.3), chance)


async def socket(url: str, messages: tuple[Any, ...], chance: random.Random, outcome: Outcome) -> None:
    """One connection of a WebSocket protocol."""
    sent: list[str | bytes] = []
    try:
        async with connect(url, max_size=None, close_timeout=_PATIENCE) as connection:
            for _ in range(_PER_CONNECTION):
                sent.append(text(messages, chance) if chance.random() < 0.6 else audio(chance))
                await connection.send(sent[-1])
                outcome.sent += 1
                await answers(connection, outcome)
    except ConnectionClosed as error:
        code = error.rcvd.code if error.rcvd is not None else None
        outcome.closed(code, f"{url}: 1011 after {sent!r:.400}")
    except InvalidStatus as error:
        status = error.response.status_code
        outcome.sent += 1
        outcome.answers[f"HTTP {status}"] += 1
        if status >= 500 and status != 503:
            outcome.faults.append(f"{url}: HTTP {status}")


async def answers(connection: ClientConnection, outcome: Outcome) -> None:
    """Read until it is quiet."""
    while True:
        try:
            answer = await asyncio.wait_for(connection.recv(), _QUIET)
        except TimeoutError:
            return
        if isinstance(answer, str):
            record = json.loads(answer)
            kind = str(record.get("type") or record.get("status") or record.get("message") or "other")
            outcome.answers[kind] += 1


async def raw(host: str, port: int, data: bytes, outcome: Outcome, *, ends: bool = True) -> bytes:
    """Send bytes and read all that is answered. ends: say that no more come, which HTTP takes for leaving."""
    reader, writer = await asyncio.open_connection(host, port)
    outcome.sent += 1
    try:
        writer.write(data)
        if ends:
            writer.write_eof()
        await writer.drain()
        return await asyncio.wait_for(reader.read(), _PATIENCE)
    except TimeoutError:
        outcome.faults.append(f"no end of the answer to {data!r:.300}")
        return b""
    except OSError:  # the server was the first to leave
        return b""
    finally:
        writer.close()


async def wyoming(places: Places, chance: random.Random, outcome: Outcome) -> None:
    """One connection of Wyoming."""
    data = b""
    for _ in range(_PER_CONNECTION):
        data += text(WYOMING, chance).encode("utf-8", "replace") + b"\n"
        if chance.random() < 0.5:
            data += audio(chance)[:640]
    outcome.sent += _PER_CONNECTION - 1
    answer = await raw("127.0.0.1", places.wyoming, data, outcome)
    outcome.answers["wyoming error" if b'"error"' in answer else "wyoming other" if answer else "wyoming none"] += 1


async def rest(places: Places, chance: random.Random, outcome: Outcome) -> None:
    """One request, raw."""
    place = urlsplit(places.url)
    path = chance.choice(
        ("/v1/audio/transcriptions", "/v1/audio/translations", "/v1/audio/speech", "/v1/listen", "/verify")
    )
    match chance.randrange(4):
        case 0:
            kind, body = "application/json", text(({"input": "no", "voice": "en", "speed": 1.0},), chance).encode()
        case 1:
            kind, body = "audio/webm", audio(chance)
        case _:
            kind, body = "multipart/form-data; boundary=b", form(chance)
    if chance.random() < 0.2:
        body = mutated(body or b"x", chance)
    query = chance.choice(
        ("", "?language=en", f"?encoding={chance.choice(_QUERY)}&sample_rate={chance.choice(_QUERY)}")
    )
    length = chance.choice((len(body), len(body), len(body), 10**12, -5, 0))
    head = (
        f"POST {path}{query} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
    )
    data = head.encode() + b"Connection: close\r\n\r\n" + body
    is_short = length > len(body) and b"application/json" not in data[:300]
    answer = await raw(place.hostname or "", place.port or 0, data, outcome, ends=is_short or chance.random() < 0.05)
    status = answer[9:12].decode("latin-1")
    outcome.answers[f"HTTP {status}"] += 1
    if status.startswith("5") and status != "503":
        outcome.faults.append(f"{path}{query}: HTTP {status} {answer[-300:]!r} to {body!r:.200}")


_QUERY = ("", "linear16", "opus", "16000", "-1", "1e9", quote("é\x00"), "x" * 3_000)


def form(chance: random.Random) -> bytes:
    """A form of a transcription, with something wrong in it."""
    fields = {
        "model": "whisper-1",
        "language": chance.choice(("en", "klingon", "", "e" * 500)),
        "response_format": chance.choice(("json", "srt", "docx")),
        "temperature": chance.choice(("0", "nan", "-1", "x")),
        "timestamp_granularities[]": chance.choice(("word", "year")),
        "stream": chance.choice(("false", "true", "maybe")),
        "text": chance.choice(("one two", "", "x" * 30_000)),
    }
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
        if chance.random() < 0.4
    ]
    parts.append(b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + audio(chance) + b"\r\n")
    chance.shuffle(parts)
    return b"".join(parts) + chance.choice((b"--b--\r\n", b"--b--\r\n", b"", b"--c"))


def attacks(places: Places) -> dict[str, Callable[[random.Random, Outcome], Awaitable[None]]]:
    """One connection of each protocol."""
    ws = places.socket_url

    def of(path: str, messages: tuple[Any, ...]) -> Callable[[random.Random, Outcome], Awaitable[None]]:
        return lambda chance, outcome: socket(f"{ws}{path}", messages, chance, outcome)

    def deepgram(chance: random.Random, outcome: Outcome) -> Awaitable[None]:
        raw_audio = f"encoding={chance.choice(_QUERY)}&sample_rate={chance.choice(_QUERY)}"
        query = chance.choice(("language=en", "encoding=linear16&sample_rate=8000", raw_audio))
        return socket(f"{ws}v1/listen?{query}&interim_results=true", DEEPGRAM, chance, outcome)

    def recite(chance: random.Random, outcome: Outcome) -> Awaitable[None]:
        strange = f"text={chance.choice(_QUERY)}&surah={chance.choice(_QUERY)}&following={chance.choice(_QUERY)}"
        query = chance.choice(("text=one+two&language=en", "text=one&language=en&verify=0", "connection_id=x", strange))
        return socket(f"{ws}ws/recite?{query}", RECITE, chance, outcome)

    return {
        "founding": of("", NATIVE),
        "recite": recite,
        "follow": of("follow", NATIVE),
        "realtime": of("v1/realtime?intent=transcription", REALTIME),
        "deepgram": deepgram,
        "whisper-live": lambda chance, outcome: socket(
            f"ws://127.0.0.1:{places.whisper_live}/", WHISPER_LIVE, chance, outcome
        ),
        "wyoming": lambda chance, outcome: wyoming(places, chance, outcome),
        "rest": lambda chance, outcome: rest(places, chance, outcome),
    }


async def attack(places: Places, name: str, count: int, seed: int) -> Outcome:
    """So many messages over one protocol, over several connections at a time."""
    outcome = Outcome()
    chance = random.Random(f"{name} {seed}")
    one = attacks(places)[name]

    async def client() -> None:
        while outcome.sent < count:
            await one(random.Random(chance.random()), outcome)

    await asyncio.gather(*(client() for _ in range(_AT_ONCE)))
    return outcome


def main(url: str, whisper_live: str, wyoming_port: str, count: str = "10000", seed: str = "1") -> int:
    places = Places(url, int(whisper_live), int(wyoming_port))
    faults = 0
    for name in attacks(places):
        outcome = asyncio.run(attack(places, name, int(count), int(seed)))
        faults += len(outcome.faults)
        print(name, outcome.sent, "sent;", dict(outcome.answers.most_common(12)), flush=True)
        for fault in outcome.faults[:5]:
            print("  ", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
