"""A constant offset goes; audio without one stays as it is, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import Samples
from desktop.engine.hearing.hearing import FRAME
from desktop.engine.hearing.offset import OffsetRemover
from tests.conftest import read_audio
from tests.signals import tone
from tests.unit.engine.models.test_installed import STARTER


def through(samples: Samples) -> Samples:
    remover = OffsetRemover()
    whole = len(samples) - len(samples) % FRAME
    return np.concatenate([remover.remove(samples[at : at + FRAME]) for at in range(0, whole, FRAME)])


@pytest.mark.parametrize("name", ["en-00", "es-00"])
def test_speech_without_offset_is_not_touched(name: str) -> None:
    speech = read_audio(STARTER / "test" / f"{name}.flac")
    assert np.array_equal(through(speech), speech[: len(speech) - len(speech) % FRAME])


@pytest.mark.parametrize("offset", [0.02, 0.2, 0.5, -0.4])
@pytest.mark.parametrize("lead", [0, 8000])
def test_an_offset_is_gone_within_a_second(offset: float, lead: int) -> None:
    """lead: samples of silence before the speech."""
    speech = 0.5 * np.concatenate((np.zeros(lead, np.float32), read_audio(STARTER / "test" / "en-00.flac")))
    heard = through((speech + offset).astype(np.float32))
    assert heard.dtype == np.float32
    rest = heard - speech[: len(heard)]
    assert np.max(np.abs(rest)) < 0.1 * abs(offset) + 0.015
    assert np.max(np.abs(np.diff(rest))) < 0.001  # no clicks


def test_a_low_tone_is_no_offset() -> None:
    low = tone(2.0, 50, amplitude=0.9)
    assert np.array_equal(through(low), low[: len(low) - len(low) % FRAME])


@given(st.floats(-1, 1), st.floats(0, 1))
def test_whatever_comes_stays_finite_and_small(offset: float, noise: float) -> None:
    samples = np.clip(np.random.default_rng(1).normal(0, noise, 8 * FRAME) + offset, -1, 1).astype(np.float32)
    heard = through(samples)
    assert np.all(np.isfinite(heard))
    assert np.max(np.abs(heard)) <= 2.0


def test_silence_at_zero_and_a_new_stream_begin_anew() -> None:
    remover = OffsetRemover()
    zeros, shifted = np.zeros(FRAME, np.float32), np.full(FRAME, 0.3, np.float32)
    assert remover.remove(zeros) is zeros
    remover.reset()
    assert np.max(np.abs(remover.remove(shifted))) < 1e-6
