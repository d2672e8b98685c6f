"""A client's audio, whatever it is and however it is split and broken."""

import asyncio
import random
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from desktop.engine.errors import AudioError
from desktop.engine.events import Samples
from desktop.server.audio.incoming import Incoming
from desktop.server.audio.pcm import PcmFormat
from tests.unit.server.audio.mutations import mutated
from tests.unit.server.audio.recordings import CONTAINERS, RATE, indexed_mp4, recorded, tones
from tests.waiting import wait_until


class Heard:
    """What came out of one stream, and what was said of it."""

    def __init__(self, raw: PcmFormat | None = None) -> None:
        self.pieces: list[Samples] = []
        self.errors: list[AudioError] = []
        self.incoming = Incoming(self._hear, raw)

    async def _hear(self, samples: Samples) -> None:
        self.pieces.append(samples)

    async def feed(self, data: bytes) -> None:
        try:
            await self.incoming.feed(data)
        except AudioError as error:
            self.errors.append(error)

    async def end(self) -> None:
        try:
            await self.incoming.end()
        except AudioError as error:
            self.errors.append(error)

    @property
    def samples(self) -> Samples:
        return np.concatenate([np.zeros(0, np.float32), *self.pieces])

    @property
    def keys(self) -> list[str]:
        return [error.message.key for error in self.errors]


def heard(pieces: Sequence[bytes], raw: PcmFormat | None = None) -> Heard:
    """A whole stream."""

    async def listen() -> Heard:
        found = Heard(raw)
        for piece in pieces:
            await found.feed(piece)
        await found.end()
        return found

    return asyncio.run(listen())


def cut(data: bytes, chance: random.Random, most: int) -> list[bytes]:
    pieces = []
    while data:
        size = chance.randint(1, most)
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "audio-stream"]


@pytest.mark.parametrize("container", CONTAINERS)
def test_any_split_gives_the_same_samples(container: str) -> None:
    data = recorded(container)
    whole = heard([data])
    assert len(whole.samples) == pytest.approx(16_000, abs=2_400)  # a coder of frames fills up and may begin late
    chance = random.Random(1)
    for most in (20, 400, 5_000):
        pieces = heard(cut(data, chance, most))
        assert not pieces.errors
        assert np.array_equal(pieces.samples, whole.samples)


@pytest.mark.parametrize("container", ["webm", "ogg", "mp4", "mp3", "wav"])
def test_sound_is_heard_as_soon_as_it_is_there(container: str) -> None:
    """A client that sends 0.25 s at a time is understood after each of them, not at the end."""
    data = recorded(container, 4.0)
    pieces = [data[at : at + len(data) // 16] for at in range(0, len(data), len(data) // 16)]

    async def listen() -> list[float]:
        found = Heard()
        seconds = []
        for piece in pieces:
            await found.feed(piece)
            seconds.append(len(found.samples) / 16_000)
        await found.end()
        return seconds

    # Ogg and MP4 come in pages and fragments, which are whole only at their end.
    late = {"ogg": 0.5, "mp4": 0.6, "mp3": 0.6}.get(container, 0.35)
    for number, seconds in enumerate(asyncio.run(listen())[:-1], start=1):
        assert seconds > number / 4 - late, number


def test_a_recorder_that_is_started_again_goes_on() -> None:
    documents = [recorded("webm", 0.5, seed) for seed in range(3)]
    alone = [heard([one]).samples for one in documents]
    for pieces in (documents, [b"".join(documents)], cut(b"".join(documents), random.Random(2), 300)):
        found = heard(pieces)
        assert not found.errors
        assert np.array_equal(found.samples, np.concatenate(alone))


def test_a_recorder_that_was_broken_off_does_not_spoil_the_next() -> None:
    first, second = recorded("webm", 0.5), recorded("webm", 0.5, 1)
    found = heard([first[: len(first) // 2], second])
    assert len(found.samples) > len(heard([second]).samples)


def test_raw_samples_where_it_is_no_file() -> None:
    sound = tones(0.5)
    found = heard([sound.tobytes()], PcmFormat("f32le", RATE))
    assert len(found.samples) == 8_000
    assert not heard([], PcmFormat()).errors
    assert len(heard([recorded("wav", 0.5)], PcmFormat("f32le", 8_000)).samples) == 8_000


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("stream-not-audio", b"<!doctype html><html>"),
        ("stream-not-audio", b"\xff"),
        ("stream-not-audio", b""),
        ("stream-broken", b"\x1a\x45\xdf\xa3" + b"webm" * 100),
        ("stream-broken", recorded("webm")[:40]),
        ("stream-index-last", indexed_mp4()),
        ("stream-without-audio", recorded("wav")[:16]),
    ],
)
def test_what_cannot_be_decoded_is_said_once(key: str, data: bytes) -> None:
    found = heard([data, *[b"more"] * 3] if data else [])
    assert found.keys == [key]
    assert not found.pieces


def test_damage_is_skipped_and_said_once() -> None:
    data = bytearray(recorded("flac", 3.0))
    for at in range(len(data) // 3, len(data), 2_000):
        data[at : at + 8] = b"\0" * 8
    found = heard(cut(bytes(data), random.Random(3), 4_000))
    assert found.keys == ["stream-damaged"]
    assert found.errors[0].recoverable
    assert len(found.samples) > 16_000


def test_little_data_that_holds_hours_takes_no_memory() -> None:
    """Whoever hears sets the pace, and what is decoded ahead is bounded."""
    from desktop.server.audio.outgoing import SpeechEncoder

    encoder = SpeechEncoder("flac", 16_000)
    data = b"".join([encoder.add(np.zeros(16_000, np.float32)) for _ in range(600)]) + encoder.end()
    assert len(data) < 120_000
    most = 0

    async def listen() -> int:
        total = 0

        async def hear(samples: Samples) -> None:
            nonlocal total, most
            total += len(samples)
            container = incoming._reader
            most = max(most, container._pipe._waiting if container and container._pipe else 0)  # type: ignore[union-attr]
            await asyncio.sleep(0)

        incoming = Incoming(hear)
        await incoming.feed(data)
        await incoming.end()
        return total

    assert asyncio.run(listen()) == 600 * 16_000
    assert most < 11 * 16_000


def test_a_client_that_leaves_takes_its_thread_along() -> None:
    before = len(threads())

    async def leave() -> None:
        found = Heard()
        await found.feed(recorded("webm")[:2_000])
        assert len(threads()) == before + 1
        found.incoming.close()
        found.incoming.close()
        await found.feed(b"more")

    asyncio.run(leave())
    assert wait_until(lambda: len(threads()) == before)


def test_whoever_hears_and_fails_is_told_and_leaves_no_thread() -> None:
    before = len(threads())

    async def listen() -> None:
        async def hear(samples: Samples) -> None:
            raise RuntimeError("closed")

        incoming = Incoming(hear)
        with pytest.raises(RuntimeError):
            await incoming.feed(recorded("webm"))
        incoming.close()

    asyncio.run(listen())
    assert wait_until(lambda: len(threads()) == before)


@pytest.mark.parametrize("container", CONTAINERS)
def test_mutated_files_never_hang_or_crash(container: str) -> None:
    """150 of each kind: bytes changed, cut out, put in, doubled."""
    data = recorded(container, 0.3)
    chance = random.Random(container)
    for _ in range(150):
        found = heard(cut(mutated(data, chance), chance, 3_000))
        assert len(found.errors) <= 2, found.keys
        assert sum(not error.recoverable for error in found.errors) <= 1
        assert np.isfinite(found.samples).all()
    assert wait_until(lambda: not threads())
