"""WAV that arrives in pieces."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import AudioError
from desktop.engine.events import Samples
from desktop.server.audio.outgoing import pcm16, wav_header
from desktop.server.audio.wav import WavReader
from tests.unit.server.audio.test_pcm import split

SOUND = (np.sin(np.arange(4_000) / 9) * 0.5).astype(np.float32)
BODY = pcm16(SOUND)


def heard(pieces: list[bytes]) -> Samples:
    reader = WavReader()
    found = [samples for piece in pieces for samples in reader.feed(piece)] + reader.end()
    return np.concatenate([np.zeros(0, np.float32), *found])


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def wav(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


def form(number: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16, more: bytes = b"") -> bytes:
    width = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", number, channels, rate, rate * width, width, bits) + more)


@given(st.lists(st.integers(0, 10_000), max_size=12), st.sampled_from([None, 0, len(BODY)]))
def test_any_split_gives_the_same_samples(cuts: list[int], size: int | None) -> None:
    data = wav_header(16_000, size) + BODY
    assert np.allclose(heard(split(data, cuts)), SOUND, atol=1e-4)


def test_what_surrounds_the_samples_is_no_sound() -> None:
    data = wav(chunk(b"JUNK", b"x" * 27), form(), chunk(b"data", BODY), chunk(b"LIST", b"a title"))
    for size in (1, 7, len(data)):
        assert len(heard([data[at : at + size] for at in range(0, len(data), size)])) == len(SOUND)


def test_extensible_float_of_two_channels() -> None:
    guid = struct.pack("<HHIH", 22, 32, 3, 3) + bytes.fromhex("0000000010008000 00aa00389b71".replace(" ", ""))
    stereo = np.stack([SOUND, SOUND], 1).astype("<f4").tobytes()
    assert np.allclose(heard([wav(form(0xFFFE, 2, bits=32, more=guid), chunk(b"data", stereo))]), SOUND, atol=1e-6)


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("stream-wav-coding", wav(form(number=2, bits=4), chunk(b"data", BODY))),
        ("stream-rate", wav(form(rate=1), chunk(b"data", BODY))),
        ("stream-channels", wav(form(channels=0), chunk(b"data", BODY))),
        ("stream-broken", wav(chunk(b"data", BODY))),
        ("stream-broken", wav(chunk(b"fmt ", b"short"), chunk(b"data", BODY))),
        ("stream-broken", b"RIFF\0\0\0\0WAVE" + b"JUNK\xff\xff\xff\x7f"),
        ("stream-without-audio", wav(form())),
    ],
)
def test_what_is_wrong_is_said(key: str, data: bytes) -> None:
    with pytest.raises(AudioError) as error:
        heard([data])
    assert error.value.message.key == key
