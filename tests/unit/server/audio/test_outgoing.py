"""Speech as clients want it, decoded again."""

import io
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.events import Samples
from desktop.server.audio.outgoing import FORMATS, SpeechEncoder, SpeechFormat, pcm16, wav_header

VOICE = (0.4 * np.sin(np.arange(22_050) / 15) * np.sin(np.arange(22_050) / 3_000)).astype(np.float32)


def encoded(form: SpeechFormat, cuts: list[int], to_rate: int = 0) -> bytes:
    encoder = SpeechEncoder(form, 22_050, to_rate)
    places = [0, *sorted(cuts), len(VOICE)]
    data = b"".join(encoder.add(VOICE[begin:end]) for begin, end in pairwise(places))
    return data + encoder.end()


def decoded(form: SpeechFormat, data: bytes) -> Samples:
    """As others read it, 22.05 kHz."""
    from faster_whisper.audio import decode_audio

    if form == "pcm":
        data = wav_header(22_050, len(data)) + data
    return np.asarray(decode_audio(io.BytesIO(data), sampling_rate=22_050))


@pytest.mark.parametrize("form", FORMATS)
def test_others_hear_what_was_spoken(form: SpeechFormat) -> None:
    heard = decoded(form, encoded(form, [100, 101, 9_000]))
    assert len(heard) == pytest.approx(len(VOICE), abs=2_300)  # MP3 and AAC begin with the coder's delay
    # Likeness at the best offset.
    spectrum = np.fft.rfft(heard, 65_536) * np.conj(np.fft.rfft(VOICE, 65_536))
    likeness = np.fft.irfft(spectrum).max() / np.linalg.norm(heard) / np.linalg.norm(VOICE)
    assert likeness > 0.97


@settings(max_examples=25)
@given(st.sampled_from(FORMATS), st.lists(st.integers(0, len(VOICE)), max_size=8))
def test_the_pieces_do_not_matter(form: SpeechFormat, cuts: list[int]) -> None:
    if form == "opus":  # each stream has a number of its own
        assert np.array_equal(decoded(form, encoded(form, cuts)), decoded(form, encoded(form, [])))
    else:
        assert encoded(form, cuts) == encoded(form, [])


def test_raw_samples_at_another_rate() -> None:
    assert len(encoded("pcm", [5_000], 24_000)) == 2 * 24_000
    assert encoded("pcm", []) == pcm16(VOICE)


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_spoken_is_a_stream_all_the_same(form: SpeechFormat) -> None:
    assert isinstance(SpeechEncoder(form, 22_050).end(), bytes)
