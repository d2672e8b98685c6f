"""The blocking driver: one session on the calling thread, for scripts, tests and files."""

from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import Any

import numpy as np

from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, Event, Samples, SpeechAudio
from desktop.engine.pool.models import Models
from desktop.engine.requests import Kind, Request, Stage
from desktop.engine.session import Session
from desktop.engine.speech.spoken import spoken
from desktop.engine.speech.work import Speak

_BLOCK = SAMPLE_RATE // 10


def run_inline(session: Session, models: Models, samples: Samples | Iterable[Samples]) -> Iterator[Event]:
    """Everything that a session hears in the samples, event by event; it is finished at the end.

    samples: shape (n,), 16 kHz, mono, -1..1, or pieces of it. Each piece is wholly done before the next is fed, so the
    words do not depend on how fast the machine is. A single array is fed in pieces of 0.1 s. SpeechAudio comes where
    the options say that the session speaks. Several threads may run sessions of their own on the same models.
    Raises EngineError where no recogniser can be loaded; all other failures are events.
    """
    driver = _Inline(session, models)
    pieces = _pieces(samples) if isinstance(samples, np.ndarray) else samples
    if session.detector is None:
        session.detector = models.voice_detector(session.options.voice)
    for piece in pieces:
        yield from driver.answered(session.feed(piece))
    yield from driver.answered(session.finish())


def _pieces(samples: Samples) -> Iterator[Samples]:
    for start in range(0, len(samples), _BLOCK):
        yield samples[start : start + _BLOCK]


class _Inline:
    """Answers a session's requests, waiting for each."""

    def __init__(self, session: Session, models: Models) -> None:
        self._session = session
        self._models = models

    def answered(self, outputs: list[Event | Request]) -> Iterator[Event]:
        """The events among the outputs, and all that follow from answering the requests among them."""
        waiting: dict[Stage, Request] = {}
        todo = outputs
        while True:
            for output in todo:
                if isinstance(output, Request):
                    waiting[output.stage] = output
                else:
                    yield output
            if not waiting:
                return
            stage = min(waiting, key=lambda one: (waiting[one].kind is not Kind.FINAL, waiting[one].id))
            todo = self._in_turn(waiting.pop(stage))

    def _in_turn(self, request: Request) -> list[Event | Request]:
        """Answer one request in the model's slot. While its thread uses the session, this one waits."""
        answers: SimpleQueue[list[Event | Request] | EngineError] = SimpleQueue()

        def run() -> None:
            try:
                answers.put(self._answer(request))
            except EngineError as error:
                answers.put(error)

        if not self._models.slots[request.stage].submit(self._session, request.kind, run):
            raise EngineError("models-closed", code="closed")
        outputs = answers.get()
        if isinstance(outputs, EngineError):
            raise outputs
        return outputs

    def _answer(self, request: Request) -> list[Event | Request]:
        if request.stage is Stage.RECOGNITION:
            self._models.recognition.prepare()
            self._follow_recognizer()
        work = self._session.begin(request.id)
        if work is None:
            return self._session.poll()
        audio: list[Event | Request] = []
        answer: Any
        try:
            if isinstance(work, Speak):
                audio = list(self._spoken(work))
                answer = None
            else:
                answer = self._models.run(self._session, work, None)
        except Exception as error:
            answer = error
        self._follow_recognizer()
        return [*audio, *self._session.deliver(request.id, answer)]

    def _spoken(self, work: Speak) -> Iterator[SpeechAudio]:
        chunks = self._models.speech.synthesize(work.text, work.language, 1.0)
        return spoken(work, chunks, self._session.options.lane)

    def _follow_recognizer(self) -> None:
        recognition = self._models.recognition
        capabilities = recognition.capabilities
        if capabilities is not None:
            self._session.set_recognizer(capabilities, recognition.loads)
