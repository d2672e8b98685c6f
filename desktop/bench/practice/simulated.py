"""A live session whose clock stands still while the machine computes: what somebody sees when, however busy it is.

A decoding takes the processor time that it needed; meanwhile the recording goes on. Calling thread.
"""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, TranscriptUpdate
from desktop.engine.pool.models import Models
from desktop.engine.requests import Request
from desktop.engine.session import Session

_BLOCK = SAMPLE_RATE // 10
_SILENCE = 1.5
"""seconds behind the recording, in which the last utterance ends"""


def heard_live(
    session: Session, models: Models, samples: Samples, clock: Callable[[], float] = time.process_time
) -> Iterator[tuple[float, TranscriptUpdate]]:
    """(second of the recording at which it comes, update), in order. The session may be configured between two of them.
    samples: shape (n,), 16 kHz. clock: what a decoding took; that of one thread. Raises EngineError."""
    if session.detector is None:
        session.detector = models.voice_detector(session.options.voice)
    models.recognition.prepare()
    capabilities = models.recognition.capabilities
    assert capabilities is not None
    session.set_recognizer(capabilities, models.recognition.loads)
    slot = _Slot(session, models, clock)
    padded = np.concatenate([samples, np.zeros(round(_SILENCE * SAMPLE_RATE), np.float32)])
    for start in range(0, len(padded), _BLOCK):
        block = padded[start : start + _BLOCK]
        now = (start + len(block)) / SAMPLE_RATE
        yield from slot.until(now)
        yield from slot.take(session.feed(block), now)
    yield from slot.take(session.finish(), len(padded) / SAMPLE_RATE)
    yield from slot.until(float("inf"))


class _Slot:
    """The model's one turn at a time."""

    def __init__(self, session: Session, models: Models, clock: Callable[[], float]) -> None:
        self._session = session
        self._models = models
        self._clock = clock
        self._waiting: Request | None = None
        self._running: tuple[float, int, object] | None = None
        """when it is done, the request's id, the answer"""

    def take(self, outputs: Sequence[object], now: float) -> Iterator[tuple[float, TranscriptUpdate]]:
        """What the session told and asked for at that time."""
        for output in outputs:
            if isinstance(output, Request):
                self._waiting = output  # a session has one at a time, and the newest counts
            elif isinstance(output, TranscriptUpdate):
                yield now, output
        if self._running is None and self._waiting is not None:
            yield from self._start(now)

    def until(self, now: float) -> Iterator[tuple[float, TranscriptUpdate]]:
        """What is done by then."""
        while self._running is not None and self._running[0] <= now:
            done, request, answer = self._running
            self._running = None
            yield from self.take(self._session.deliver(request, answer), done)

    def _start(self, now: float) -> Iterator[tuple[float, TranscriptUpdate]]:
        while self._running is None and self._waiting is not None:
            request, self._waiting = self._waiting, None
            work = self._session.begin(request.id)
            if work is None:
                yield from self.take(self._session.poll(), now)
                continue
            began = self._clock()
            try:
                answer: object = self._models.run(self._session, work, None)
            except Exception as error:
                answer = error
            self._running = (now + self._clock() - began, request.id, answer)
