"""Which token of the text each heard token is: by hand, and for anything that may be heard."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.practice.matching.alignment import Aligner, Step
from desktop.practice.matching.similarity import Substitutions

FOX = "the quick brown fox jumps over the lazy dog"
LETTERS = st.lists(st.sampled_from(["a", "b", "c", "ab", "bc", "dd"]), max_size=14)


def aligner(text: Sequence[str], starts: Sequence[int] = (0,)) -> Aligner:
    return Aligner(text, starts, Substitutions([(one,) for one in text]))


def shown(text: str, heard: str, starts: Sequence[int] = (0,)) -> str:
    """Each step: the token of the text, and what was heard where that is another one; | begins a pass."""
    words, said = text.split(), heard.split()
    found = []
    for step in aligner(words, starts).update(said).open:
        one = words[step.text] if step.text is not None else "+"
        other = said[step.heard] if step.heard is not None else "-"
        found.append(("|" if step.begins_pass else "") + (one if one == other else f"{one}/{other}"))
    return " ".join(found)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (FOX, FOX),
        ("the quick brown", "the quick brown"),
        ("the quick brawn fox", "the quick brown/brawn fox"),
        ("the quick potato fox", "the quick brown/potato fox"),
        ("the quick fox jumps", "the quick brown/- fox jumps"),
        ("the quick um brown fox", "the quick +/um brown fox"),
        ("the quick the quick brown fox", "the quick |the quick brown fox"),
        ("the quick quick brown", "the quick |quick brown"),
        ("the quick brown fox the quick brown fox jumps", "the quick brown fox |the quick brown fox jumps"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_line_is_followed(heard: str, expected: str) -> None:
    assert shown(FOX, heard) == expected


def test_compounds_are_one_word_or_two() -> None:
    assert shown("voice mail for you today", "voicemail for you to day") == (
        "voice/voicemail mail/voicemail for you today/to today/day"
    )


def test_a_line_that_is_left_out_is_jumped_over() -> None:
    lines = "please hold the line and wait|nobody is here to answer you|leave your message after the tone"
    text, starts = lines.replace("|", " "), [0, 6, 12]
    heard = "please hold the line and wait leave your message after the tone"
    assert shown(text, heard, starts) == "please hold the line and wait |leave your message after the tone"


def test_a_reader_may_begin_anywhere_and_go_back() -> None:
    lines = "please hold the line and wait|nobody is here to answer you|leave your message after the tone"
    text, starts = lines.replace("|", " "), [0, 6, 12]
    heard = "nobody is here to answer you please hold the line and wait leave your message"
    assert shown(text, heard, starts) == (
        "|nobody is here to answer you |please hold the line and wait |leave your message"
    )


def test_who_went_back_goes_on_where_he_was() -> None:
    text = [f"w{number}" for number in range(40)]
    one = aligner(text, [0, 10, 20, 30])
    found = one.update([*text[:25], *text[:10], *text[25:30]])
    assert [step.text for step in found.open] == [*range(25), *range(10), *range(25, 30)]


def test_the_nearer_of_two_lines_alike_is_read() -> None:
    found = aligner([*"abcd", *"efgh", "i", "j", *"efgh", "k"], [0, 4, 10]).update(list("abcdefgh"))
    assert found.position == 8


def test_tentative_words_are_replaced_by_the_next_update() -> None:
    one = aligner(FOX.split())
    one.update((), ["the", "quick", "ground"])
    found = one.update((), ["the", "quick", "brown", "fox"])
    assert found.position == 4
    assert [step.text for step in found.open] == [0, 1, 2, 3]


def test_what_was_settled_long_ago_is_told_once() -> None:
    text = [f"w{number}" for number in range(400)]
    one = aligner(text, range(0, 400, 10))
    settled: list[Step] = []
    for start in range(0, 400, 7):
        found = one.update(text[start : start + 7])
        settled += found.settled
    assert [step.text for step in (*settled, *found.open)] == list(range(400))
    assert [step.heard for step in (*settled, *found.open)] == list(range(400))
    assert len(settled) > 300


def test_the_reader_moves() -> None:
    text = FOX.split()
    one = aligner(text)
    one.update(["the", "quick"])
    one.move_to(6)
    found = one.update(["the", "lazy"])
    assert [step.text for step in found.open] == [6, 7]
    assert [step.heard for step in found.open] == [2, 3]


def test_in_the_end_the_rest_is_left_out() -> None:
    one = aligner(FOX.split())
    before = one.update(FOX.split()[:6])
    found = [*before.settled, *one.finish().settled]
    assert [(step.text, step.heard) for step in found][-3:] == [(6, None), (7, None), (8, None)]


def test_a_last_word_that_is_another_one_stands_for_it_in_the_end() -> None:
    one = aligner(["call", "for", "you"])
    one.update(["call", "for", "me"])
    assert [(step.text, step.heard) for step in one.finish().settled] == [(0, 0), (1, 1), (2, 2)]


def test_who_goes_back_to_a_line_in_the_end_reads_it() -> None:
    text = [*"abcde", *"fghij", *"klmno"]
    one = aligner(text, [0, 5, 10])
    one.update([*"abcde", *"klmno", *"fghij"])
    found = one.finish().settled
    assert [step.text for step in found] == [*range(5), *range(10, 15), *range(5, 10)]
    assert all(step.heard is not None for step in found)


def test_the_end_of_a_long_text_is_reached() -> None:
    text = [f"w{number}" for number in range(2000)]
    one = aligner(text)
    one.update(text[:5])
    found = one.finish().settled
    assert [step.text for step in found] == list(range(2000))


def follow(text: Sequence[str], starts: Sequence[int], pieces: Sequence[Sequence[str]]) -> list[Step]:
    """All steps of what was heard piece by piece: the first half of each piece comes tentatively before."""
    one = aligner(text, starts)
    settled: list[Step] = []
    for piece in pieces:
        found = one.update((), piece[: len(piece) // 2])
        settled += found.settled
        found = one.update(piece)
        settled += found.settled
    return [*settled, *one.finish().settled]


@given(LETTERS, LETTERS, st.lists(st.integers(0, 13), max_size=4))
@settings(max_examples=300, deadline=None)
def test_anything_heard_is_aligned_wholly_and_in_order(text: list[str], heard: list[str], starts: list[int]) -> None:
    steps = follow(text, starts, [heard])
    told = [step.heard for step in steps if step.heard is not None]
    assert sorted(set(told)) == list(range(len(heard)))  # total
    assert told == sorted(told)  # in the order of speaking
    for before, after in pairwise(steps):
        if not after.begins_pass:
            assert before.place <= after.place  # within a pass the text never runs backwards
    assert all(step.text is None or 0 <= step.text < len(text) for step in steps)
    for step in steps:
        assert step.text is not None or step.heard is not None
    once = [step for step in steps if not step.is_joined and step.heard is not None]
    assert len({step.heard for step in once}) == len(once)


@given(st.lists(LETTERS, max_size=30), st.lists(st.integers(0, 40), max_size=4))
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_in_which_pieces_it_is_heard(pieces: list[list[str]], starts: list[int]) -> None:
    text = [f"{letter}{number % 7}" for number, letter in enumerate("abcdefghij" * 5)]
    heard = [token for piece in pieces for token in piece]
    steps = follow(text, starts, pieces)
    told = [step.heard for step in steps if step.heard is not None]
    assert sorted(set(told)) == list(range(len(heard)))
    assert told == sorted(told)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_a_text_that_is_read_as_it_stands_is_all_right(text: list[str]) -> None:
    steps = follow(text, [0], [text])
    assert [(step.text, step.heard) for step in steps] == [(number, number) for number in range(len(text))]


def test_an_update_of_a_long_text_costs_no_more_than_one_of_a_short_one() -> None:
    """Work, not time: the tokens that are compared, however long the text is."""
    compared: list[int] = []

    def counted(text: Sequence[str]) -> int:
        substitutions = Substitutions([(one,) for one in text])

        def cost(token: str, low: int, high: int):  # type: ignore[no-untyped-def]
            compared.append(high - low)
            return substitutions(token, low, high)

        one = Aligner(text, range(0, len(text), 10), cost)
        one.update(text[:200])
        compared.clear()
        one.update(text[200:205], text[205:210])
        return sum(compared)

    short = [f"w{number % 700}" for number in range(1_000)]
    long = [f"w{number % 700}" for number in range(100_000)]
    assert counted(long) <= counted(short) + 1
    assert counted(long) <= 10 * 601
