"""Speech for which no word was found: where it is, and what is made of the words that are found there."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import BackendFailed
from desktop.engine.events import SAMPLE_RATE, SpeechSegment, Word
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.recognition.settling.unheard import (
    Stretch,
    expected,
    hear_again,
    is_more,
    says_again,
    stretches,
    with_context,
)
from desktop.engine.recognition.work import Decode
from tests.driven import answered

REQUEST = RecognitionRequest(language="en", is_final=True)
PACE = 0.4
"""seconds of a word at the usual speed"""


def timed(text: str, begin: float = 0.0, pace: float = PACE) -> tuple[Word, ...]:
    """The words of a text, one behind the other."""
    return tuple(Word(one, begin + pace * at, begin + pace * (at + 1), 0.9) for at, one in enumerate(text.split()))


def until(end: float, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words, the last one up to that time: where the aligner finds nothing it stretches words."""
    last = words[-1]
    return (*words[:-1], Word(last.text, last.start, end, last.probability))


FIRST = timed("Please hold the line.")
"""until 1.6 s"""
LAST = timed("Press five now.", 5.0)
"""until 6.2 s"""


@pytest.mark.parametrize(
    ("words", "voiced", "found"),
    [
        ((*FIRST, *LAST), [(0, 1.6), (5, 6.2)], []),
        ((*FIRST, *LAST), [(0, 1.6), (2.0, 4.6), (5, 6.2)], [(4, 4, 1.6, 5.0)]),
        ((*until(5.0, FIRST), *LAST), [(0, 1.6), (5, 6.2)], []),  # a pause belongs to the word before it
        ((*until(5.0, FIRST), *LAST), [(0, 1.6), (2.0, 4.6), (5, 6.2)], [(3, 4, 1.2, 5.0)]),
        ((*until(5.0, FIRST), *LAST), [(0, 1.6), (2.0, 2.7), (5, 6.2)], []),  # a cough
        (LAST, [(0, 1.6), (5, 6.2)], [(0, 0, 0, 5.0)]),
        (FIRST, [(0, 1.6), (2.0, 4.6)], [(4, 4, 1.6, 4.6)]),
        ((), [(0, 1.6)], []),  # decoded by itself, or nobody spoke
        (FIRST, [], []),  # not known where voice is
    ],
)
def test_speech_without_words_is_found(
    words: tuple[Word, ...], voiced: list[tuple[float, float]], found: list[tuple[int, int, float, float]]
) -> None:
    places = [(one.first, one.last, round(one.start, 2), round(one.end, 2)) for one in stretches(words, voiced)]
    assert places == found


def test_a_phrase_that_is_spread_over_too_few_words_is_found() -> None:
    words = (*timed("It is slow."), *timed("very", 1.2, 1.3), *timed("so", 2.5, 1.0), *timed("I am told.", 3.5))
    (found,) = stretches(words, [(0, 4.7)])
    assert (found.first, found.last) == (3, 5)


def test_who_speaks_slowly_says_no_more_than_that() -> None:
    words = timed("Please hold the line and wait until we come back.", 0.0, 2 * PACE)
    assert stretches(words, [(0, words[-1].end)]) == ()


def test_nearly_all_of_an_utterance_is_not_read_again() -> None:
    assert stretches(timed("Hold", 0.0, 4.0), [(0, 4.0)]) == ()


def test_what_takes_long_to_say_may_take_long() -> None:
    assert expected(timed("2026")[0]) > 3 * expected(timed("year")[0])
    assert expected(timed("ISDN")[0]) > 2 * expected(timed("isdn")[0])
    assert expected(timed("www.example.org.")[0]) > 1.5 * expected(timed("wwwexampleorg.")[0])
    assert expected(timed("電話番号")[0]) > 2 * expected(timed("dial")[0])
    assert expected(timed("—")[0]) == expected(timed("!")[0]) < expected(timed("a")[0])


@given(st.lists(st.tuples(st.floats(0.01, 3), st.booleans()), min_size=1, max_size=12), st.integers(0, 12))
def test_stretches_lie_apart_and_in_order(parts: list[tuple[float, bool]], count: int) -> None:
    words, voiced, at = list[Word](), list[tuple[float, float]](), 0.0
    for length, is_voice in parts:
        if is_voice:
            voiced.append((at, at + length))
        if len(words) < count:
            words.append(Word("so", at, at + length, 0.9))
        at += length
    found = stretches(words, voiced)
    assert [one for one in found if one.end <= one.start] == []
    assert all(one.end <= other.start and one.last <= other.first for one, other in pairwise(found))


