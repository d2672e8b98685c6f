"""A recogniser with somebody looking at the clock: what hangs is given up, and the next call goes on without it.

A thread that hangs cannot be ended. So decodes run on a worker of their own; one that takes far longer than those
before it is abandoned together with its worker, and its result, should it ever come, is dropped. The recogniser must
bear a second call while the first hangs.

Called from one thread at a time; the workers wait in a queue and take no time while there is nothing to do.
"""

import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from desktop.engine.errors import DecodeHung
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.recognition.backends.base import Hypothesis, Progress, RecognitionRequest, WindowRecognizer
from desktop.engine.recognition.backends.wrapped import WrappedRecognizer

log = logging.getLogger(__name__)

DECODING = "parley-decode"
"""name of the threads that decode"""

_UNMEASURED = 30.0
"""seconds for a decode before any was measured"""
_LEAST = 1.2
_LEAST_BUFFERED = 10.0
"""seconds that any decode may take: one that is streamed must fail soon enough for text to come within two seconds;
one of a whole utterance is the last resort, and patience costs less than its loss"""
_TIMES = 5.0
"""as long as the slowest of the latest ones"""
_SOON, _LEAST_TIMES = 1.8, 2.0
"""seconds after which less patience is enough with a decode that is streamed, and how much less"""
_REMEMBERED = 32
_SHORTEST_WINDOW = 5.0
"""seconds; shorter audio takes as long, because it is padded"""
_JOIN = 2.0


class Deadlines:
    """How long a decode may take, by how long the latest ones took. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first_run: float | None = None
        self._took = {buffered: deque[tuple[float, float]](maxlen=_REMEMBERED) for buffered in (False, True)}

    def ran_first(self, seconds: float) -> None:
        """The first run of the model took so long, with all that is done only once; counts until better is known."""
        self._first_run = seconds

    def took(self, seconds: float, length: float, *, is_buffered: bool) -> None:
        """A decode of `length` seconds of audio took so long."""
        with self._lock:
            self._took[is_buffered].append((seconds, length))

    def limit(self, length: float, *, is_buffered: bool) -> float:
        """Seconds that the decode of `length` seconds of audio may take."""
        with self._lock:
            measured = tuple(self._took[is_buffered])
        is_known = bool(measured)
        if not is_known and not is_buffered and self._first_run is not None:
            measured = ((self._first_run, 1.0),)
        if not measured:
            return _UNMEASURED
        slowest = max(
            seconds * max(1.0, (length + _SHORTEST_WINDOW) / (before + _SHORTEST_WINDOW))
            for seconds, before in measured
        )
        patient = _TIMES * slowest
        if is_buffered:
            return max(_LEAST_BUFFERED, patient)
        if is_known:
            patient = min(patient, max(_SOON, _LEAST_TIMES * slowest))
        return max(_LEAST, patient)


class WatchedRecognizer(WrappedRecognizer):
    """`recognizer` as it is, but a decode that hangs raises DecodeHung.

    While one hangs, streamed decodes are refused at once; buffered ones still run, and if one of those hangs, too, the
    recogniser is of no more use: close it.

    deadlines: how long decodes may take; measured, unless given.
    """

    def __init__(self, recognizer: WindowRecognizer, deadlines: Deadlines | None = None) -> None:
        super().__init__(recognizer)
        self._deadlines = deadlines or Deadlines()
        self._worker: _Worker | None = None
        self._abandoned: list[_Decode] = []

    def load(self, progress: Progress) -> None:
        """Load it, on the calling thread and without a deadline. Raises ModelError."""
        reported = time.monotonic()

        def timed(fraction: float) -> None:
            nonlocal reported
            if fraction < 1:
                reported = time.monotonic()
            progress(fraction)

        self.recognizer.load(timed)
        # The last step of loading is a first run of the model, on a second of audio at most.
        self._deadlines.ran_first(time.monotonic() - reported)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one window. Raises DecodeHung, or what the recogniser raises."""
        length = len(samples) / SAMPLE_RATE
        limit = self._deadlines.limit(length, is_buffered=request.is_buffered)
        if not self._has_room(request.is_buffered, limit):
            raise _hung(self.name)
        decode = _Decode(lambda: self.recognizer.transcribe(samples, request))
        began = time.monotonic()

        def note() -> None:
            self._deadlines.took(time.monotonic() - began, length, is_buffered=request.is_buffered)

        decode.on_end = note
        if self._worker is None:
            self._worker = _Worker()
            weakref.finalize(self, self._worker.end)
        self._worker.put(decode)
        if not decode.ended.wait(limit):
            log.warning("a decode of %.1f s of audio hangs: no result within %.1f s", length, limit)
            self._worker.end()
            self._worker = None
            self._abandoned.append(decode)
            raise _hung(self.name)
        return decode.result()

    def close(self) -> None:
        """Give the memory back; on a thread of its own if a decode hangs, because that may never end. Idempotent."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
        if self._stuck:
            threading.Thread(target=self.recognizer.close, name="parley-close", daemon=True).start()
            return
        if worker is not None:
            worker.join(_JOIN)
        self.recognizer.close()

    @property
    def _stuck(self) -> list["_Decode"]:
        """The abandoned decodes that still hang."""
        self._abandoned = [decode for decode in self._abandoned if not decode.ended.is_set()]
        return self._abandoned

    def _has_room(self, is_buffered: bool, patience: float) -> bool:
        stuck = self._stuck
        if not is_buffered:
            return not stuck
        # Both at once: perhaps the machine was only busy, or asleep.
        return len(stuck) < 2 or stuck[0].ended.wait(patience)


class _Decode:
    """One call, and what came of it."""

    def __init__(self, call: Callable[[], Hypothesis]) -> None:
        self._call: Callable[[], Hypothesis] | None = call
        self._hypothesis: Hypothesis | None = None
        self._error: BaseException | None = None
        self.on_end: Callable[[], None] = lambda: None
        self.ended = threading.Event()

    def run(self) -> None:
        call, self._call = self._call, None
        assert call is not None
        try:
            self._hypothesis = call()
            self.on_end()
        except BaseException as error:
            self._error = error
        finally:
            self.ended.set()

    def result(self) -> Hypothesis:
        """What the call gave back; raises what it raised."""
        error, self._error = self._error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # its traceback holds this frame
        assert self._hypothesis is not None
        return self._hypothesis


class _Worker:
    """A thread that runs decodes, one after the other."""

    def __init__(self) -> None:
        self._decodes: SimpleQueue[_Decode | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=DECODING, daemon=True)
        self._thread.start()

    def put(self, decode: _Decode) -> None:
        self._decodes.put(decode)

    def end(self) -> None:
        """Let the thread end after what it does now; returns at once."""
        self._decodes.put(None)

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        while (decode := self._decodes.get()) is not None:
            decode.run()
            del decode  # or its audio stays until the next one


def _hung(name: str) -> DecodeHung:
    return DecodeHung(
        f"{name} stood still; if that happens again, choose another model or another device in the settings.",
        recoverable=True,
    )
