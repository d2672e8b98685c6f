"""A speaker on each of the servers, in its own protocol: what stood on his screen when. On the event loop.

Each takes PCM16 at 16 kHz in pieces of 0.1 s by the clock, and says when the audio is over.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from desktop.bench.load.speaker import speak
from desktop.bench.load.talks import Talk
from desktop.bench.servers.figures import Heard, State
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.server.audio.outgoing import pcm16

_CHUNK = SAMPLE_RATE // 10
_LAST = 20.0
"""seconds for which the last words are waited for"""
_SETTLED = 3.0
"""seconds without news after the audio that end the waiting, where the protocol has no end"""

Speak = Callable[[str, Talk, str], Awaitable[Heard]]
"""(address of the server, what is said, language) -> what came. Never raises for what the server does."""


async def parley(url: str, talk: Talk, language: str) -> Heard:
    """With the server's own protocol."""
    spoken = await speak(url, talk, language)
    newest: dict[int, tuple[str, bool]] = {}
    states = []
    for one in spoken.came:
        newest[one.segment] = (one.final_text if one.is_final else one.text, one.is_final)
        settled: list[str] = []
        shown: list[str] = []
        for segment in sorted(newest):
            text, is_final = newest[segment]
            shown.append(text)
            if is_final and len(settled) == len(shown) - 1:
                settled.append(text)
        states.append(State(one.at, " ".join(settled), " ".join(shown)))
    return Heard(tuple(states), spoken.refused)


async def whisper_live(url: str, talk: Talk, language: str) -> Heard:
    """As WhisperLive's own client does: what is completed stays, the last segment may change."""
    clock = asyncio.get_running_loop().time
    hello = {
        "uid": f"bench-{id(talk)}-{clock()}",
        "language": language,
        "task": "transcribe",
        "model": "tiny.en",
        "use_vad": True,
        "send_last_n_segments": 10,
        "no_speech_thresh": 0.45,
        "clip_audio": False,
        "same_output_threshold": 10,
    }
    states: list[State] = []
    completed: list[dict[str, Any]] = []
    try:
        async with connect(url, max_size=None, open_timeout=_LAST) as socket:
            await socket.send(json.dumps(hello))
            while (said := json.loads(await asyncio.wait_for(socket.recv(), _LAST))).get("message") != "SERVER_READY":
                if said.get("status") in ("WAIT", "ERROR"):
                    return Heard((), "the server is full")
            began = clock()
            news = asyncio.Event()

            async def read() -> None:
                async for message in socket:
                    segments = json.loads(message).get("segments")
                    if segments is None:
                        continue
                    for one in segments:
                        if one.get("completed") and (
                            not completed or float(one["start"]) >= float(completed[-1]["end"])
                        ):
                            completed.append(one)
                    last = "" if not segments or segments[-1].get("completed") else segments[-1]["text"].strip()
                    settled = " ".join(one["text"].strip() for one in completed)
                    states.append(State(clock() - began, settled, f"{settled} {last}".strip()))
                    news.set()

            await _said(socket, talk.samples, read, began, lambda samples: samples.astype("<f4").tobytes(), b"")
            with suppress(asyncio.TimeoutError):
                while True:  # its server says nothing at the end, so silence is
                    news.clear()
                    await asyncio.wait_for(news.wait(), _SETTLED)
    except (TimeoutError, OSError, ConnectionClosed, InvalidHandshake) as error:
        return Heard(tuple(states), f"the connection failed ({type(error).__name__})")
    return Heard(tuple(states))


async def whisper_live_kit(url: str, talk: Talk, language: str) -> Heard:
    """Its lines are settled, its buffer may change."""
    clock = asyncio.get_running_loop().time
    states: list[State] = []
    try:
        async with connect(f"{url}asr", max_size=None, open_timeout=_LAST) as socket:
            began = clock()
            over = asyncio.Event()

            async def read() -> None:
                async for message in socket:
                    content = json.loads(message)
                    if content.get("type") == "ready_to_stop":
                        break
                    if "lines" in content:
                        settled = " ".join(str(one["text"]).strip() for one in content["lines"] if one["text"])
                        open_words = str(content.get("buffer_transcription") or "").strip()
                        states.append(State(clock() - began, settled, f"{settled} {open_words}".strip()))
                over.set()

            await _said(socket, talk.samples, read, began, pcm16, b"")
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(over.wait(), _LAST)
    except (TimeoutError, OSError, ConnectionClosed, InvalidHandshake) as error:
        return Heard(tuple(states), f"the connection failed ({type(error).__name__})")
    return Heard(tuple(states))


async def answers(url: str) -> bool:
    """Whether somebody listens there."""
    parts = urlsplit(url)
    try:
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _said(
    socket: ClientConnection,
    samples: Samples,
    read: Callable[[], Awaitable[None]],
    began: float,
    encoded: Callable[[Samples], bytes],
    end: bytes,
) -> None:
    """Say everything by the clock, while `read` runs; and that it is over."""
    clock = asyncio.get_running_loop().time
    reading = asyncio.ensure_future(read())
    reading.add_done_callback(lambda done: done.cancelled() or done.exception())
    for number, piece in enumerate(_pieces(samples)):
        await socket.send(encoded(piece))
        await asyncio.sleep(max(0.0, began + (number + 1) * 0.1 - clock()))
    await socket.send(end)


def _pieces(samples: Samples) -> list[Samples]:
    padded = np.pad(samples, (0, -len(samples) % _CHUNK))
    return list(padded.reshape(-1, _CHUNK))


async def batch(speak_to: Speak, url: str, said: list[Talk], language: str) -> list[Heard]:
    """Several speakers at a time, who begin within a second."""

    async def one(number: int, talk: Talk) -> Heard:
        await asyncio.sleep(number / len(said))
        return await speak_to(url, talk, language)

    return list(await asyncio.gather(*(one(number, talk) for number, talk in enumerate(said))))
