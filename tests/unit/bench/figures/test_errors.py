"""Summaries and word error rates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.figures.errors import (
    Errors,
    matched_words,
    normalized,
    percentile,
    pooled,
    summarized,
    word_errors,
)

numbers = st.lists(st.floats(-100, 100), min_size=1, max_size=30)


def test_a_summary_of_known_values() -> None:
    one = summarized([3.0, 1.0, 2.0, 10.0])
    assert (one.count, one.minimum, one.median, one.maximum) == (4, 1.0, 2.5, 10.0)
    assert one.p95 == pytest.approx(3.0 + 7.0 * 0.85)


@given(numbers)
def test_percentiles_are_ordered_and_within_the_values(values: list[float]) -> None:
    one = summarized(values)
    assert one.minimum <= one.median + 1e-9
    assert one.median <= one.p95 + 1e-9
    assert one.p95 <= one.maximum + 1e-9
    assert percentile(values, 0) == one.minimum
    assert percentile(values, 100) == one.maximum


def test_nothing_measured_is_no_zero() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        summarized([])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Where's the Bank?", ["wheres", "the", "bank"]),
        ("eight forty-five, or so…", ["eight", "forty", "five", "or", "so"]),
        ("¿Dónde ESTÁ el niño?", ["dónde", "está", "el", "niño"]),
        ("ﬁne １２", ["fine", "12"]),
        (" — ", []),
    ],
)
def test_words_are_compared_without_case_and_punctuation(text: str, words: list[str]) -> None:
    assert normalized(text) == words


def test_each_kind_of_error_is_counted() -> None:
    errors = word_errors("one two three four five six", "One too three, five six seven!")
    assert (errors.substitutions, errors.deletions, errors.insertions, errors.words) == (1, 1, 1, 6)
    assert errors.rate == pytest.approx(0.5)


def test_hearing_nothing_misses_every_word() -> None:
    assert word_errors("one two", "") == Errors(deletions=2, words=2)
    with pytest.raises(ValueError, match="no words"):
        word_errors("?", "one")


def test_pooling_weighs_by_words() -> None:
    together = pooled([Errors(substitutions=1, words=1), Errors(words=9)])
    assert together.rate == pytest.approx(0.1)


def test_words_are_matched_around_errors() -> None:
    assert matched_words(["a", "b", "c", "d"], ["a", "x", "c", "d", "e"]) == {0: 0, 2: 2, 3: 3}
    assert matched_words([], ["a"]) == {}
    assert matched_words(["a"], []) == {}
