"""How much of what was shown was taken back."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.figures.erasure import Erasure, erasure, revisions, total

TEXTS = st.lists(st.text(alphabet="ab ", max_size=12), max_size=8)


def test_text_that_only_grows_erases_nothing() -> None:
    assert erasure(["The", "The doctor", "The doctor wants"], "en") == Erasure(0, 3)


def test_a_changed_word_takes_all_behind_it_along() -> None:
    found = erasure(["The doctor once", "The doctor wants to", "The doctor wants to"], "en")
    assert found == Erasure(1, 4)
    assert found.normalized == 0.25
    assert erasure(["a b c", "x b c"], "en") == Erasure(3, 3)


def test_case_and_punctuation_are_seen() -> None:
    assert erasure(["the end", "The end."], "en").deleted == 2


def test_characters_where_no_spaces_are_written() -> None:
    assert erasure(["医者は", "医者が来た"], "ja") == Erasure(1, 5)


def test_text_that_vanishes_counts() -> None:
    assert erasure(["you", ""], "en").normalized == 1.0


def test_committed_text_may_only_grow() -> None:
    assert revisions(["", "a", "a b", "a b"]) == 0
    assert revisions(["a", "b", "b c", "b"]) == 2


def test_parts_add_up() -> None:
    assert total([Erasure(1, 4), Erasure(0, 6)]).normalized == 0.1
    assert total([]) == Erasure()


@given(TEXTS)
def test_never_more_is_deleted_than_was_shown(shown: list[str]) -> None:
    found = erasure(shown, "en")
    assert 0 <= found.deleted <= sum(len(text.split()) for text in shown[:-1])
    if shown:
        assert found.final == len(shown[-1].split())
    growing = ["".join(shown[: count + 1]) for count in range(len(shown))]
    if revisions(growing) == 0 and all(text.endswith(" ") or not text for text in shown):
        assert erasure(growing, "en").deleted == 0
