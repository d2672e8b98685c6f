"""Sessions that share one slow model: nobody waits much longer than the others, and waiting is not hanging."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.engine.events import SAMPLE_RATE, Samples, TranscriptUpdate
from desktop.engine.live.backends import Backends
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, WindowRecognizer
from desktop.engine.recognition.backends.watchdog import WatchedRecognizer
from desktop.engine.recognition.backends.wrapped import WrappedRecognizer
from desktop.engine.requests import Stage
from tests.backends.test_many_sessions import Listeners
from tests.fakes import FailingRecognizer, FakeOutput, FakeRecognizer

SESSIONS = 8
DECODING = 0.2
"""seconds that a decoding takes"""


class SlowRecognizer(WrappedRecognizer):
    """`recognizer`, but each decoding takes DECODING seconds."""

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        threading.Event().wait(DECODING)
        return super().transcribe(samples, request)


class Waits:
    """How long each owner waited for each turn at a slot. Any thread."""

    def __init__(self, listeners: Listeners) -> None:
        self.seconds: dict[object, list[float]] = defaultdict(list)
        self._since: dict[object, float] = {}
        slot = listeners.models.slots[Stage.RECOGNITION]
        submit = slot.submit

        def submit_timed(owner: object, kind: Any, run: Callable[[], None]) -> bool:
            self._since.setdefault(owner, time.monotonic())

            def timed() -> None:
                self.seconds[owner].append(time.monotonic() - self._since.pop(owner))
                run()

            return submit(owner, kind, timed)

        slot.submit = submit_timed  # type: ignore[method-assign]


@pytest.fixture
def listening(speech: Callable[[str], Samples]) -> Iterator[Callable[[WindowRecognizer], Listeners]]:
    """listening(recognizer) -> eight sessions on it, each of which hears another ten seconds of a talk."""
    made: list[Listeners] = []

    def make(recognizer: WindowRecognizer) -> Listeners:
        talk = speech("stream-en")
        sounds = [("en", talk[start * SAMPLE_RATE : (start + 10) * SAMPLE_RATE]) for start in range(0, 40, 5)]
        backends = Backends(recognizer=lambda _settings, _notify: recognizer, models=lambda _: (), output=FakeOutput)
        made.append(Listeners(sounds, backends))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_no_session_waits_more_than_twice_the_mean_and_none_hangs(
    listening: Callable[[WindowRecognizer], Listeners],
) -> None:
    one = listening(WatchedRecognizer(SlowRecognizer(FakeRecognizer())))
    waits = Waits(one)
    one.listen()
    means = [sum(waits.seconds[lane]) / len(waits.seconds[lane]) for lane in one.lanes]
    mean = sum(means) / SESSIONS
    print("mean wait", [round(wait, 2) for wait in means])
    assert max(means) <= 2 * mean
    assert max(map(max, waits.seconds.values())) > DECODING, "they did have to wait"
    assert not {"stumbled", "buffered", "backend-failed"} & set(one.codes())
    for events in one.events:
        finals = [event for event in events if isinstance(event, TranscriptUpdate) and event.is_final]
        assert finals


def test_a_real_hang_is_found_among_them(listening: Callable[[WindowRecognizer], Listeners]) -> None:
    failing = FailingRecognizer(SlowRecognizer(FakeRecognizer()), lambda call, _: "hang" if call == 20 else None)
    one = listening(WatchedRecognizer(failing))
    one.listen()
    assert len(failing.failed_at) == 1
    assert "stumbled" in one.codes()
    failing.release()
    for events in one.events:
        assert [event for event in events if isinstance(event, TranscriptUpdate) and event.is_final]
