import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.audio.sources.mixing import mono
from desktop.engine.audio.sources.resample import Resampler, resampled
from desktop.engine.events import SAMPLE_RATE
from tests.signals import noise, similarity, tone


def resample_in_blocks(samples: np.ndarray, rate: int, sizes: list[int]) -> np.ndarray:
    resampler = Resampler(rate)
    out, at, turn = [], 0, 0
    while at < len(samples):
        size = sizes[turn % len(sizes)]
        out.append(resampler.add(samples[at : at + size]))
        at, turn = at + size, turn + 1
    out.append(resampler.flush())
    return np.concatenate(out)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_length_and_sound_survive(rate: int) -> None:
    result = resample_in_blocks(tone(1.0, 440, rate), rate, [rate // 50])
    assert result.dtype == np.float32
    assert len(result) == pytest.approx(SAMPLE_RATE, abs=2)
    assert similarity(tone(0.8, 440), result) > 0.999


@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from([8000, 44100, 48000]),
    sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=6),
)
def test_block_borders_leave_no_trace(rate: int, sizes: list[int]) -> None:
    samples = noise(0.4, 1, rate)
    whole = resample_in_blocks(samples, rate, [len(samples)])
    pieces = resample_in_blocks(samples, rate, sizes)
    assert len(pieces) == len(whole)
    assert np.max(np.abs(pieces - whole)) < 1e-4


def test_channels_are_averaged() -> None:
    left, right = tone(0.5, 300), tone(0.5, 1000)
    stereo = np.stack((left, right), axis=1)
    assert np.allclose(Resampler(SAMPLE_RATE).add(stereo), (left + right) / 2, atol=1e-6)
    assert np.allclose(mono(stereo[:, :1]), left)


def test_nothing_in_nothing_out() -> None:
    resampler = Resampler(48000)
    assert len(resampler.add(np.zeros(0, np.float32))) == 0
    assert len(resampler.flush()) == 0


def test_a_flush_begins_a_new_stream() -> None:
    resampler = Resampler(48000)
    first = [np.concatenate((resampler.add(tone(0.2, 440, 48000)), resampler.flush())) for _ in range(2)]
    assert np.array_equal(first[0], first[1])


def test_whole_pieces() -> None:
    assert similarity(tone(0.8, 440, 48000), resampled(tone(1, 440, 22050), 22050, 48000)) > 0.999
    same = tone(0.1, 440)
    assert resampled(same, 16000, 16000) is same
    assert len(resampled(np.zeros(0, np.float32), 22050, 48000)) == 0
