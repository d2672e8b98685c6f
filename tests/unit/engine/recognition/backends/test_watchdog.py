"""Decodes that hang are given up; those that are only slow are not."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import DecodeHung
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.recognition.backends.watchdog import Deadlines, WatchedRecognizer
from desktop.engine.recognition.backends.wrapped import WrappedRecognizer
from desktop.engine.recognition.steps import Step, step
from tests.fakes import Failing, FailingRecognizer, FakeRecognizer
from tests.raising import raises
from tests.waiting import let_pass, wait_until

SECOND = np.zeros(16_000, np.float32)
STREAMED = RecognitionRequest("en")
BUFFERED = RecognitionRequest("en", is_buffered=True)


class Impatient(Deadlines):
    """Waits so long for each decode, whatever was measured."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def limit(self, step: Step, *, is_buffered: bool) -> float:
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
    assert [word.text for word in watched.transcribe(SECOND, STREAMED).words] == ["Word0", "word1"]
    with pytest.raises(MemoryError):
        watched.transcribe(SECOND, STREAMED)
    watched.close()
    assert decode_threads() == 0


def test_a_decode_that_hangs_is_given_up_and_a_buffered_one_runs_beside_it(
    failing: Callable[..., FailingRecognizer],
) -> None:
    recognizer = failing(lambda call, _: "hang" if call == 0 else None)
    watched = WatchedRecognizer(recognizer, Impatient(0.05))
    with raises(DecodeHung, match="stood still"):
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
    assert deadlines.limit(Step("encode", 500), is_buffered=False) == 30
    deadlines.took(0.1, Step("encode", 500), is_buffered=False)
    assert deadlines.limit(Step("encode", 500), is_buffered=False) == 1.8, "text is to come within about two seconds"
    assert deadlines.limit(Step("encode", 500), is_buffered=True) == 10
    assert deadlines.limit(Step("encode", 3000), is_buffered=False) == pytest.approx(3.0), "six times as much to do"
    assert deadlines.limit(Step("search", 20), is_buffered=False) == 30, "another kind"
    deadlines.took(0.6, Step("encode", 500), is_buffered=True)
    assert deadlines.limit(Step("encode", 500), is_buffered=False) == pytest.approx(3.0), "the machine became slower"


def test_a_decode_as_a_whole_is_known_apart_for_whole_utterances() -> None:
    deadlines = Deadlines()
    deadlines.took(0.1, Step("first", 6), is_buffered=False)
    assert deadlines.limit(Step("first", 6), is_buffered=False) == 1.8
    assert deadlines.limit(Step("first", 6), is_buffered=True) == 30


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 30)), min_size=1, max_size=80),
    st.booleans(),
)
def test_what_takes_as_long_as_lately_never_hangs(measured: list[tuple[float, float]], is_buffered: bool) -> None:
    deadlines = Deadlines()
    for seconds, size in measured:
        deadlines.took(seconds, Step("search", size), is_buffered=is_buffered)
    for seconds, size in measured[-32:]:
        assert deadlines.limit(Step("search", size), is_buffered=is_buffered) >= 5 * seconds * 0.999


class SteppingRecognizer(WrappedRecognizer):
    """Takes a step for each number of `sizes`, each as many hundredths of a second long; "hang" never ends."""

    def __init__(self) -> None:
        super().__init__(FakeRecognizer())
        self.sizes: list[int | str] = []
        self.released = threading.Event()

    def transcribe(self, samples: np.ndarray, request: RecognitionRequest) -> Hypothesis:
        for size in self.sizes:
            with step("encode", 1.0 if size == "hang" else float(size)):
                self.released.wait(60 if size == "hang" else float(size) / 100)
        return super().transcribe(samples, request)


class Strict(Deadlines):
    """A step may take twice as long as its size says."""

    def limit(self, step: Step, *, is_buffered: bool) -> float:
        return 2 * step.size / 100 if step.kind == "encode" else 120.0  # longer than the hang lasts


def test_a_decode_of_many_steps_may_take_long_but_none_of_them_may_stand_still() -> None:
    recognizer = SteppingRecognizer()
    watched = WatchedRecognizer(recognizer, Strict())
    recognizer.sizes = [20] * 5
    assert watched.transcribe(SECOND, STREAMED).words, "a second altogether, where a step may take 0.4"
    recognizer.sizes = [20, "hang"]
    with pytest.raises(DecodeHung):
        watched.transcribe(SECOND, STREAMED)
    recognizer.released.set()
    watched.close()


def test_the_first_run_counts_where_no_steps_are_told_until_more_is_known(
    failing: Callable[..., FailingRecognizer],
) -> None:
    deadlines = Deadlines()
    watched = WatchedRecognizer(failing(lambda *_: "hang"), deadlines)
    watched.load(lambda _: None)
    assert deadlines.limit(Step("first", 6), is_buffered=False) == 1.8, "it was quick; before any run it would be 30"
    with pytest.raises(DecodeHung):
        watched.transcribe(SECOND, STREAMED)
    watched.close()
