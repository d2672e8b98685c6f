"""A session's recognition on a recogniser that fails as planned, for the tests of what a failure costs."""

import time
from collections.abc import Callable
from typing import Any

from desktop.engine.events import ErrorEvent, Event, SpeechSegment, TranscriptUpdate
from desktop.engine.failures import failure
from desktop.engine.options import SessionOptions
from desktop.engine.pool.backends import ModelBackends
from desktop.engine.pool.recognition import RecognitionModel
from desktop.engine.recognition.backends.base import RecognitionRequest, WindowRecognizer
from desktop.engine.recognition.recognition import Recognition
from desktop.engine.requests import Stage
from desktop.engine.takeover import Notify
from desktop.settings.declaration import RecognitionSettings
from tests.driven import answered
from tests.fakes import Failing, FailingRecognizer

Plan = Callable[[int, RecognitionRequest], Failing | None]
"""How the n-th decoding fails, if it does."""


class RecognitionDesk:
    """protect: puts around the recogniser what Parley has around every one. Close it in the end."""

    def __init__(
        self,
        recognizer: WindowRecognizer,
        plan: Plan,
        options: SessionOptions,
        protect: Callable[[WindowRecognizer, Notify], WindowRecognizer],
    ) -> None:
        self.failing = FailingRecognizer(recognizer, plan)
        self.events: list[Event] = []
        self.shown: list[tuple[float, TranscriptUpdate]] = []
        """each with the time when it came"""
        self._skipped = 0.0
        backends = ModelBackends(
            recognizer=lambda _, notify: protect(self.failing, notify), models=lambda _: (), clock=self._clock
        )
        self.model = RecognitionModel(
            RecognitionSettings(), backends, self.events.append, lambda: None, lambda _: None, lambda: None
        )
        self.recognition = Recognition(
            options,
            self.events.append,
            self._clock,
            lambda update, _: self.shown.append((time.monotonic(), update)),
            lambda *_: None,
            self._failed,
        )
        self.model.prepare()
        assert self.model.capabilities is not None
        self.recognition.set_recognizer(self.model.capabilities)

    def hear(self, segment: SpeechSegment) -> None:
        """Hand over a snapshot; returns when it is done."""
        answered(self.recognition.handle(segment), self._decode)

    def skip(self, seconds: float) -> None:
        """Let so much time pass by the clock of recognition."""
        self._skipped += seconds

    @property
    def transcripts(self) -> list[TranscriptUpdate]:
        return [update for _, update in self.shown]

    @property
    def codes(self) -> list[str]:
        return [event.code for event in self.events if isinstance(event, ErrorEvent)]

    def close(self) -> None:
        self.failing.release()
        self.model.close()

    def _decode(self, work: Any) -> Any:
        return self.model.decode(self, work, None)

    def _failed(self, error: Exception) -> None:
        """As a session does: the same once."""
        if (event := failure(Stage.RECOGNITION, error)) not in self.events:
            self.events.append(event)

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
