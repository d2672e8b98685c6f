"""What the practice window says and draws, as far as it is decided without a screen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import AudioFrame
from desktop.practice.feedback import Fluency, PassageFeedback, WordFeedback, WordStatus
from desktop.practice.progress import Point
from desktop.ui.practice import progress_plot
from desktop.ui.practice.marks import changed, counted, described, is_covered, is_turned, isolated
from desktop.ui.practice.recording import Recording
from desktop.ui.practice.result_page import fluency_words, lines_with_mistakes
from tests.unit.practice.readings import FOX, result

statuses = st.sampled_from([status for status in WordStatus if status is not WordStatus.EXTRA])
feedbacks = st.builds(
    lambda marks, extra, position: PassageFeedback(
        tuple(WordFeedback(index, f"w{index}", status) for index, status in enumerate(marks)),
        tuple(WordFeedback(index, "", WordStatus.EXTRA, "uh") for index in sorted(extra)),
        position,
    ),
    st.lists(statuses, min_size=5, max_size=5),
    st.lists(st.integers(0, 5), max_size=3),
    st.integers(0, 5),
)


@pytest.mark.parametrize(
    ("word", "words"),
    [
        (WordFeedback(0, "fox", WordStatus.CORRECT, "fox"), "fox: correct"),
        (WordFeedback(0, "fox", WordStatus.WRONG, "box"), "fox: wrong, heard “box”"),
        (WordFeedback(0, "fox", WordStatus.MINOR_MISTAKE, "focks"), "fox: small mistake, heard “focks”"),
        (WordFeedback(0, "fox", WordStatus.MISSING), "fox: left out"),
        (WordFeedback(3, "", WordStatus.EXTRA, "uh"), "Added: “uh”"),
        (WordFeedback(0, "شمس", WordStatus.WRONG, "قمر"), "\u2068شمس\u2069: wrong, heard “\u2068قمر\u2069”"),
    ],
)
def test_a_word_in_words(word: WordFeedback, words: str) -> None:
    assert described(word) == words


def test_the_next_word_and_hidden_ones_in_words() -> None:
    word = WordFeedback(0, "fox", WordStatus.PENDING)
    assert described(word, is_expected=True) == "fox: next"
    assert described(word, is_hidden=True) == "hidden word: not read yet"
    assert isolated("fox") == "fox"


def test_which_way_a_text_runs_is_said_by_its_first_letter() -> None:
    assert is_turned("2:1 الم")
    assert is_turned("«שלום» hello")
    assert not is_turned("Hello שלום")
    assert not is_turned("1:2, …")


def test_which_words_are_hidden() -> None:
    assert [is_covered(index, "some") for index in range(4)] == [False, True, False, True]
    assert not is_covered(1, "nothing")
    assert is_covered(0, "everything")


@given(feedbacks, feedbacks)
def test_what_looks_different_is_painted_and_nothing_else(old: PassageFeedback, new: PassageFeedback) -> None:
    found = changed(old, new)
    assert changed(new, replace(new, revision=99)) == set()
    for index in range(5):
        looks = old.words[index] != new.words[index]
        looks |= [one for one in old.extra if one.index == index] != [one for one in new.extra if one.index == index]
        looks |= old.position != new.position and index in (old.position, new.position)
        if looks and len(set(new.extra)) == len(new.extra) and len(set(old.extra)) == len(old.extra):
            assert index in found
        if old.words[index] == new.words[index] and old.extra == new.extra and old.position == new.position:
            assert index not in found
    assert changed(None, new) == set(range(6))


def test_counts_in_words() -> None:
    assert counted({WordStatus.CORRECT: 4, WordStatus.WRONG: 1, WordStatus.EXTRA: 0}) == "4 correct, 1 wrong"
    assert counted({}) == "nothing was read"


def test_fluency_in_words() -> None:
    read = result()
    assert fluency_words(read) == "120 words a minute, 1 long pause, 1 word said again."
    calm = replace(read, fluency=Fluency(0.0, (), 0))
    assert fluency_words(calm) == "No long pause, nothing said again."
    halting = replace(read, fluency=Fluency(61.6, ((1, 2.0), (2, 2.0)), 3))
    assert fluency_words(halting) == "62 words a minute, 2 long pauses, 3 words said again."


def test_the_lines_with_mistakes() -> None:
    assert lines_with_mistakes(FOX, result()) is None
    again = lines_with_mistakes(FOX, result(FOX, {7: WordStatus.WRONG, 8: WordStatus.MISSING}))
    assert again is not None
    assert [line.text for line in again.lines] == ["over the lazy dog."]


def points(*totals: float) -> tuple[Point, ...]:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return tuple(Point(at + timedelta(days=day), total, 1, 2, 3, 100) for day, total in enumerate(totals))


@given(st.lists(st.floats(-5, 105), min_size=1, max_size=60), st.floats(10, 900), st.floats(10, 300))
def test_a_plot_stays_inside_and_in_order(totals: list[float], width: float, height: float) -> None:
    found = progress_plot.places(points(*totals), width, height)
    assert len(found) == len(totals)
    assert [x for x, _ in found] == sorted(x for x, _ in found)
    assert all(-1e-6 <= x <= width + 1e-6 and -1e-6 <= y <= height + 1e-6 for x, y in found)


def test_a_plot_in_words() -> None:
    assert progress_plot.described(()) == "Progress: this text was not read before"
    assert progress_plot.described(points(61.4)) == "Progress: first reading, 61"
    assert progress_plot.described(points(50, 80, 70)) == "Progress: 3 readings, first 50, best 80, last 70"


def test_a_recording_is_what_was_heard_and_no_longer_than_it_may_be() -> None:
    recording = Recording(0.1)
    assert recording.samples().shape == (0,)
    assert recording.sound() == b""
    heard = np.linspace(-1.2, 1.2, 1000, dtype=np.float32)
    recording.add(AudioFrame(heard, 0.0, "pushed:"))
    assert recording.seconds == 1000 / 16_000
    assert not recording.is_full
    recording.add(AudioFrame(heard, 0.1, "pushed:"))
    recording.add(AudioFrame(heard, 0.2, "pushed:"))
    assert recording.is_full
    assert recording.seconds == 0.1
    samples = recording.samples()
    assert samples.dtype == np.float32
    assert np.allclose(samples[:1000], np.clip(heard, -1, 1), atol=1e-3)
    assert len(recording.sound()) == 2 * 1600