def segment(seconds: float, *voiced: tuple[float, float]) -> SpeechSegment:
    """An utterance that begins at 10 s; its sound is silent where nobody speaks. voiced: seconds from its start."""
    samples = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    for begin, end in voiced:
        samples[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = 0.1
    spans = tuple((10 + begin, 10 + end) for begin, end in voiced)
    return SpeechSegment(0, samples, 10.0, 10 + seconds, True, 10 + seconds, False, spans)


def again(
    words: tuple[Word, ...], heard: SpeechSegment, text: str, since: float = 0.0, **changes: object
) -> tuple[str, str, list[Decode]]:
    """The words that are kept, those that were added, and what was decoded for it, with a recogniser that hears a text
    wherever it is asked. words: in seconds from the utterance's start."""
    asked: list[Decode] = []

    def hear(work: Decode) -> Hypothesis:
        asked.append(work)
        return Hypothesis("en", timed(text), log_probability=-0.2, **changes)  # type: ignore[arg-type]

    moved = tuple(Word(one.text, one.start + 10, one.end + 10, 0.9) for one in words)
    kept, added = answered(hear_again(heard, moved, REQUEST, since), hear)
    assert all(one.start <= other.start for one, other in pairwise(kept))
    return " ".join(one.text for one in kept), " ".join(one.text for one in added), asked


MIDDLE = "line. All lines are busy."
THREE = segment(6.5, (0, 1.6), (2.0, 4.6), (5, 6.2))


def test_a_lost_sentence_is_put_in_its_place() -> None:
    kept, added, (work,) = again((*until(5.0, FIRST), *LAST), THREE, f"Please hold the {MIDDLE}")
    assert kept == "Please hold the line. All lines are busy. Press five now."
    assert added == f"Please hold the {MIDDLE}"
    assert work.seconds == pytest.approx(5.0, abs=0.35)
    assert work.request.prompt == ""
    assert work.request.is_final
    assert not work.request.is_buffered
    assert not work.request.may_widen


def test_a_stretch_is_read_with_its_sentence_but_with_no_other() -> None:
    words = (*timed("Hold on. So we are told."), *timed("This is all. Good bye.", 6.0))
    (found,) = with_context([Stretch(5, 6, 2.0, 5.5)], words)
    assert (found.first, found.last, found.start) == (2, 6, words[2].start)
    (found,) = with_context([Stretch(3, 4, 1.2, 1.6)], words)
    assert (found.first, found.last, found.start, found.end) == (2, 6, words[2].start, words[5].end)
    before, behind = with_context([Stretch(3, 4, 1.2, 1.6), Stretch(5, 6, 2.0, 5.5)], words)
    assert (before.first, before.last, behind.first, behind.last) == (2, 5, 5, 6)
    (found,) = with_context([Stretch(12, 12, 8.4, 9.0)], (*timed(" ".join("abcdefghijkl"), 3.6),))
    assert (found.first, found.start) == (7, pytest.approx(6.4)), "two seconds at most"


def test_what_lies_before_the_window_is_not_looked_at() -> None:
    heard = segment(6.5, (0, 3.0), (5, 6.2))
    text = "And before that. Press five now."
    assert again(LAST, heard, text)[0] == text
    assert again(LAST, heard, text, 14.9)[1:] == ("", [])


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("line.", {}),  # the same again
        ("Please hold the line.", {}),
        ("Press five now, please.", {}),  # what comes behind it
        (MIDDLE, {"is_trusted": False}),
        (MIDDLE, {"has_repeated": True}),
        ("", {}),
    ],
)
def test_what_is_no_better_changes_nothing(text: str, changes: dict[str, object]) -> None:
    kept, added, asked = again((*until(5.0, FIRST), *LAST), THREE, text, **changes)
    assert (kept, added, len(asked)) == ("Please hold the line. Press five now.", "", 1)


def test_a_decoding_that_fails_changes_nothing() -> None:
    def fail(_: Decode) -> Hypothesis:
        raise BackendFailed("recognition-failed", name="x")

    words = tuple(Word(one.text, one.start + 10, one.end + 10, 0.9) for one in (*until(5.0, FIRST), *LAST))
    assert answered(hear_again(THREE, words, REQUEST), fail) == (words, ())


def test_a_guess_changes_nothing() -> None:
    (place,) = (Stretch(4, 4, 1.6, 5.0),)
    words = (*FIRST, *LAST)
    found = timed("All lines are busy.")
    assert is_more(Hypothesis("en", found, log_probability=-0.69), found, words, place)
    assert not is_more(Hypothesis("en", found, log_probability=-0.71), found, words, place)


@pytest.mark.parametrize(
    ("said", "more", "is_again"),
    [
        ("Por favor ingrese su número.", "Por favor, ingreses su número", True),
        ("La persona en la extensión.", "Clave incorrecta. Por favor ingrese", False),
        ("three four", "three four", True),
        ("Yes.", "", False),
        ("", "Yes.", False),
    ],
)
def test_what_was_read_already_is_not_written_again(said: str, more: str, is_again: bool) -> None:
    assert says_again(said.split(), more.split()) is is_again
