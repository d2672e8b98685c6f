"""The utterances of a recording, decoded together; the recogniser reads sentences that the sound names."""

from typing import Any

import numpy as np
import pytest

from desktop.engine.errors import BackendFailed
from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment, TranscriptUpdate, Word
from desktop.engine.message import verbatim
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.grouping import SpeechGroup
from desktop.engine.recognition.recognition import Recognition
from tests.driven import answered

SENTENCES = ("", "please hold the line.", "and then", "press five.", "se cortó la línea.")
"""what sound of that number says"""


class Reader:
    """Reads the sentences of the sound in a window."""

    def __init__(self, *, reads_groups: bool = True) -> None:
        self.capabilities = RecognizerCapabilities(
            frozenset({"en", "es"}), detects_language=True, streaming=True, reads_groups=reads_groups
        )
        self.requests: list[RecognitionRequest] = []
        self.leaves_out: set[int] = set()
        """sentences that it does not read beside others"""
        self.skips_to_the_end: set[int] = set()
        """sentences of which it reads the last word only, beside others"""
        self.fails_on_groups = False
        self.trusts_groups = True

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        self.requests.append(request)
        marks = np.round(samples).astype(int)
        said = [number for number in dict.fromkeys(marks.tolist()) if number]
        if len(said) > 1 and self.fails_on_groups:
            raise BackendFailed(verbatim("It failed; try again."))
        words: list[Word] = []
        for number in said:
            if len(said) > 1 and number in self.leaves_out:
                continue
            (places,) = np.nonzero(marks == number)
            texts = SENTENCES[number].split()
            if len(said) > 1 and number in self.skips_to_the_end:
                end = (places[-1] + 1) / SAMPLE_RATE
                words.append(Word(texts[-1], end - 0.4, end, 0.9))
                continue
            start, each = places[0] / SAMPLE_RATE, len(places) / SAMPLE_RATE / len(texts)
            words += [Word(text, start + at * each, start + (at + 1) * each, 0.9) for at, text in enumerate(texts)]
        language = request.language or ("es" if said and said[0] == 4 else "en")
        return Hypothesis(language, tuple(words), is_trusted=len(said) < 2 or self.trusts_groups)


def group(*numbers: int) -> SpeechGroup:
    """Utterances of two seconds, one apart."""
    found = []
    for at, number in enumerate(numbers):
        samples = np.full(2 * SAMPLE_RATE, number, np.float32)
        found.append(SpeechSegment(at, samples, 3.0 * at, 3.0 * at + 2, True, 3.0 * at + 2))
    return SpeechGroup(tuple(found))


def heard(reader: Reader, said: SpeechGroup, language: str = "en") -> list[TranscriptUpdate]:
    updates: list[TranscriptUpdate] = []
    failures: list[Exception] = []
    recognition = Recognition(
        SessionOptions(language=language, live=False),
        lambda _: None,
        lambda: 0.0,
        lambda update, samples: updates.append(update),
        lambda *_: None,
        failures.append,
    )
    recognition.set_recognizer(reader.capabilities)

    def answer(work: Any) -> Hypothesis:
        return reader.transcribe(work.samples, work.request)

    answered(recognition.handle(said), answer)
    assert not failures
    return updates


def test_utterances_are_decoded_together_and_each_gets_its_words() -> None:
    reader = Reader()
    updates = heard(reader, group(1, 2, 3))
    assert [one.final_text for one in updates] == ["Please hold the line.", "And then", "press five."]
    assert [one.committed for one in updates] == [one.final_text for one in updates]
    assert [(one.segment_id, one.start, one.end, one.is_final) for one in updates] == [
        (0, 0.0, 2.0, True),
        (1, 3.0, 5.0, True),
        (2, 6.0, 8.0, True),
    ]
    for one in updates:
        assert one.start <= one.words[0].start < one.words[-1].end <= one.end
    (request,) = reader.requests
    assert (request.language, request.is_final, request.is_buffered, request.is_thorough) == ("en", True, True, True)


def test_an_utterance_without_words_is_decoded_by_itself() -> None:
    reader = Reader()
    reader.leaves_out = {2}
    assert [one.final_text for one in heard(reader, group(1, 2, 3))] == [
        "Please hold the line.",
        "And then",
        "press five.",
    ]
    assert len(reader.requests) == 2


def test_an_utterance_of_which_nearly_all_is_left_out_is_decoded_by_itself() -> None:
    reader = Reader()
    reader.skips_to_the_end = {1}
    long, short = np.full(6 * SAMPLE_RATE, 1, np.float32), np.full(2 * SAMPLE_RATE, 2, np.float32)
    said = SpeechGroup(
        (
            SpeechSegment(0, long, 0.0, 6.0, True, 6.0, False, ((0.0, 6.0),)),
            SpeechSegment(1, short, 7.0, 9.0, True, 9.0, False, ((7.0, 9.0),)),
        )
    )
    assert [one.final_text for one in heard(reader, said)] == ["Please hold the line.", "And then"]


@pytest.mark.parametrize("trouble", ["fails", "loops", "cannot"])
def test_where_they_cannot_be_decoded_together_each_is_by_itself(trouble: str) -> None:
    reader = Reader(reads_groups=trouble != "cannot")
    reader.fails_on_groups = trouble == "fails"
    reader.trusts_groups = trouble != "loops"
    updates = heard(reader, group(1, 2, 3))
    assert [one.final_text for one in updates] == ["Please hold the line.", "And then", "press five."]


def test_a_sentence_that_is_left_out_in_an_utterance_is_read_by_itself() -> None:
    reader = Reader()
    reader.leaves_out = {3}
    both = np.repeat(np.float32([1, 0, 3]), np.int64([2 * SAMPLE_RATE, SAMPLE_RATE // 2, 2 * SAMPLE_RATE]))
    said = SpeechSegment(0, both, 5.0, 9.5, True, 9.5, False, ((5.0, 7.0), (7.5, 9.5)))
    (update,) = heard(reader, SpeechGroup((said,)))
    assert update.final_text == update.committed == "Please hold the line. Press five."
    assert [one.start for one in update.words[-2:]] == pytest.approx([7.5, 8.5], abs=0.2)
    assert not reader.requests[-1].is_buffered


def test_utterances_of_different_languages_are_not_put_together() -> None:
    reader = Reader()
    updates = heard(reader, group(1, 3, 4), "auto")
    assert [(one.language, one.final_text) for one in updates] == [
        ("en", "Please hold the line."),
        ("en", "Press five."),
        ("es", "Se cortó la línea."),
    ]
    assert [request.language for request in reader.requests if request.is_thorough] == ["en", "es"]


def test_silence_says_nothing() -> None:
    assert heard(Reader(), group(0, 0)) == []
