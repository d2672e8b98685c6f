"""Bounded queues between the stages of the pipeline.

Partial work is coalesced to the newest, final work is never dropped; audio that cannot be taken in time is
dropped oldest first and counted. Every method may be called from any thread.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from desktop.engine.events import SAMPLE_RATE, AudioFrame

T = TypeVar("T")

FINALS_WAITING = 30.0
"""seconds of utterances that may wait to be recognised; then hearing waits"""
SOUND_WAITING = 15.0
"""seconds of live sound that may wait to be heard; then the oldest is dropped and counted"""
BOUND = FINALS_WAITING + SOUND_WAITING
"""seconds of live sound that wait at most once the recogniser is loaded, however slow the computer is, beside the
utterances that are being heard and recognised"""


class WorkQueue(Generic[T]):
    """Work for one stage: any number of finals up to `limit` in order, then at most one partial.

    limit: finals that may wait; the next `put_final` blocks, which slows the stage before it down.
    weight: of a piece of work; most: what those that wait may weigh together. One is taken whatever it weighs, and
    what weighs nothing is not held back.
    """

    def __init__(
        self, limit: int = 32, *, weight: Callable[[T], float] = lambda _: 0.0, most: float = math.inf
    ) -> None:
        self._limit = limit
        self._weight = weight
        self._most = most
        self._finals: deque[T] = deque()
        self._partial: T | None = None
        self._closed = False
        self._changed = threading.Condition()
        self.coalesced = 0
        """partials that newer work replaced"""

    def put_partial(self, item: T) -> None:
        """Replace the waiting partial, if any. Never blocks."""
        with self._changed:
            if self._partial is not None:
                self.coalesced += 1
            self._partial = item
            self._changed.notify_all()

    def put_final(self, item: T) -> None:
        """Queue work that must be done. It supersedes the waiting partial. Blocks while the queue is full."""
        with self._changed:
            self._changed.wait_for(lambda: self.has_room(item) or self._closed)
            if self._partial is not None:
                self.coalesced += 1
                self._partial = None
            self._finals.append(item)
            self._changed.notify_all()

    def has_room(self, item: T) -> bool:
        """Whether `put_final` would take it at once."""
        with self._changed:
            weight = self._weight(item)
            fits = not weight or not self._finals or self.waiting + weight <= self._most
            return fits and len(self._finals) < self._limit

    @property
    def waiting(self) -> float:
        """What the finals that wait weigh together."""
        with self._changed:
            return sum(self._weight(item) for item in self._finals)

    def get(self) -> T | None:
        """The next piece of work; waits for it. None once the queue is closed and its finals are done."""
        with self._changed:
            self._changed.wait_for(lambda: self._finals or self._partial is not None or self._closed)
            if self._finals:
                item: T | None = self._finals.popleft()
            else:
                item, self._partial = self._partial, None
            self._changed.notify_all()
            return None if self._closed and item is None else item

    def clear(self) -> None:
        """Drop everything that waits."""
        with self._changed:
            self._finals.clear()
            self._partial = None
            self._changed.notify_all()

    def close(self) -> None:
        """Drop everything that waits and let `get` return None."""
        with self._changed:
            self._closed = True
            self._finals.clear()
            self._partial = None
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._finals) + (self._partial is not None)


class FrameQueue(Generic[T]):
    """Audio between the source and the hearing thread, with marks of type T in between.

    live_limit: seconds that may wait when the source cannot; then the oldest are dropped and counted.
    patient_limit: seconds that may wait when the source can; then `put` blocks.
    clock: of the times that `get` gives.
    """

    def __init__(
        self, live_limit: float = 60.0, patient_limit: float = 2.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._live_limit = self._allowed = live_limit * SAMPLE_RATE
        self._clock = clock
        self._patient_limit = int(patient_limit * SAMPLE_RATE)
        self._items: deque[tuple[AudioFrame | T, float]] = deque()
        self._waiting = 0
        self._dropped = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, frame: AudioFrame, *, is_live: bool, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Add a frame. Live: never blocks. Otherwise waits for room, or until it is no longer wanted (see `wake`)."""
        with self._changed:
            if is_live:
                while self._waiting + len(frame.samples) > self._allowed and self._drop_oldest():
                    pass
            else:
                self._changed.wait_for(lambda: self._waiting < self._patient_limit or self._closed or not is_wanted())
            if self._closed or not is_wanted():
                return
            self._items.append((frame, self._clock()))
            self._waiting += len(frame.samples)
            self._changed.notify_all()

    def limit_live(self, seconds: float) -> None:
        """Change what may wait of live audio. What waits already stays, but then no more is added."""
        with self._changed:
            self._live_limit = seconds * SAMPLE_RATE
            self._allowed = max(self._live_limit, self._waiting)

    def wake(self) -> None:
        """Let those who wait in `put` look again whether their frame is wanted."""
        with self._changed:
            self._changed.notify_all()

    def put_mark(self, mark: T) -> None:
        """Add a mark behind the audio that waits. Never blocks."""
        with self._changed:
            self._items.append((mark, self._clock()))
            self._changed.notify_all()

    def get(self) -> tuple[AudioFrame | T, float]:
        """The next frame or mark and when it came; waits. Raises EOFError once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if self._closed:
                raise EOFError
            item, at = self._items.popleft()
            if isinstance(item, AudioFrame):
                self._waiting -= len(item.samples)
                self._allowed = max(self._live_limit, min(self._allowed, self._waiting))
            self._changed.notify_all()
            return item, at

    def close(self) -> None:
        """Drop everything; `get` raises EOFError, `put` returns."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._waiting = 0
            self._changed.notify_all()

    @property
    def dropped_seconds(self) -> float:
        return self._dropped / SAMPLE_RATE

    @property
    def waiting_seconds(self) -> float:
        return self._waiting / SAMPLE_RATE

    def _drop_oldest(self) -> bool:
        for index, (item, _) in enumerate(self._items):
            if isinstance(item, AudioFrame):
                del self._items[index]
                self._waiting -= len(item.samples)
                self._dropped += len(item.samples)
                return True
        return False
