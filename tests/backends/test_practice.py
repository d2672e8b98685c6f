"""Reading along with the starter model, real sound, and espeak-ng's phonemes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from desktop.bench.practice.simulated import heard_live
from desktop.engine.events import Samples, TranscriptUpdate
from desktop.engine.inline import run_inline
from desktop.engine.options import ModelOptions, SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.recognition.whisper.aligner import open_aligner
from desktop.engine.session import Session
from desktop.engine.speech import phonemes
from desktop.engine.speech.phonemes import Phonemes, phonemes_of
from desktop.practice.feedback import WordStatus
from desktop.practice.options import ReadingOptions
from desktop.practice.reading import Reading
from desktop.practice.verification import recognised, verify
from tests.unit.practice.speech import marks, text_of

Speech = Callable[[str], Samples]
SAID = "I will go to the school in the afternoon."
OTHER = "I will go to the beach in the afternoon."


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    made = Models(ModelOptions(recognition="starter", lowers_load=False))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SAID, SAID),
        (OTHER, "I will go to the !beach in the afternoon."),
        ("I will go to the big school in the afternoon.", "I will go to the -big school in the afternoon."),
        ("I will go to the school the afternoon.", "I will go to the school +in the afternoon."),
    ],
)
def test_a_recording_is_marked(models: Models, speech: Speech, text: str, expected: str) -> None:
    result = verify(text_of(text), speech("en-00"), models)
    assert result is not None
    assert marks(result.feedback) == expected
    spoken = [one for one in result.feedback.words if one.start is not None and one.end is not None]
    assert all(one.start <= other.start and one.start < one.end for one, other in pairwise(spoken))  # type: ignore[operator]
    assert result.duration == pytest.approx(len(speech("en-00")) / 16_000)
    assert all(0 < (one.confidence or 0) <= 1 for one in spoken)
    assert (result.score.total == 100) is (text == SAID)


def test_nothing_is_said_of_silence(models: Models) -> None:
    result = verify(text_of(SAID), np.zeros(32_000, np.float32), models)
    assert result is not None
    assert {one.status for one in result.feedback.words} == {WordStatus.MISSING}
    assert result.score.total == 0


def test_it_can_be_cancelled(models: Models, speech: Speech) -> None:
    assert verify(text_of(SAID), speech("en-00"), models, is_cancelled=lambda: True) is None


def test_a_reader_is_followed_live(models: Models, speech: Speech) -> None:
    reading = Reading(text_of(OTHER), ReadingOptions(uses_prompt=True))
    session = Session(reading.session_options(SessionOptions()))
    for event in run_inline(session, models, speech("en-00")):
        if isinstance(event, TranscriptUpdate):
            reading.hear(event)
            session.configure(reading.session_options(session.options))
    assert reading.feedback.is_complete
    right = [one for one in reading.feedback.words if one.status is WordStatus.CORRECT]
    assert len(right) == 8
    assert reading.feedback.words[5].status is not WordStatus.CORRECT


def test_the_text_that_was_said_is_the_likelier_one(models: Models, speech: Speech) -> None:
    recognised("en", speech("en-00"), models)
    aligner = open_aligner("en")
    assert aligner is not None
    with aligner:
        window = aligner.encode(speech("en-00"))
        said, other = (aligner.align(window, text.rstrip(".").split(), "en") for text in (SAID, OTHER))
        assert said.log_probability > other.log_probability + 3
        assert [word.text for word in said.words] == SAID.rstrip(".").split()
        assert all(one.end <= other.start + 1e-6 for one, other in pairwise(said.words))
        for bad in ((), ["word"] * 300):
            with pytest.raises(ValueError, match="tokens"):
                aligner.align(window, bad, "en")


def test_without_an_open_model_there_is_no_alignment() -> None:
    assert open_aligner("no-such-language") is None


def test_words_that_sound_alike_have_the_same_phonemes() -> None:
    english = phonemes_of("en")
    assert english is not None
    their, there, dog = english(["their", "there", "dog"])
    assert their == there != ""
    assert dog not in ("", their)
    assert english([]) == []
    many = [f"word{'a' * (number % 7)}{chr(97 + number % 26)}" for number in range(700)]
    assert len(english(many)) == 700
    assert all(english(many))


def test_arabic_has_phonemes_too() -> None:
    arabic = phonemes_of("ar")
    assert arabic is not None
    assert all(arabic(["بسم", "الرحمن"]))


def test_a_language_that_espeak_does_not_speak_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert phonemes_of("xx") is None
    monkeypatch.setattr(phonemes, "program", lambda: None)
    assert Phonemes("en-us")(["word"]) == [""]
    monkeypatch.setattr(phonemes, "program", lambda: "/nowhere/espeak-ng")
    assert Phonemes("en-us")(["word"]) == [""]


def test_options_may_leave_the_sounds_out(models: Models, speech: Speech) -> None:
    asked: list[list[str]] = []

    def sounds(words: Sequence[str]) -> list[str]:
        asked.append(list(words))
        return [""] * len(words)

    options = ReadingOptions(hears_sounds=False)
    verify(text_of(OTHER), speech("en-00"), models, options, sounds)
    assert asked == []
    verify(text_of(OTHER), speech("en-00"), models, replace(options, hears_sounds=True), sounds)
    assert asked == [["beach", "school"]]


def test_a_simulated_session_tells_when_somebody_sees_what(models: Models, speech: Speech) -> None:
    """Its clock stands still but for what a decoding takes: here a tenth of a second each."""
    ticks = iter(number / 10 for number in range(10_000))
    session = Session(SessionOptions(language="en"))
    seen = list(heard_live(session, models, speech("en-00"), lambda: next(ticks)))
    times = [at for at, _ in seen]
    assert times == sorted(times)
    assert seen[-1][1].is_final
    assert seen[-1][1].final_text == SAID
    assert len(seen) > 3
    for at, update in seen:
        assert at >= update.end + (0.0 if update.is_final else 0.1) - 1e-6  # heard, and decoded; a pause was before
    assert times[-1] < len(speech("en-00")) / 16_000 + 2.0
