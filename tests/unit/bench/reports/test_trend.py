"""Whether figures rise with time."""

import random

import pytest

from desktop.bench.reports.trend import Trend, student, trend


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (8, 2.306), (28, 2.048), (1000, 1.962)]
)
def test_students_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert student(freedom, 0.95) == pytest.approx(quantile, rel=0.01)


def test_a_rise_is_found_and_noise_is_none() -> None:
    chance = random.Random(5)
    minutes = [float(minute) for minute in range(30)]
    noise = [chance.gauss(0, 1) for _ in minutes]
    assert trend(minutes, [100 + value for value in noise]).is_flat(0.0)
    rising = trend(minutes, [100 + 0.5 * minute + value for minute, value in zip(minutes, noise, strict=True)])
    assert rising.low < 0.5 < rising.high
    assert not rising.is_flat(0.1)


def test_a_line_without_noise_is_exact() -> None:
    found = trend([0, 1, 2, 3], [1, 3, 5, 7])
    assert found.slope == pytest.approx(2)
    assert found.low == pytest.approx(found.high)


def test_a_small_sure_rise_is_flat_within_its_bound() -> None:
    assert Trend(0.01, 0.009, 0.011).is_flat(0.02)
    assert not Trend(0.01, 0.009, 0.011).is_flat(0.005)
    assert Trend(-1.0, -1.1, -0.9).is_flat(0.0)


@pytest.mark.parametrize("x", [[], [1, 2], [1, 1, 1]])
def test_too_few_points_have_no_slope(x: list[float]) -> None:
    with pytest.raises(ValueError, match="three"):
        trend(x, x)
