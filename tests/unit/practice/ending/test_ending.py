"""What is said of a reading that is over."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.practice.ending.assessment import Assessment, Doubt
from desktop.practice.ending.fluency import evenness, fluency_of
from desktop.practice.ending.score import score_of, to_practise
from desktop.practice.ending.second_look import look_again
from desktop.practice.ending.silences import without_silence
from desktop.practice.feedback import Fluency, PassageFeedback, PracticeResult, WordStatus
from desktop.practice.record import from_record, record, word_record
from desktop.practice.text import PracticeText
from tests.unit.practice.speech import marks, text_of, words_at

FOX = text_of("The quick brown fox jumps over the lazy dog.")
LINES = text_of("Please hold the line and wait.", "Nobody is here to answer you.", "Leave your message after the tone.")


def assessed(text: PracticeText, said: str) -> Assessment:
    return Assessment(text, words_at(said), None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The quick brown fox jumps over the lazy dog", "The quick brown fox jumps over the lazy dog."),
        ("The quick potato fox jumps over the dog", "The quick !brown fox jumps over the -lazy dog."),
        ("The quick brown fox", "The quick brown fox -jumps -over -the -lazy -dog."),
        ("The quick brown fox jumps over the lazy cat", "The quick brown fox jumps over the lazy !dog."),
        ("The quick brown fox um jumps over the lazy dog yes", "The quick brown fox +um jumps over the lazy dog. +yes"),
        ("", "-The -quick -brown -fox -jumps -over -the -lazy -dog."),
    ],
)  # fmt: skip
def test_all_words_are_judged_in_the_end(said: str, expected: str) -> None:
    assert marks(assessed(FOX, said).feedback()) == expected


def test_lines_in_another_order_are_all_read() -> None:
    said = "Nobody is here to answer you. Please hold the line and wait. Leave your message after the tone."
    found = assessed(LINES, said)
    assert {one.status for one in found.feedback().words} == {WordStatus.CORRECT}
    assert found.repetitions == 0


def test_what_is_said_again_counts_the_last_time() -> None:
    said = "Please fold the line and wait. Please hold the line and wait. Nobody is here to answer you."
    found = assessed(LINES, said)
    assert marks(found.feedback()).startswith("Please hold the line and wait. Nobody")
    assert found.repetitions == 6
    assert found.feedback().words[0].start == pytest.approx(6 * 0.4)


def test_doubts_are_the_stretches_that_are_not_right() -> None:
    doubts = assessed(FOX, "The quick potato fox um jumps the lazy dog").doubts()
    assert doubts == (Doubt(2, 3, (2,)), Doubt(4, 5, ()), Doubt(6, 6, (5,)))


WORDS = st.sampled_from(["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "red", "um"])


@given(st.lists(WORDS, max_size=20))
@settings(max_examples=200, deadline=None)
def test_doubts_cover_all_that_is_not_right(said: list[str]) -> None:
    found = assessed(FOX, " ".join(said))
    feedback = found.feedback()
    assert all(one.status is not WordStatus.PENDING for one in feedback.words)
    doubts = found.doubts()
    bad = {one.index for one in feedback.words if one.status is not WordStatus.CORRECT and one.heard}
    assert bad <= {index for one in doubts for index in one.text}
    assert all(0 <= one.first <= one.last <= len(said) for one in doubts)
    for one in doubts:
        found.believe(one, WordStatus.CORRECT)
    assert all(found.feedback().words[index].status is WordStatus.CORRECT for one in doubts for index in one.text)


@dataclass(slots=True)
class Ear:
    """Knows what was really said, and gives each word that differs its cost; a TextModel."""

    said: Sequence[str]
    cost: dict[str, float] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    def encode(self, samples: Samples) -> Any:
        return len(samples)

    def count(self, words: Sequence[str], language: str) -> int:
        return len(words)

    def align(self, window: Any, words: Sequence[str], language: str) -> Any:
        self.asked.append(list(words))
        chance = -sum(self.cost.get(word.strip(".").lower(), 0.0) for word in words)
        return Heard(words_at(" ".join(words), 0.0, 0.7), chance)


@dataclass(frozen=True, slots=True)
class Heard:
    words: tuple[Word, ...]
    log_probability: float


def looked_again(text: PracticeText, said: str, cost: dict[str, float]) -> tuple[str, Ear, Assessment]:
    found = assessed(text, said)
    ear = Ear(said.split(), cost)
    look_again(found, np.zeros(SAMPLE_RATE * 60, np.float32), ear, 200)
    return marks(found.feedback()), ear, found


def test_what_was_misheard_is_right_and_what_was_misread_is_wrong() -> None:
    said = "The quick crown fox jumps over the hazy dog"
    shown, ear, _ = looked_again(FOX, said, {"brown": 1.0, "lazy": 12.0})
    assert shown == "The quick brown fox jumps over the ~lazy dog."
    assert ["The", "quick", "brown", "fox", "jumps", "over", "the", "hazy", "dog"] in ear.asked


def test_what_may_have_been_said_is_a_minor_mistake() -> None:
    shown, _, _ = looked_again(FOX, "The quick potato fox jumps over the lazy dog", {"brown": 5.0})
    assert shown == "The quick ~brown fox jumps over the lazy dog."


def test_a_word_that_was_left_out_needs_more() -> None:
    said = "The quick fox jumps over the lazy dog"
    assert looked_again(FOX, said, {"brown": 2.0})[0] == "The quick -brown fox jumps over the lazy dog."
    assert looked_again(FOX, said, {"brown": 0.2})[0] == "The quick brown fox jumps over the lazy dog."


def test_an_extra_word_that_was_not_said_goes() -> None:
    said = "The quick um brown fox jumps over the lazy dog yes"
    shown, _, _ = looked_again(FOX, said, {"um": 5.0, "yes": 5.0})
    # Without its last word a text is always likelier: that says nothing.
    assert shown == "The quick brown fox jumps over the lazy dog. +yes"


def test_a_part_of_a_doubt_may_be_right() -> None:
    said = "The potato crown fox jumps over the lazy dog"
    shown, _, _ = looked_again(FOX, said, {"quick": 30.0, "brown": 1.0})
    assert shown == "The !quick brown fox jumps over the lazy dog."


def test_words_get_the_times_of_the_alignment() -> None:
    _, _, found = looked_again(FOX, "The quick crown fox jumps over the lazy dog", {"brown": 1.0})
    word = found.feedback().words[2]
    assert (word.confidence, word.heard) == (0.7, "brown")
    assert word.start == pytest.approx(0.8)


def test_a_long_recording_is_looked_at_in_windows() -> None:
    text = text_of(*("alpha bravo charlie delta echo foxtrot golf hotel india juliet" for _ in range(20)))
    found = Assessment(text, words_at(" ".join(one.text for one in text.words)), None)
    ear = Ear([])
    look_again(found, np.zeros(SAMPLE_RATE * 90, np.float32), ear, 200)
    assert sum(map(len, ear.asked)) == 200
    assert max(map(len, ear.asked)) * 0.4 <= 25.4
    starts = [one.start for one in found.feedback().words]
    assert all(one is not None for one in starts)


def test_it_ends_when_it_is_cancelled() -> None:
    found, ear = assessed(FOX, "The quick potato fox"), Ear([])
    look_again(found, np.zeros(SAMPLE_RATE, np.float32), ear, 200, lambda: True)
    assert ear.asked == []


def test_a_text_that_does_not_fit_is_left_as_it_was_heard() -> None:
    found, ear = assessed(FOX, "The quick potato fox"), Ear([])
    look_again(found, np.zeros(SAMPLE_RATE, np.float32), ear, 0)
    assert found.feedback().words[2].status is WordStatus.WRONG


def test_a_word_ends_with_its_sound() -> None:
    sound = np.zeros(SAMPLE_RATE, np.float32)
    sound[: SAMPLE_RATE // 4] = np.sin(np.arange(SAMPLE_RATE // 4) * 0.3)
    words = (Word("one", 0.0, 0.9, 1.0), Word("two", 0.9, 1.0, 1.0))
    first, second = without_silence(words, sound)
    assert first.end == pytest.approx(0.25)
    assert second.end == 1.0  # nothing is heard in it
    assert without_silence(words, sound[:10]) == words


def test_fluency_counts_pauses_that_nothing_asks_for() -> None:
    feedback = timed(LINES, {1: 1.5, 6: 3.0})
    fluency = fluency_of(LINES, feedback, 2)
    ((index, pause),) = fluency.pauses  # not the one between two lines
    assert index == 1
    assert pause == pytest.approx(1.6)
    assert fluency.repetitions == 2
    seconds = 18 * 0.4 - 0.1 + 1.5 + 3.0
    assert fluency.words_per_minute == pytest.approx(60 * 18 / seconds)
    assert evenness(fluency, 18) == pytest.approx(100 * (1 - 1.6 / seconds) * (1 - 2 / 20), rel=0.01)


def timed(text: PracticeText, pauses: dict[int, float]) -> PassageFeedback:
    """All right, with seconds of silence before some words."""
    words, at = [], 0.0
    for index, one in enumerate(text.words):
        at += pauses.get(index, 0.0)
        words.append(Word(one.text, at, at + 0.3, 0.9))
        at += 0.4
    return Assessment(text, words, None).feedback()


def test_nothing_said_is_no_fluency() -> None:
    feedback = assessed(FOX, "").feedback()
    fluency = fluency_of(FOX, feedback, 0)
    assert fluency == Fluency(0.0, (), 0)
    assert score_of(feedback, fluency).total == 0


def test_the_score_is_what_was_read_right() -> None:
    feedback = assessed(FOX, "The quick potato fox jumps over the dog um").feedback()
    score = score_of(feedback, fluency_of(FOX, feedback, 0))
    assert (score.counts[WordStatus.CORRECT], score.counts[WordStatus.WRONG]) == (7, 1)
    assert score.completeness == pytest.approx(100 * 8 / 9, abs=0.06)
    assert score.accuracy == pytest.approx(100 * 7 / 9, abs=0.06)
    assert score.total == pytest.approx(8 / 9 * (0.9 * 700 / 9 + 0.1 * 100), abs=0.1)
    assert to_practise(feedback) == (2, 7)


def test_half_of_a_text_is_half_of_the_score() -> None:
    feedback = assessed(LINES, "Please hold the line and wait Nobody is here").feedback()
    assert score_of(feedback, fluency_of(LINES, feedback, 0)).total == pytest.approx(50, abs=0.1)


def test_a_result_is_kept_as_json() -> None:
    feedback = assessed(FOX, "The quick potato fox um jumps").feedback()
    fluency = Fluency(120.5, ((3, 1.25),), 2)
    result = PracticeResult("Fox", "en", feedback, score_of(feedback, fluency), fluency, to_practise(feedback), 3.5)
    assert from_record(json.loads(json.dumps(record(result)))) == result
    assert word_record(feedback.words[2]) == {
        "word": "brown", "status": "wrong", "heard": "potato", "start": 0.8, "end": 1.1
    }  # fmt: skip
