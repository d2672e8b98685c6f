import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.hearing.level import FLOOR, peak, rms
from tests.signals import tone


def test_known_levels() -> None:
    assert rms(np.ones(100, np.float32)) == pytest.approx(0)
    assert rms(tone(1, 440, amplitude=1)) == pytest.approx(-3.01, abs=0.01)
    assert peak(tone(1, 440, amplitude=0.1)) == pytest.approx(-20, abs=0.01)


def test_silence_is_the_floor() -> None:
    for silence in (np.zeros(0, np.float32), np.zeros(512, np.float32), np.full(512, 1e-9, np.float32)):
        assert rms(silence) == FLOOR
        assert peak(silence) == FLOOR


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=200))
def test_rms_lies_between_floor_and_peak(values: list[float]) -> None:
    samples = np.array(values, np.float32)
    assert FLOOR <= rms(samples) <= peak(samples) + 1e-3
    assert peak(samples) <= 1e-3
