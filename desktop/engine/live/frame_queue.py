"""Audio that waits for a session, bounded: what cannot be taken in time is dropped, oldest first, and counted.

Every method may be called from any thread.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from desktop.engine.events import SAMPLE_RATE, AudioFrame
from desktop.engine.session import MOST_WAITING

T = TypeVar("T")

SOUND_WAITING = 30.0
"""seconds of live sound that may wait to be heard; then the oldest is dropped and counted"""
BOUND = MOST_WAITING + SOUND_WAITING
"""seconds of live sound that wait at most once the recogniser is loaded, however slow the computer is, beside the
utterances that are being heard and recognised"""


class FrameQueue(Generic[T]):
    """Audio between the source and the session, with marks of type T in between.

    clock: of the times that `take` gives. on_put: called, on the thread of who put it, when there is something to take.
    live_limit: seconds that may wait when the source cannot; then the oldest are dropped and counted.
    patient_limit: seconds that may wait when the source can; then `put` blocks.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        on_put: Callable[[], None],
        live_limit: float = 60.0,
        patient_limit: float = 2.0,
    ) -> None:
        self._on_put = on_put
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
        self._on_put()

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
        self._on_put()

    def take(self) -> tuple[AudioFrame | T, float] | None:
        """The next frame or mark and when it came; None: there is none, or the queue is closed. Never blocks."""
        with self._changed:
            if not self._items:
                return None
            item, at = self._items.popleft()
            if isinstance(item, AudioFrame):
                self._waiting -= len(item.samples)
                self._allowed = max(self._live_limit, min(self._allowed, self._waiting))
            self._changed.notify_all()
            return item, at

    def close(self) -> None:
        """Drop everything; nothing is taken any more, `put` returns."""
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
