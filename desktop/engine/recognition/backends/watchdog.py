"""Adds a timeout to decode calls: one that hangs is given up, and the next call goes on without it.

A thread that hangs cannot be ended. So decodes run on a worker of their own; one of whose steps takes far longer than
those before it is abandoned together with its worker, and its result, should it ever come, is dropped. The recogniser
must bear a second call while the first hangs. Waiting for a turn at the model counts for nothing: it comes before.

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
from desktop.engine.recognition.steps import Step, listening

log = logging.getLogger(__name__)

DECODING = "parley-decode"
"""name of the threads that decode"""

_UNMEASURED = 30.0
"""seconds for a step of a kind before any was measured"""
_LEAST = 1.8
_LEAST_BUFFERED = 10.0
"""seconds that any step may take: one that is streamed must fail soon enough for text to come within about two seconds;
one of a whole utterance is the last resort, and patience costs less than its loss"""
_TIMES = 5.0
"""as long as the slowest of the latest ones, for as much to do: a processor that is suddenly shared by five programs is
slow, not hung"""
_REMEMBERED = 32
_FIRST = "first"
"""kind of what is done before any step is told: all of a decode, where its recogniser tells of none"""
_TO_FIRST = 5.0
"""seconds for that where steps are told, before any was measured"""
_BETWEEN = "between"
"""kind of what is done between two steps that are told"""
_SHORTEST_WINDOW = 5.0
"""seconds; shorter audio takes as long, because it is padded"""
_JOIN = 2.0


class Deadlines:
    """How long a step of a decode may take, by how long the latest ones of its kind took. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rates: dict[tuple[str, bool], deque[float]] = {}

    def took(self, seconds: float, step: Step, *, is_buffered: bool) -> None:
        """A step took so long."""
        with self._lock:
            rates = self._rates.setdefault(self._key(step, is_buffered), deque(maxlen=_REMEMBERED))
            rates.append(seconds / max(step.size, 1e-9))

    def limit(self, step: Step, *, is_buffered: bool) -> float:
        """Seconds that a step may take."""
        least = _LEAST_BUFFERED if is_buffered else _LEAST
        if step.kind == _BETWEEN:
            return _LEAST_BUFFERED
        with self._lock:
            rates = tuple(self._rates.get(self._key(step, is_buffered), ()))
            tells_steps = any(kind != _FIRST for kind, _ in self._rates)
        if rates:
            return max(least, _TIMES * max(rates) * step.size)
        return max(least, _TO_FIRST) if step.kind == _FIRST and tells_steps else _UNMEASURED

    @staticmethod
    def _key(step: Step, is_buffered: bool) -> tuple[str, bool]:
        # A step costs the same whoever asks for it; of a whole decode that is not known.
        return (step.kind, is_buffered and step.kind == _FIRST)


class WatchedRecognizer(WrappedRecognizer):
    """`recognizer` as it is, but a decode that hangs raises DecodeHung.

    While one hangs, streamed decodes are refused at once; buffered ones still run, and if one of those hangs, too, the
    recogniser is of no more use: close it.

    deadlines: how long steps may take; measured, unless given.
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

        # The last step of loading is a first run of the model, on a second of audio at most, with all that is done only
        # once: it says how long decodes take until more is known.
        watch = _Watch(self._deadlines, None, is_buffered=False)
        with listening(watch):
            self.recognizer.load(timed)
        if not watch.tells_steps:
            first_run = Step(_FIRST, 1.0 + _SHORTEST_WINDOW)
            self._deadlines.took(time.monotonic() - reported, first_run, is_buffered=False)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one window. Raises DecodeHung, or what the recogniser raises."""
        length = len(samples) / SAMPLE_RATE
        first = Step(_FIRST, length + _SHORTEST_WINDOW)
        watch = _Watch(self._deadlines, first, is_buffered=request.is_buffered)
        if not self._has_room(request.is_buffered, watch.limit):
            raise _hung(self.name)
        decode = _Decode(lambda: self.recognizer.transcribe(samples, request), watch)
        if self._worker is None:
            self._worker = _Worker()
            weakref.finalize(self, self._worker.end)
        self._worker.put(decode)
        if not watch.sees_end(decode.ended):
            log.warning("a decode of %.1f s of audio hangs: no %s within %.1f s", length, watch.step.kind, watch.limit)
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


class _Watch:
    """When the step under way must have ended. Steps are told on the thread that decodes; any may look.

    first: what is done before any step is told; None: that says nothing."""

    def __init__(self, deadlines: Deadlines, first: Step | None, *, is_buffered: bool) -> None:
        self._deadlines = deadlines
        self._first = first
        self._is_buffered = is_buffered
        self._changed = threading.Condition()
        self.tells_steps = False
        """whether any was told so far"""
        self._enter(first or Step(_BETWEEN, 1.0))

    def starts(self) -> None:
        """The decode begins now."""
        self._enter(self.step)

    def sees_end(self, ended: threading.Event) -> bool:
        """Wait for the end of the decode; False as soon as a step of it takes too long."""
        with self._changed:
            while not ended.is_set():
                left = self.deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def tell(self) -> None:
        """Whoever waits looks again: the decode ended, or another step began."""
        with self._changed:
            self._changed.notify_all()

    def begins(self, step: Step) -> None:
        self.tells_steps = True
        self._end_first()
        self._enter(step)

    def ended(self, step: Step) -> None:
        self._took(step)
        self._enter(Step(_BETWEEN, 1.0))

    def ends(self) -> None:
        """The decode is done."""
        self._end_first()

    def _end_first(self) -> None:
        first, self._first = self._first, None
        if first is not None:
            self._took(first)

    def _took(self, step: Step) -> None:
        self._deadlines.took(time.monotonic() - self._entered, step, is_buffered=self._is_buffered)

    def _enter(self, step: Step) -> None:
        self.step = step
        self.limit = self._deadlines.limit(step, is_buffered=self._is_buffered)
        self._entered = time.monotonic()
        self.deadline = self._entered + self.limit
        self.tell()


class _Decode:
    """One call, and what came of it."""

    def __init__(self, call: Callable[[], Hypothesis], watch: _Watch) -> None:
        self._call: Callable[[], Hypothesis] | None = call
        self._watch = watch
        self._hypothesis: Hypothesis | None = None
        self._error: BaseException | None = None
        self.ended = threading.Event()

    def run(self) -> None:
        call, self._call = self._call, None
        assert call is not None
        try:
            self._watch.starts()
            with listening(self._watch):
                self._hypothesis = call()
            self._watch.ends()
        except BaseException as error:
            self._error = error
        finally:
            self.ended.set()
            self._watch.tell()

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
        "recogniser-hung",
        name=name,
        recoverable=True,
    )
