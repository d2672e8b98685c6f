"""What fails while an utterance is streamed costs no word: the recognition stage with recognisers that fail at will."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, SpeechSegment, TranscriptUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.watchdog import Deadlines, WatchedRecognizer
from desktop.engine.recognition.settling.stabilizer import normalized
from desktop.engine.recognition.steps import Step
from desktop.engine.recognition.streaming_mode import Mode
from tests.fakes import Failing, FakeRecognizer
from tests.recognition_desk import Plan, RecognitionDesk, check_one_final

SETTINGS = SessionOptions(language="en")


class Impatient(Deadlines):
    def limit(self, step: Step, *, is_buffered: bool) -> float:
        return 20.0 if is_buffered else 0.05


class Desk(RecognitionDesk):
    """A recognition stage on a recogniser that hears a word for each half second."""

    def __init__(self, plan: Plan, recognition: SessionOptions = SETTINGS) -> None:
        self.heard = FakeRecognizer()
        super().__init__(self.heard, plan, recognition, lambda one, _: WatchedRecognizer(one, Impatient()))

    def say(self, segment_id: int, seconds: float, step: float = 0.5, *, pauses: bool = False) -> None:
        """An utterance: snapshots, perhaps one at the pause at its end, and the final; each is done before the next."""
        start = segment_id * 40.0
        count = int(seconds / step)
        for number in range(1, count + 1):
            self._hear(segment_id, start, number * step, is_final=False)
        if pauses:
            self._hear(segment_id, start, seconds, is_final=False, is_pause=True)
        self._hear(segment_id, start, seconds, is_final=True)

    def _hear(self, segment_id: int, start: float, length: float, *, is_final: bool, is_pause: bool = False) -> None:
        end = start + length
        samples = np.zeros(int(length * SAMPLE_RATE), np.float32)
        self.hear(SpeechSegment(segment_id, samples, start, end, is_final=is_final, speech_end=end, is_pause=is_pause))

    def updates(self, segment_id: int) -> list[TranscriptUpdate]:
        return [update for update in self.transcripts if update.segment_id == segment_id]

    def finals(self, segment_id: int) -> list[TranscriptUpdate]:
        return [update for update in self.updates(segment_id) if update.is_final]


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(plan: Plan, recognition: SessionOptions = SETTINGS) -> Desk:
        made.append(Desk(plan, recognition))
        return made[-1]

    yield make
    for one in made:
        one.close()


def words(seconds: float) -> str:
    return " ".join(f"word{n}" if n else "Word0" for n in range(int(seconds * 2)))


@pytest.mark.parametrize("failing", ["raise", "memory", "hang"])
def test_a_failing_look_is_decoded_whole_at_once(desk: Callable[..., Desk], failing: Failing) -> None:
    one = desk(lambda call, _: failing if call == 4 else None)
    one.say(0, 5)
    at = next(n for n, request in enumerate(one.heard.requests) if request.is_buffered)
    snapshot = one.heard.requests[at]
    assert (at, snapshot.is_final, snapshot.prompt) == (4, False, "")
    shown = next(update for update in one.transcripts if update.end == 2.5)
    assert f"{shown.committed} {shown.unconfirmed}" == words(2.0), "the last word may be cut"
    assert one.heard.requests[-1].is_buffered, "the end of an utterance that stumbled is decoded whole"
    assert [final.committed for final in one.finals(0)] == [words(5)]
    if failing != "hang":
        assert one.codes == ["stumbled"]
        assert not one.heard.requests[at + 1].is_buffered, "once is not often"
        assert one.recognition.mode == Mode.STREAMING


@pytest.mark.parametrize("failing", ["raise", "memory", "hang"])
def test_a_failing_end_is_decoded_whole_at_once(desk: Callable[..., Desk], failing: Failing) -> None:
    one = desk(lambda _, request: failing if request.is_final and not request.is_buffered else None)
    one.say(0, 3)
    assert [final.committed for final in one.finals(0)] == [words(3)]
    assert one.codes == ["stumbled"]


def test_failing_again_changes_to_whole_utterances_and_the_pause_back(desk: Callable[..., Desk]) -> None:
    is_broken = True
    one = desk(lambda _, request: "raise" if is_broken and not request.is_buffered else None)
    one.say(0, 4)
    assert one.codes == ["stumbled", "buffered"]
    assert one.recognition.mode == Mode.BUFFERED
    is_broken = False
    now = len(one.heard.requests)
    one.say(1, 2)
    assert [request.is_buffered for request in one.heard.requests[now:]] == [True], "once, when it is over"
    one.skip(SETTINGS.breaker_recovery)
    one.say(2, 2)
    assert not one.heard.requests[-1].is_buffered
    assert one.recognition.mode == Mode.STREAMING
    assert one.codes == ["stumbled", "buffered", "streaming"]
    assert [one.finals(n)[0].committed for n in range(3)] == [words(4), words(2), words(2)]


def test_buffered_by_choice_decodes_each_utterance_once(desk: Callable[..., Desk]) -> None:
    one = desk(lambda *_: None, replace(SETTINGS, mode="buffered", vocabulary="Parley"))
    one.say(0, 4)
    one.say(1, 3, pauses=True)
    kinds = [(request.is_buffered, request.is_final, request.vocabulary) for request in one.heard.requests]
    assert kinds == [(True, True, "Parley")] * 2, "a pause that was the end needs no second look"
    assert [one.finals(n)[0].committed for n in range(2)] == [words(4), words(3)]
    assert one.recognition.mode == Mode.BUFFERED


def test_when_the_whole_cannot_be_decoded_either_it_is_said_and_what_was_shown_stays(
    desk: Callable[..., Desk],
) -> None:
    one = desk(lambda call, _: "raise" if call >= 5 else None)
    one.say(0, 5)
    assert one.codes == ["backend-failed"]
    shown = one.transcripts[-2]
    assert f"{shown.committed} {shown.unconfirmed}".strip() == words(2)
    assert [final.committed for final in one.finals(0)] == [words(2)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([None, None, None, "raise", "memory"]), max_size=60),
    st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=4),
    st.integers(1, 3),
)
def test_any_failures_leave_one_final_of_all_words_and_never_change_what_is_committed(
    plan: list[Failing | None], utterances: list[tuple[int, bool]], failures: int
) -> None:
    one = Desk(
        lambda call, request: plan[call] if call < len(plan) and not request.is_buffered else None,
        replace(SETTINGS, breaker_failures=failures),
    )
    for segment_id, (length, pauses) in enumerate(utterances):
        one.say(segment_id, length / 2, pauses=pauses)
    one.close()
    for segment_id, (length, _) in enumerate(utterances):
        committed = check_one_final(one.updates(segment_id))
        wanted = Counter(normalized(word) for word in words(length / 2).split())
        assert not wanted - Counter(normalized(word) for word in committed.split())
