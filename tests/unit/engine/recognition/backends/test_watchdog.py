"""Decodes that hang are given up; those that are only slow are not."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import DecodeHung
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.backends.watchdog import Deadlines, WatchedRecognizer
from tests.fakes import Failing, FailingRecognizer, FakeRecognizer
from tests.waiting import let_pass, wait_until

SECOND = np.zeros(16_000, np.float32)
STREAMED = RecognitionRequest("en")
BUFFERED = RecognitionRequest("en", is_buffered=True)


class Impatient(Deadlines):
    """Waits so long for each decode, whatever was measured."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def limit(self, length: float, *, is_buffered: bool) -> float:
        return self._seconds


@pytest.fixture
def failing() -> Iterator[Callable[..., FailingRecognizer]]:
    made: list[FailingRecognizer] = []

    def make(plan: Callable[[int, RecognitionRequest], Failing | None]) -> FailingRecognizer:
        made.append(FailingRecognizer(FakeRecognizer(), plan))
        return made[-1]

    yield make
    for one in made:
        one.release()
    assert wait_until(lambda: decode_threads() == 0)


def decode_threads() -> int:
    return sum(thread.name == "parley-decode" for thread in threading.enumerate())


def test_results_and_errors_pass_as_they_are() -> None:
    watched = WatchedRecognizer(FakeRecognizer("Whisper small", fail_from=(1, MemoryError())))
    watched.load(lambda _: None)
    assert watched.name == "Whisper small"
    assert [word.text for word in watched.transcribe(SECOND, STREAMED).words] == ["word0", "word1"]
    with pytest.raises(MemoryError):
        watched.transcribe(SECOND, STREAMED)
    watched.close()
    assert decode_threads() == 0


def test_a_decode_that_hangs_is_given_up_and_a_buffered_one_runs_beside_it(
    failing: Callable[..., FailingRecognizer],
) -> None:
    recognizer = failing(lambda call, _: "hang" if call == 0 else None)
    watched = WatchedRecognizer(recognizer, Impatient(0.05))
    with pytest.raises(DecodeHung, match="stood still"):
        watched.transcribe(SECOND, STREAMED)
    with pytest.raises(DecodeHung):
        watched.transcribe(SECOND, STREAMED)
    assert recognizer.calls == 1, "refused while the first one hangs, which also has a worker of the model"
    assert watched.transcribe(SECOND, BUFFERED).words
    recognizer.release()
    assert wait_until(lambda: decode_threads() == 1)
    assert watched.transcribe(SECOND, STREAMED).words
    watched.close()
    assert decode_threads() == 0


def test_the_late_error_of_a_decode_that_was_given_up_reaches_nobody(
    failing: Callable[..., FailingRecognizer],
) -> None:
    recognizer = failing(lambda call, _: "hang then fail" if call == 0 else None)
    watched = WatchedRecognizer(recognizer, Impatient(0.05))
    with pytest.raises(DecodeHung):
        watched.transcribe(SECOND, STREAMED)
    recognizer.release()
    assert wait_until(lambda: decode_threads() == 0)
    assert watched.transcribe(SECOND, STREAMED).words
    watched.close()


def test_when_both_hang_no_more_is_tried_and_closing_does_not_wait(
    failing: Callable[..., FailingRecognizer],
) -> None:
    recognizer = failing(lambda *_: "hang")
    watched = WatchedRecognizer(recognizer, Impatient(0.05))
    for request in (STREAMED, BUFFERED, BUFFERED, STREAMED):
        with pytest.raises(DecodeHung):
            watched.transcribe(SECOND, request)
    assert recognizer.calls == 2
    watched.close()
    assert wait_until(lambda: recognizer.is_closed)


def test_its_worker_ends_with_it() -> None:
    watched = WatchedRecognizer(FakeRecognizer())
    watched.transcribe(SECOND, STREAMED)
    assert decode_threads() == 1
    del watched
    assert wait_until(lambda: decode_threads() == 0)


def test_the_wait_for_work_takes_no_time() -> None:
    watched = WatchedRecognizer(FakeRecognizer())
    watched.transcribe(SECOND, STREAMED)
    before = time.process_time()
    let_pass(0.3)
    assert time.process_time() - before < 0.1
    watched.close()


def test_deadlines_are_generous_before_and_follow_what_is_measured_after() -> None:
    deadlines = Deadlines()
    assert deadlines.limit(3, is_buffered=False) == 30
    deadlines.took(0.05, 1, is_buffered=False)
    assert deadlines.limit(1, is_buffered=False) == 1.2
    assert deadlines.limit(1, is_buffered=True) == 30
    deadlines.took(0.5, 5, is_buffered=False)
    assert deadlines.limit(5, is_buffered=False) == 1.8, "text is to come within two seconds"
    deadlines.took(1.0, 5, is_buffered=False)
    assert deadlines.limit(5, is_buffered=False) == 2
    assert deadlines.limit(15, is_buffered=False) == 4
    deadlines.took(1.0, 5, is_buffered=True)
    assert deadlines.limit(5, is_buffered=True) == 10


def test_the_first_run_counts_only_until_a_decode_is_measured() -> None:
    deadlines = Deadlines()
    deadlines.ran_first(0.8)
    assert deadlines.limit(1, is_buffered=False) == 4
    assert deadlines.limit(1, is_buffered=True) == 30
    deadlines.took(0.1, 1, is_buffered=False)
    assert deadlines.limit(1, is_buffered=False) == 1.2


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 30)), min_size=1, max_size=80),
    st.floats(0.1, 30),
    st.booleans(),
)
def test_what_takes_as_long_as_lately_never_hangs(
    measured: list[tuple[float, float]], length: float, is_buffered: bool
) -> None:
    deadlines = Deadlines()
    for seconds, before in measured:
        deadlines.took(seconds, before, is_buffered=is_buffered)
    slowest = max(seconds for seconds, _ in measured[-32:])
    assert deadlines.limit(length, is_buffered=is_buffered) >= (5 if is_buffered else 2) * slowest
