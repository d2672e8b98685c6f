"""When words are certain, and how much later by another way."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.load.speaker import Came
from desktop.bench.workers.figures import certain, later


def came(at: float, committed: str, segment: int = 0) -> Came:
    return Came(at, segment, committed + " perhaps", False, "", 0.0, at, at, committed=committed)


def test_a_word_counts_from_when_it_was_committed_first() -> None:
    found = certain([came(1.0, "Good"), came(1.5, "Good day"), came(2.0, "Good day"), came(3.0, "Good", segment=1)])
    assert found == {(0, 0, "good"): 1.0, (0, 1, "day"): 1.5, (1, 0, "good"): 3.0}


def test_words_are_compared_where_both_have_them() -> None:
    here = certain([came(1.0, "Good day"), came(2.0, "Good day to you")])
    there = certain([came(1.25, "Good"), came(1.5, "Good day"), came(2.0, "Good day for you")])
    assert later(here, there) == [0.0, 0.25, 0.5]


@given(st.lists(st.tuples(st.floats(0, 100), st.text("abc ", max_size=9)), max_size=9), st.floats(-5, 5))
def test_the_same_talk_that_comes_later_is_later_by_as_much(said: list[tuple[float, str]], shift: float) -> None:
    said.sort()
    one = certain([came(at, words) for at, words in said])
    other = certain([came(at + shift, words) for at, words in said])
    assert all(abs(seconds - shift) < 1e-6 for seconds in later(one, other))
    assert len(later(one, other)) == len(one)
