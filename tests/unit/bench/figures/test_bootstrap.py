"""Intervals by drawing anew."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.figures.bootstrap import interval, spread_out
from desktop.bench.figures.errors import percentile


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_of_equal_pieces_there_is_no_doubt() -> None:
    found = interval([3.0] * 20, mean)
    assert (found.low, found.high) == (3.0, 3.0)


def test_the_same_input_gives_the_same_interval() -> None:
    pieces = [1.0, 2.0, 5.0, 9.0]
    assert interval(pieces, mean) == interval(pieces, mean)


def test_the_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    pieces = list(np.random.default_rng(1).normal(10.0, 2.0, 400))
    found = interval(pieces, mean)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 2.0 / 20, rel=0.15)
    assert found.low < 10.0 < found.high


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(100):
        pieces = list(np.random.default_rng(seed).normal(0.0, 1.0, 50))
        found = interval(pieces, mean, times=300, seed=seed)
        covered += found.low <= 0.0 <= found.high
    assert 86 <= covered <= 100


def test_groups_are_drawn_as_a_whole() -> None:
    """Words of one sentence go together: two sentences leave three outcomes."""
    seen = set()

    def figure(groups: list[tuple[float, ...]]) -> float:
        seen.add(tuple(sorted(spread_out(groups))))
        return percentile(spread_out(groups), 50)

    interval([(1.0, 2.0), (5.0, 6.0)], figure)
    assert seen == {(1.0, 1.0, 2.0, 2.0), (1.0, 2.0, 5.0, 6.0), (5.0, 5.0, 6.0, 6.0)}


def test_draws_without_a_value_are_left_out() -> None:
    found = interval([(), (4.0,)], lambda groups: percentile(spread_out(groups), 50))
    assert (found.low, found.high) == (4.0, 4.0)


def test_nothing_to_draw_from() -> None:
    with pytest.raises(ValueError):
        interval([], mean)
    with pytest.raises(ValueError):
        interval([()], lambda groups: percentile(spread_out(groups), 50))


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30))
def test_a_mean_lies_within_its_pieces(pieces: list[float]) -> None:
    found = interval(pieces, mean, times=50)
    assert min(pieces) - 1e-9 <= found.low <= found.high <= max(pieces) + 1e-9
