"""Speech and music in one sound."""

import numpy as np
import pytest

from desktop.bench.figures.errors import Errors
from desktop.bench.people.over_music import OverMusic, mixed
from desktop.engine.events import SAMPLE_RATE


def loudness(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


@pytest.mark.parametrize("level", [3.0, 8.0, 15.0])
def test_music_is_so_much_softer_than_speech_and_as_long(level: float) -> None:
    random = np.random.default_rng(0)
    speech = np.zeros(4 * SAMPLE_RATE, np.float32)
    speech[: 2 * SAMPLE_RATE] = 0.1 * random.standard_normal(2 * SAMPLE_RATE)  # pauses do not make speech softer
    music = (0.02 * random.standard_normal(SAMPLE_RATE)).astype(np.float32)
    both = mixed(speech, music, level)
    assert both.shape == speech.shape
    assert both.dtype == np.float32
    behind = both[2 * SAMPLE_RATE :]
    assert 20 * np.log10(0.1 / loudness(behind)) == pytest.approx(level, abs=0.1)
    assert np.allclose(both[: 2 * SAMPLE_RATE] - speech[: 2 * SAMPLE_RATE], behind, atol=1e-6)


def test_what_is_too_loud_is_softened_and_not_cut() -> None:
    speech = np.full(SAMPLE_RATE, 0.9, np.float32)
    both = mixed(speech, np.full(100, 0.5, np.float32), 3.0)
    assert both.max() == pytest.approx(1.0)
    assert both.min() == pytest.approx(1.0)


def test_a_few_points_more_are_allowed_where_speech_alone_has_few_errors() -> None:
    good = OverMusic("en", Errors(substitutions=2, words=100), Errors(words=100))
    bad = OverMusic("fr", Errors(substitutions=20, words=100), Errors(words=100))
    assert (good.most, bad.most) == (pytest.approx(0.05), pytest.approx(0.3))
