"""What is decoded, with what prompt and language, and what comes out of it. The recogniser reads a script."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.errors import BackendFailed
from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment, TranscriptUpdate, Word
from desktop.engine.message import verbatim
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import Hypothesis, Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.recognition import Recognition
from tests.driven import DrivenRecognition, DrivenTranscriber, answered

ENGLISH = SessionOptions(language="en")
SPANISH = SessionOptions(language="es")
EACH = 0.4
"""seconds a scripted word takes"""


class ScriptedRecognizer:
    """Hears the script's words whose sound is wholly in the window.

    The samples hold their own time (`audio` below), so that a trimmed window is recognised as one.
    """

    name = "script"

    def __init__(self, script: str, *, languages: tuple[str, ...] = ("en", "es"), streaming: bool = True) -> None:
        self.capabilities = RecognizerCapabilities(frozenset(languages), detects_language=True, streaming=streaming)
        self.script = script.split()
        self.requests: list[RecognitionRequest] = []
        self.windows: list[tuple[float, float]] = []
        self.detects: Callable[[float], tuple[str, float]] = lambda seconds: ("en", 1.0)
        self.log_probability: Callable[[str], float] = lambda language: -0.1
        self.failure: Exception | None = None
        self.repeats: Callable[[RecognitionRequest], bool] = lambda request: False
        self.doubts: Callable[[RecognitionRequest], bool] = lambda request: False
        """whether what it writes cannot stand"""
        self.fails_whole = False
        """whether the decoding of a whole utterance fails"""
        self.loses_its_place = False
        """whether the words behind a sentence are given no length"""

    def load(self, progress: Progress) -> None:
        progress(1.0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        if self.failure is not None:
            raise self.failure
        if self.fails_whole and request.is_final and not request.prompt:
            raise BackendFailed("It failed; try again.")
        begin = round(float(samples[0]) * 100, 4) if len(samples) else 0.0
        end = begin + len(samples) / SAMPLE_RATE
        self.requests.append(request)
        self.windows.append((begin, end))
        language, probability = (request.language, 1.0) if request.language else self.detects(end - begin)
        words = tuple(
            Word(part, n * EACH - begin, (n + 1) * EACH - begin, 0.95)
            for n, part in enumerate(self.script)
            if n * EACH >= begin - 0.1 and (n + 1) * EACH <= end + 1e-6
        )
        if self.loses_its_place:
            ends = [word.end for word in words if word.text.endswith(".")]
            words = tuple(replace(w, start=ends[0], end=ends[0]) if ends and w.end > ends[0] else w for w in words)
        return Hypothesis(
            language,
            words,
            0.0,
            self.log_probability(language),
            probability,
            has_repeated=self.repeats(request),
            is_trusted=not self.doubts(request),
        )

    def close(self) -> None:
        pass


def audio(seconds: float, start: float = 0.0) -> Samples:
    """Samples that hold their own time in hundreds of seconds."""
    return (start + np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32) / 100


def segment(
    seconds: float,
    *,
    final: bool = False,
    segment_id: int = 0,
    start: float = 0.0,
    spoken: float | None = None,
    pause: bool = False,
) -> SpeechSegment:
    """spoken: how many of the seconds, from the start, hold speech; all if not given."""
    end = start + seconds
    speech_end = end if spoken is None else start + spoken
    return SpeechSegment(segment_id, audio(seconds, start), start, end, final, speech_end, pause)


def snapshots(seconds: float, step: float = 0.3, segment_id: int = 0) -> Iterator[SpeechSegment]:
    now = step
    while now < seconds:
        yield segment(now, segment_id=segment_id)
        now += step
    yield segment(seconds, final=True, segment_id=segment_id)


def run(transcriber: DrivenTranscriber, segments: Iterator[SpeechSegment]) -> list[TranscriptUpdate]:
    return [update for each in segments if (update := transcriber.update(each)) is not None]


def check(updates: list[TranscriptUpdate]) -> None:
    """What holds for the updates of one utterance."""
    assert [update.revision for update in updates] == list(range(1, len(updates) + 1))
    assert [update.is_final for update in updates] == [False] * (len(updates) - 1) + [True]
    assert updates[-1].unconfirmed == ""
    for earlier, later in pairwise(updates):
        assert later.committed.startswith(earlier.committed)
        is_other = (later.committed, later.unconfirmed) != (earlier.committed, earlier.unconfirmed)
        assert is_other or later.is_final or later.end - earlier.end >= 0.7
    for update in updates:
        joined = " ".join(word.text for word in update.words)
        assert joined == f"{update.committed} {update.unconfirmed}".strip()


def test_an_utterance_grows_and_ends() -> None:
    recognizer = ScriptedRecognizer("I will go to the school in the afternoon")
    updates = run(DrivenTranscriber(recognizer, ENGLISH), snapshots(4.0))
    check(updates)
    assert updates[-1].committed == "I will go to the school in the afternoon"
    assert any(update.committed and update.unconfirmed for update in updates)
    assert updates[-1].language == "en"
    assert [request.is_final for request in recognizer.requests] == [False] * (len(recognizer.requests) - 1) + [True]


def test_whoever_waits_for_words_sees_that_they_are_heard() -> None:
    recognizer = ScriptedRecognizer("One two")
    updates = run(DrivenTranscriber(recognizer, ENGLISH), snapshots(6.0))
    check(updates)
    assert max(later.end - earlier.end for earlier, later in pairwise(updates)) <= 1.0, "a step beyond"


def test_the_audio_of_a_finished_sentence_leaves_the_window() -> None:
    recognizer = ScriptedRecognizer("Turn right here. Then go left at the bank. There it is")
    updates = run(DrivenTranscriber(recognizer, ENGLISH), snapshots(5.4))
    check(updates)
    assert updates[-1].committed == " ".join(recognizer.script)
    assert recognizer.windows[-1][0] == pytest.approx(9 * EACH, abs=0.15)
    assert recognizer.requests[-1].prompt.endswith("at the bank.")
    assert recognizer.requests[0].prompt == ""


def test_the_window_is_not_cut_before_a_word_whose_place_is_not_known() -> None:
    recognizer = ScriptedRecognizer("this is the first whole sentence that I say. and this is the next one")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    for snapshot in snapshots(4.8):
        recognizer.loses_its_place = snapshot.end == pytest.approx(4.2)  # the sentence can be committed
        transcriber.update(snapshot)
    begins = {round(end, 1): begin for begin, end in recognizer.windows}
    assert begins[4.2] == begins[4.5] == 0.0
    assert begins[4.8] == pytest.approx(9 * EACH, abs=0.15)


def test_a_long_window_is_cut_in_mid_sentence_with_left_context() -> None:
    recognizer = ScriptedRecognizer(" ".join(["W0", *(f"w{n}" for n in range(1, 60))]))
    settings = replace(ENGLISH, window=5.0)
    updates = run(DrivenTranscriber(recognizer, settings), snapshots(24.0))
    check(updates)
    assert updates[-1].committed == " ".join(recognizer.script)
    assert max(end - begin for begin, end in recognizer.windows) <= 5.0 + 0.7
    assert min(end - begin for begin, end in recognizer.windows[20:]) >= 1.5


def test_a_window_in_which_nothing_is_heard_stays_short_too() -> None:
    recognizer = ScriptedRecognizer("")
    assert run(DrivenTranscriber(recognizer, ENGLISH), snapshots(20.0)) == []
    assert max(end - begin for begin, end in recognizer.windows) <= 10.0 + 0.31


def test_nothing_heard_is_nothing_said() -> None:
    transcriber = DrivenTranscriber(ScriptedRecognizer(""), ENGLISH)
    assert transcriber.update(segment(1.0)) is None
    assert transcriber.update(segment(2.0, final=True)) is None


def test_a_final_comes_for_text_that_was_shown_even_if_its_words_are_gone() -> None:
    recognizer = ScriptedRecognizer("hello there")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    assert transcriber.update(segment(0.9)) is not None
    recognizer.script = []
    update = transcriber.update(segment(1.5, final=True))
    assert update is not None
    assert update.is_final
    assert (update.committed, update.unconfirmed) == ("", "")


def test_nothing_new_is_no_update() -> None:
    transcriber = DrivenTranscriber(ScriptedRecognizer("yes"), ENGLISH)
    assert transcriber.update(segment(0.5)) is not None
    assert transcriber.update(segment(0.8)) is None
    assert transcriber.update(segment(1.0, final=True)) is not None


def test_a_new_utterance_starts_anew() -> None:
    transcriber = DrivenTranscriber(ScriptedRecognizer("One two. Three four five"), ENGLISH)
    first = run(transcriber, snapshots(2.0))
    second = run(transcriber, snapshots(2.0, segment_id=1))
    assert first[-1].committed == second[-1].committed
    assert second[0].revision == 1
    check(second)


def test_times_are_session_seconds() -> None:
    transcriber = DrivenTranscriber(ScriptedRecognizer(" ".join(str(n) for n in range(30))), ENGLISH)
    update = transcriber.update(segment(2.0, start=4.0, final=True))
    assert update is not None
    assert (update.start, update.end) == (4.0, 6.0)
    assert update.words[0].start == pytest.approx(4.0)
    assert update.words[-1].end == pytest.approx(6.0)


def test_without_streaming_only_finals_are_decoded() -> None:
    recognizer = ScriptedRecognizer("One two three", streaming=False)
    updates = run(DrivenTranscriber(recognizer, ENGLISH), snapshots(2.0))
    assert len(recognizer.requests) == 1
    assert [update.committed for update in updates] == ["One two three"]


def test_vocabulary_goes_with_every_request() -> None:
    recognizer = ScriptedRecognizer("a b c d. a b c d. e f g")
    run(DrivenTranscriber(recognizer, replace(ENGLISH, vocabulary=" Parley, Whisper ")), snapshots(4.8))
    assert {request.vocabulary for request in recognizer.requests} == {"Parley, Whisper"}
    assert {request.prompt for request in recognizer.requests} >= {"", "a b c d."}


@pytest.mark.parametrize("is_passed_over", [False, True])
def test_a_repetition_ends_the_prompt_of_its_utterance(is_passed_over: bool) -> None:
    recognizer = ScriptedRecognizer("One two three. four five six. seven eight nine.")
    recognizer.repeats = lambda request: bool(request.prompt)
    recognizer.doubts = lambda request: is_passed_over and bool(request.prompt) and not request.may_widen
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    for segment_id in (0, 1):
        recognizer.requests.clear()
        check([update for one in snapshots(4.8) if (update := transcriber.update(replace(one, segment_id=segment_id)))])
        assert sum(bool(request.prompt) for request in recognizer.requests) == 1
        assert not recognizer.requests[-1].prompt


def test_a_look_that_cannot_stand_is_passed_over_and_more_context_comes_only_when_that_goes_on() -> None:
    recognizer = ScriptedRecognizer("One two three four five six.")
    recognizer.doubts = lambda request: not request.may_widen and len(recognizer.requests) in (1, 2, 3, 6)
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    shown = [update and update.committed + update.unconfirmed for update in map(transcriber.update, snapshots(2.4))]
    assert [request.may_widen for request in recognizer.requests] == [
        False,
        False,
        True,
        False,
        False,
        False,
        False,
        True,
    ]
    assert shown[:2] == [None, None]
    assert shown[2]
    assert shown[5] is None
    assert shown[-1] == "One two three four five six."


def test_looks_that_are_far_apart_are_never_passed_over() -> None:
    recognizer = ScriptedRecognizer("One two three four five six seven eight nine.")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    for seconds in (0.4, 1.6, 1.9, 3.1):
        transcriber.update(segment(seconds))
    assert [request.may_widen for request in recognizer.requests] == [False, True, False, True]


def test_finals_and_pauses_get_more_context_at_once() -> None:
    recognizer = ScriptedRecognizer("One two three.")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    transcriber.update(segment(0.6))
    transcriber.update(replace(segment(1.2), is_pause=True))
    transcriber.update(segment(1.5))
    transcriber.update(segment(2.0, final=True))
    assert [request.may_widen for request in recognizer.requests] == [False, True, False, True]


def test_a_model_that_reads_its_prompt_is_asked_again_without() -> None:
    recognizer = ScriptedRecognizer("a b c d. a b c d. e f g")
    updates = run(DrivenTranscriber(recognizer, ENGLISH), snapshots(4.8))
    check(updates)
    assert recognizer.requests[-1].prompt == ""


def test_a_failure_leaves_the_state_as_it_was() -> None:
    recognizer = ScriptedRecognizer("One two three four five")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    for each in list(snapshots(2.2))[:-1]:
        transcriber.update(each)
    recognizer.failure = BackendFailed(verbatim("It failed; try again."))
    with pytest.raises(BackendFailed):
        transcriber.update(segment(2.2, final=True))
    recognizer.failure = None
    update = transcriber.update(segment(2.2, final=True))
    assert update is not None
    assert update.committed == "One two three four five"


def test_the_recogniser_can_be_swapped_in_mid_utterance() -> None:
    transcriber = DrivenTranscriber(ScriptedRecognizer("One two three four five six"), ENGLISH)
    updates = run(transcriber, iter(list(snapshots(2.4))[:6]))
    transcriber.recognizer = ScriptedRecognizer("One two three four five six", streaming=False)
    updates += run(transcriber, iter(list(snapshots(2.4))[6:]))
    check(updates)
    assert updates[-1].committed == "One two three four five six"


def test_a_fixed_language_is_asked_for() -> None:
    recognizer = ScriptedRecognizer("uno dos tres")
    run(DrivenTranscriber(recognizer, SessionOptions(language="es")), snapshots(1.5))
    assert {request.language for request in recognizer.requests} == {"es"}


def test_a_language_is_decided_once_and_early_doubts_are_not_committed() -> None:
    recognizer = ScriptedRecognizer("uno dos tres cuatro cinco seis siete")
    recognizer.detects = lambda seconds: ("en", 0.95) if seconds < 1.1 else ("es", 0.99)
    updates = run(DrivenTranscriber(recognizer, SessionOptions()), snapshots(3.0))
    check(updates)
    assert updates[0].language == "en"
    assert updates[-1].language == "es"
    assert {update.language for update in updates if update.committed} == {"es"}
    decided = [request.language for request in recognizer.requests]
    assert decided[-1] == "es"
    assert decided == sorted(decided, key=lambda code: code is not None)


def test_detection_chooses_among_the_users_languages() -> None:
    recognizer = ScriptedRecognizer("One two")
    DrivenTranscriber(recognizer, SessionOptions(languages=("en", "de", "fr"))).update(segment(0.9))
    assert recognizer.requests[0].candidates == ("en", "de", "fr")


def in_two_languages(explains: dict[str, float]) -> str:
    """The language of an utterance detected as Spanish, after an English one."""
    recognizer = ScriptedRecognizer("One two three four five six")
    transcriber = DrivenTranscriber(recognizer, SessionOptions())
    run(transcriber, snapshots(2.4))
    recognizer.detects = lambda seconds: ("es", 0.99)
    recognizer.log_probability = lambda language: explains[language]
    updates = run(transcriber, snapshots(2.4, segment_id=1))
    check(updates)
    return updates[-1].language


def test_a_change_of_language_must_explain_the_audio_better() -> None:
    assert in_two_languages({"en": -0.9, "es": -0.1}) == "es"
    assert in_two_languages({"en": -0.1, "es": -0.9}) == "en"


def test_a_close_call_stays_with_the_language_before() -> None:
    recognizer = ScriptedRecognizer("One two three four")
    transcriber = DrivenTranscriber(recognizer, SessionOptions())
    run(transcriber, snapshots(2.0))
    recognizer.detects = lambda seconds: ("es", 0.6)
    update = transcriber.update(segment(0.9, segment_id=1))
    assert update is not None
    assert update.language == "en"


def test_a_recogniser_of_one_language_is_never_asked_for_another() -> None:
    recognizer = ScriptedRecognizer("uno dos tres cuatro")
    recognizer.detects = lambda seconds: ("es", 0.99)
    transcriber = DrivenTranscriber(recognizer, SessionOptions())
    run(transcriber, snapshots(2.0))
    basic = ScriptedRecognizer("One two", languages=("en",), streaming=False)
    transcriber.recognizer = basic
    update = transcriber.update(segment(1.0, final=True, segment_id=1))
    assert update is not None
    assert update.language == "en"
    assert [request.language for request in basic.requests] == [None]


def test_a_new_language_setting_holds_at_once() -> None:
    recognizer = ScriptedRecognizer("One two three four")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    transcriber.update(segment(0.9))
    transcriber.configure(SessionOptions(language="es"))
    transcriber.update(segment(1.2))
    assert [request.language for request in recognizer.requests] == ["en", "es"]


def test_detection_switched_on_in_mid_utterance_says_nothing_twice() -> None:
    recognizer = ScriptedRecognizer("One two three four five six seven")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    pieces = list(snapshots(3.0))
    updates = run(transcriber, iter(pieces[:7]))
    assert updates[-1].committed
    transcriber.configure(SessionOptions())
    recognizer.detects = lambda seconds: ("es", 0.5)
    updates += run(transcriber, iter(pieces[7:]))
    check(updates)
    assert updates[-1].committed == " ".join(recognizer.script)


def test_words_are_joined_as_the_language_writes_them() -> None:
    recognizer = ScriptedRecognizer("你 好 世 界", languages=("zh",))
    update = DrivenTranscriber(recognizer, SessionOptions(language="zh")).update(segment(2.0, final=True))
    assert update is not None
    assert update.committed == "你好世界"


def test_the_final_after_a_pause_is_there_at_once() -> None:
    recognizer = ScriptedRecognizer("Turn right here. Then go left")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    updates = run(transcriber, iter([segment(0.9), segment(1.5), segment(2.5, spoken=2.4, pause=True)]))
    assert recognizer.requests[-1].is_final  # as good as the final
    assert updates[-1].unconfirmed.endswith("go left")
    count = len(recognizer.requests)
    final = transcriber.update(segment(2.9, spoken=2.4, final=True))
    assert final is not None
    assert len(recognizer.requests) == count
    assert not transcriber.has_decoded
    check([*updates, final])
    assert final.committed == "Turn right here. Then go left"
    assert final.end == pytest.approx(2.9)


def test_a_pause_that_was_none_is_only_a_look() -> None:
    recognizer = ScriptedRecognizer("Turn right here and then go left")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    updates = run(
        transcriber,
        iter([segment(0.9), segment(1.3, spoken=1.2, pause=True), segment(1.7), segment(2.8, final=True)]),
    )
    check(updates)
    assert transcriber.has_decoded
    assert updates[-1].committed == "Turn right here and then go left"


def test_a_sound_after_the_pause_is_decoded() -> None:
    recognizer = ScriptedRecognizer("Turn right here")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    assert transcriber.update(segment(0.85, spoken=0.8, pause=True)) is not None
    final = transcriber.update(segment(1.7, spoken=1.2, final=True))
    assert final is not None
    assert final.committed == "Turn right here"


def test_a_pause_that_could_not_be_decoded_leaves_the_final_to_be() -> None:
    recognizer = ScriptedRecognizer("Turn right here")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    transcriber.update(segment(0.85, spoken=0.8, pause=True))
    recognizer.failure = BackendFailed(verbatim("It failed; try again."))
    with pytest.raises(BackendFailed):
        transcriber.update(segment(1.25, spoken=1.2, pause=True))
    assert transcriber.whole_until is None
    recognizer.failure = None
    final = transcriber.update(segment(1.7, spoken=1.2, final=True))
    assert final is not None
    assert final.committed == "Turn right here"


def test_only_a_pause_after_a_whole_sentence_is_told() -> None:
    recognizer = ScriptedRecognizer("it is late.")
    transcriber = DrivenTranscriber(recognizer, ENGLISH)
    transcriber.update(segment(1.3, spoken=1.2))
    assert transcriber.whole_until is None
    transcriber.update(segment(1.3, spoken=1.2, pause=True))
    assert transcriber.whole_until == pytest.approx(1.2)
    transcriber.update(segment(1.6))
    assert transcriber.whole_until is None
    transcriber.update(segment(1.7, spoken=1.6, pause=True))
    assert transcriber.whole_until == pytest.approx(1.6)
    recognizer.log_probability = lambda language: -0.9
    transcriber.update(segment(2.0, spoken=1.9, pause=True))
    assert transcriber.whole_until is None


def test_the_language_is_decided_in_a_pause_only_if_nobody_goes_on() -> None:
    recognizer = ScriptedRecognizer("uno dos tres cuatro cinco seis")
    recognizer.detects = lambda seconds: ("en", 0.6) if seconds < 1.1 else ("es", 0.99)
    transcriber = DrivenTranscriber(recognizer, SessionOptions())
    transcriber.update(segment(0.9, spoken=0.8, pause=True))
    updates = run(transcriber, iter([segment(1.6), segment(2.0), segment(2.4, final=True)]))
    assert updates[-1].language == "es"
    transcriber.update(segment(0.9, spoken=0.8, pause=True, segment_id=1))
    count = len(recognizer.requests)
    final = transcriber.update(segment(1.3, spoken=0.8, final=True, segment_id=1))
    assert final is not None
    assert final.committed == "uno dos"
    assert final.language == "en"
    assert len(recognizer.requests) == count


def test_a_language_set_after_the_pause_holds_for_the_final() -> None:
    recognizer = ScriptedRecognizer("uno dos tres")
    transcriber = DrivenTranscriber(recognizer, SessionOptions())
    transcriber.update(segment(1.3, spoken=1.2, pause=True))
    transcriber.configure(SessionOptions(language="es"))
    final = transcriber.update(segment(1.7, spoken=1.2, final=True))
    assert final is not None
    assert final.language == "es"
    assert recognizer.requests[-1].language == "es"


class NoisyRecognizer(ScriptedRecognizer):
    """Hears something else each time, at any times."""

    def __init__(self, heard: list[list[tuple[str, float]]]) -> None:
        super().__init__("")
        self.heard = iter(heard)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        seconds = len(samples) / SAMPLE_RATE
        words: list[Word] = []
        for part, place in next(self.heard, []):
            start = place * seconds
            words.append(Word(part, start, min(seconds, start + 0.3), place))
        words.sort(key=lambda word: word.start)
        return replace(super().transcribe(samples, request), words=tuple(words))


heard_words = st.lists(
    st.tuples(st.sampled_from(["so", "So.", "it", "is", "then?", "five"]), st.floats(0, 1)), max_size=8
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(heard_words, st.sampled_from(["look", "pause", "wait"])), min_size=1, max_size=30),
    st.sampled_from(["sound", "silence"]),
    st.sampled_from(["auto", "en"]),
)
def test_whatever_is_heard_committed_text_only_grows(
    steps: list[tuple[list[tuple[str, float]], str]], last: str, language: str
) -> None:
    """Looks, pauses that hold, pauses that do not, in any order: one final, and nothing committed changes."""
    transcriber = DrivenTranscriber(NoisyRecognizer([heard for heard, _ in steps]), SessionOptions(language=language))
    updates: list[TranscriptUpdate] = []
    now = spoken = 0.0
    for _, kind in steps:
        now += 0.3
        spoken = now if kind == "look" else spoken
        updates += run(transcriber, iter([segment(now, spoken=spoken, pause=kind != "look")]))
        if kind == "pause":
            spoken = now
    now += 0.3
    updates += run(transcriber, iter([segment(now, spoken=now if last == "sound" else spoken, final=True)]))
    if updates:
        check(updates)


# The text that is kept.


def test_a_short_utterance_is_kept_as_its_last_decoding_says() -> None:
    recognizer = ScriptedRecognizer("I will go to the school")
    recognition = DrivenRecognition(recognizer, ENGLISH)
    for each in snapshots(3.6):
        if each.is_final:
            recognizer.script[0] = "I'll"
            before = recognition.updates[-1].committed
        recognition.hear(each)
    final = recognition.updates[-1]
    assert before.startswith("I will")
    assert final.committed.startswith(before)
    assert final.final_text == "I'll will go to the school"
    assert not recognizer.requests[-1].is_buffered
    assert len([update for update in recognition.updates if update.is_final]) == 1


LONG = "turn right here then go left at the bank there it is"
TORN = SessionOptions(language="en", window=3.0)
"""so short a window that the sentence is cut"""


def test_an_utterance_that_was_cut_in_mid_sentence_is_decoded_whole_when_it_is_over() -> None:
    recognizer = ScriptedRecognizer(LONG)
    recognition = DrivenRecognition(recognizer, TORN)
    for each in snapshots(5.4):
        recognition.hear(each)
    check(recognition.updates)
    *_, last, final = recognition.updates
    assert last.committed == LONG.capitalize(), "it is there before"
    assert last.final_text == ""
    assert final.committed == last.committed
    assert final.final_text == LONG.capitalize()
    assert recognizer.windows[-1][0] == 0
    assert recognizer.requests[-1].prompt == ""


def test_an_utterance_that_was_cut_between_sentences_is_not_decoded_again() -> None:
    recognizer = ScriptedRecognizer("turn right here. Then go left at the bank. There it is")
    recognition = DrivenRecognition(recognizer, ENGLISH)
    for each in snapshots(5.4):
        recognition.hear(each)
    final = recognition.updates[-1]
    assert recognizer.windows[-1][0] > 0
    assert final.final_text == "Turn right here. Then go left at the bank. There it is"
    assert [word.start for word in final.final_words] == pytest.approx([n * EACH for n in range(12)], abs=1e-3)


def test_with_newer_audio_waiting_the_whole_is_made_of_the_windows_that_heard_it() -> None:
    recognizer = ScriptedRecognizer(LONG)
    shown: list[TranscriptUpdate] = []
    recognition = Recognition(
        TORN, lambda _: None, lambda: 0.0, lambda update, _: shown.append(update), lambda *_: None, lambda _: None
    )
    recognition.set_recognizer(recognizer.capabilities)
    left_out: list[float] = []

    def answer(work: Any) -> Hypothesis | None:
        if work.is_optional:
            left_out.append(work.seconds)
            return None
        return recognizer.transcribe(work.samples, work.request)

    for each in snapshots(5.4):
        answered(recognition.handle(each), answer)
    final = shown[-1]
    assert left_out == [pytest.approx(5.4)]
    assert final.is_final
    assert final.final_text == LONG.capitalize()
    assert [word.start for word in final.final_words] == pytest.approx([n * EACH for n in range(12)], abs=1e-3)


class Skipping(ScriptedRecognizer):
    """Leaves out a part of what it hears beside the part before."""

    skipped = range(0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        heard = super().transcribe(samples, request)
        begin, end = self.windows[-1]
        if begin:
            middles = {word: (n + 0.5) * EACH for n, word in enumerate(self.script)}
            texts = [word for word, middle in middles.items() if begin < middle < end]
            words = (Word(one, middles[one] - EACH / 2 - begin, middles[one] + EACH / 2 - begin, 0.95) for one in texts)
            return replace(heard, words=tuple(words))
        kept = list[Word]()
        for word in heard.words:
            if round((word.start + begin) / EACH) not in self.skipped:
                kept.append(word)
            elif kept:
                kept[-1] = replace(kept[-1], end=word.end)
        return replace(heard, words=tuple(kept))


@pytest.mark.parametrize("skipped", [range(3, 9), range(9, 12)])
@pytest.mark.parametrize("pause", [False, True])
def test_a_sentence_that_the_recogniser_skips_is_heard_by_itself_at_the_end(skipped: range, pause: bool) -> None:
    text = "Turn right here, then go left at the bank, there it is"
    recognizer = Skipping(text)
    recognizer.skipped = skipped
    recognition = DrivenRecognition(recognizer, ENGLISH)
    *running, final = snapshots(4.8)
    for each in running:
        recognition.hear(each)
    final = replace(final, voiced=((0.0, final.end),))
    if pause:
        recognition.hear(replace(final, is_final=False, is_pause=True))
    recognition.hear(final)
    last = recognition.updates[-1]
    assert last.is_final
    assert last.final_text == text
    assert [word.text for word in last.final_words] == text.split()
    assert sorted(last.committed.replace(",", "").lower().split()) == sorted(text.replace(",", "").lower().split())
    windows = [one for one in recognizer.windows if one[0] > 0]
    assert len(windows) == 1, "once, and not again when the pause is the end"


def test_the_words_of_a_whole_utterance_have_the_times_of_the_session() -> None:
    recognizer = ScriptedRecognizer("Turn right here. Then go left at the bank. There it is")
    recognition = DrivenRecognition(recognizer, ENGLISH)
    for each in snapshots(5.4):
        later = replace(each, start=each.start + 60, end=each.end + 60, speech_end=each.speech_end + 60)
        recognition.hear(later)
    final = recognition.updates[-1]
    assert final.final_words[0].start == pytest.approx(60)
    assert final.final_words[-1].end == pytest.approx(60 + 12 * EACH)


def test_what_a_pause_found_of_the_whole_is_kept() -> None:
    recognizer = ScriptedRecognizer("Turn right here")
    recognition = DrivenRecognition(recognizer, ENGLISH)
    recognition.hear(segment(1.0))
    recognizer.script[0] = "Turn"
    recognition.hear(segment(1.4, spoken=1.2, pause=True))
    count = len(recognizer.requests)
    recognition.hear(segment(1.7, spoken=1.2, final=True))
    assert len(recognizer.requests) == count
    assert recognition.updates[-1].final_text == "Turn right here"


def test_a_whole_that_cannot_be_decoded_leaves_what_was_committed() -> None:
    recognizer = ScriptedRecognizer(LONG)
    recognition = DrivenRecognition(recognizer, TORN)

    def doubts(request: RecognitionRequest) -> bool:
        return request.is_final and not request.prompt

    recognizer.doubts = doubts
    for each in snapshots(5.4):
        recognition.hear(each)
    final = recognition.updates[-1]
    assert final.is_final
    assert final.final_text == final.committed == LONG.capitalize()


def test_a_failure_of_the_last_decoding_loses_nothing() -> None:
    recognizer = ScriptedRecognizer(LONG)
    recognition = DrivenRecognition(recognizer, TORN)
    *running, final = snapshots(5.4)
    for each in running:
        recognition.hear(each)
    recognizer.fails_whole = True
    recognition.hear(final)
    assert recognition.updates[-1].is_final
    assert recognition.updates[-1].final_text == LONG.capitalize()
    assert len(recognition.failures) == 1


def test_a_sentence_begins_with_a_capital_also_behind_a_cut() -> None:
    recognizer = ScriptedRecognizer("turn right here. then go left at the bank. there it is")
    recognition = DrivenRecognition(recognizer, ENGLISH)
    for each in snapshots(5.4):
        recognition.hear(each)
    assert any(begin > 0 for begin, _ in recognizer.windows), "nothing was cut"
    last = recognition.updates[-1]
    assert last.final_text == last.committed == "Turn right here. Then go left at the bank. There it is"
    assert [word.text for word in last.words] == last.committed.split()
    for before, after in pairwise(recognition.updates):
        assert after.committed.startswith(before.committed)


def test_an_utterance_goes_on_where_the_one_before_stopped_in_mid_sentence() -> None:
    transcriber = DrivenTranscriber(
        ScriptedRecognizer("we stopped, and went on" + " x" * 8 + " and came back"), ENGLISH
    )

    def heard(number: int, start: int, count: int) -> str:
        update = transcriber.update(segment(count * EACH, final=True, segment_id=number, start=start * EACH))
        assert update is not None
        return update.committed

    assert heard(0, 0, 2) == "We stopped,"
    assert heard(1, 2, 3) == "and went on"
    assert heard(2, 13, 3) == "And came back"


def test_a_question_keeps_its_opening_mark_and_a_statement_loses_it_in_the_end() -> None:
    question = run(DrivenTranscriber(ScriptedRecognizer("¿puedes guardar la caja?"), SPANISH), snapshots(1.6))
    assert question[-1].committed == question[-1].final_text == "¿Puedes guardar la caja?"
    statement = run(DrivenTranscriber(ScriptedRecognizer("¿lo siento mucho por todo."), SPANISH), snapshots(2.0))
    assert statement[-1].final_text == "Lo siento mucho por todo."
    for before, after in pairwise(statement):
        assert after.committed.startswith(before.committed)


class Doubting(ScriptedRecognizer):
    """Is not sure of what it finds greedily; a wider search hears another last word."""

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        heard = super().transcribe(samples, request)
        if not request.is_final or request.beam_size == 1:
            return replace(heard, is_sure=not request.is_final)
        *before, last = heard.words
        return replace(heard, words=(*before, replace(last, text="better")))


BEFORE_A_PAUSE = (segment(1.0), segment(1.4, spoken=1.2, pause=True), segment(1.7, spoken=1.2, final=True))


def in_a_pause(
    newer: bool, script: str = "Turn right here", heard: Sequence[SpeechSegment] = BEFORE_A_PAUSE
) -> tuple[list[str], list[int], str]:
    """What is shown from a pause to its end, the beams of what is decoded, and what is kept. newer: audio waits when it
    is to be searched more widely."""
    recognizer = Doubting(script)
    shown: list[TranscriptUpdate] = []
    recognition = Recognition(
        ENGLISH, lambda _: None, lambda: 0.0, lambda update, _: shown.append(update), lambda *_: None, lambda _: None
    )
    recognition.set_recognizer(recognizer.capabilities)

    def answer(work: Any) -> Hypothesis | None:
        return None if work.is_optional and newer else recognizer.transcribe(work.samples, work.request)

    for each in heard:
        answered(recognition.handle(each), answer)
    texts = [f"{one.committed} {one.unconfirmed}".strip() for one in shown]
    return texts, [one.beam_size for one in recognizer.requests], shown[-1].final_text


def test_a_pause_is_shown_before_it_is_searched_more_widely() -> None:
    texts, beams, kept = in_a_pause(newer=False)
    assert texts[-3:] == ["Turn right here", "Turn right better", "Turn right better"]
    assert beams == [5, 1, 5], "the final is known"
    assert kept == "Turn right better"


def test_a_pause_that_could_not_be_searched_more_widely_is_no_final() -> None:
    texts, beams, kept = in_a_pause(newer=True)
    assert texts[-2:] == ["Turn right here", "Turn right better"]
    assert beams == [5, 1, 5]
    assert kept == "Turn right better"


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize("last_look", [2.8, 3.4, 3.8, 4.2])
def test_a_sentence_that_a_pause_makes_certain_is_not_said_again_by_the_wider_search(
    last_look: float, newer: bool
) -> None:
    # The wider search reads the window that the pause had; what it says must not come behind a sentence that left it.
    said = (segment(last_look), segment(4.9, spoken=4.4, pause=True), segment(5.3, spoken=4.4, final=True))
    texts, _, kept = in_a_pause(newer, "The password that you entered did not match. Please try again", said)
    assert kept == texts[-1] == "The password that you entered did not match. Please try better"
    assert all(text.count("password") == 1 for text in texts)
