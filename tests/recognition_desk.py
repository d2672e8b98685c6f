"""A running recognition stage whose recogniser fails as planned, for the tests of what a failure costs."""

import threading
import time
from collections.abc import Callable

from desktop.engine.recognition.stage import Heard, RecognitionStage
from desktop.engine.stages.stage import EndOfSpeech

from desktop.engine.events import ErrorEvent, Event, SpeechSegment, TranscriptUpdate
from desktop.engine.recognition.backends.base import RecognitionRequest, WindowRecognizer
from desktop.engine.takeover import Notify
from desktop.settings.declaration import RecognitionSettings
from tests.fakes import Failing, FailingRecognizer

Plan = Callable[[int, RecognitionRequest], Failing | None]
"""How the n-th decoding fails, if it does."""


class RecognitionDesk:
    """protect: puts around the recogniser what Parley has around every one. Close it in the end."""

    def __init__(
        self,
        recognizer: WindowRecognizer,
        plan: Plan,
        settings: RecognitionSettings,
        protect: Callable[[WindowRecognizer, Notify], WindowRecognizer],
    ) -> None:
        self.failing = FailingRecognizer(recognizer, plan)
        self.events: list[Event] = []
        self.shown: list[tuple[float, TranscriptUpdate]] = []
        """each with the time when it came"""
        self._skipped = 0.0
        self._ended = threading.Event()
        self.stage = RecognitionStage(
            settings,
            lambda _, notify: protect(self.failing, notify),
            lambda *_: None,
            self.events.append,
            lambda update, *_: self.shown.append((time.monotonic(), update)),
            lambda *_: None,
            lambda: None,
            lambda _: None,
            lambda: None,
            lambda _: self._ended.set(),
            clock=self._clock,
        )
        self.stage.start()

    def hear(self, segment: SpeechSegment) -> None:
        """Hand over a snapshot; returns when it is done."""
        self._ended.clear()
        self.stage.queue.put_final(Heard(segment, self._clock()))
        self.stage.queue.put_final(EndOfSpeech(0))
        assert self._ended.wait(60)

    def skip(self, seconds: float) -> None:
        """Let so much time pass by the clock of the stage."""
        self._skipped += seconds

    @property
    def transcripts(self) -> list[TranscriptUpdate]:
        return [update for _, update in self.shown]

    @property
    def codes(self) -> list[str]:
        return [event.code for event in self.events if isinstance(event, ErrorEvent)]

    def close(self) -> None:
        self.stage.begin_close()
        self.failing.release()
        assert self.stage.join(20)

    def _clock(self) -> float:
        return time.monotonic() + self._skipped


def check_one_final(updates: list[TranscriptUpdate]) -> str:
    """The text of an utterance's only final, which comes last; what was committed before it is its beginning."""
    committed = ""
    for update in updates:
        assert update.committed.startswith(committed)
        committed = update.committed
    assert [update.is_final for update in updates].count(True) == 1
    assert updates[-1].is_final
    return committed
