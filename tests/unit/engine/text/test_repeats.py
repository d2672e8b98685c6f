"""What counts as going round in circles, and what is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.repeats import first_loop, without_loops

TIMES = {1: 4, 2: 3, 3: 2}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("no no no", "no no no"),
        ("no no no no", "no"),
        ("well a b a b a b", "well a b"),
        ("a b c a b c d", "a b c d"),
        ("a b c a b c a b", "a b c"),
        ("call 7 7 7 7 7 7 please call me", "call 7 please call me"),
        ("a a a a b b b b c", "a b c"),
        ("a b a b c", "a b a b c"),
        ("a b c d a b c d", "a b c d a b c d"),
        ("", ""),
    ],
)
def test_a_phrase_is_kept_once(text: str, kept: str) -> None:
    assert without_loops(text.split(), TIMES) == kept.split()


def test_the_earliest_loop_counts() -> None:
    assert first_loop(["x", "a", "b", "a", "b", "a", "b", "c", "c", "c", "c"], TIMES) == (1, 2)
    assert first_loop([1, 2, 3], TIMES) is None


@given(st.lists(st.integers(0, 2), max_size=30), st.dictionaries(st.integers(1, 5), st.integers(2, 4), max_size=4))
def test_only_repeats_go(units: list[int], times: dict[int, int]) -> None:
    kept = without_loops(units, times)
    rest = iter(units)
    assert all(unit in rest for unit in kept)  # in their order
    assert set(kept) == set(units)
    assert first_loop(kept, times) is None
