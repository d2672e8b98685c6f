"""What a download tells and what it is told: progress out, pause, resume and cancel in. Any thread."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from desktop.engine.errors import DownloadStopped
from desktop.engine.message import Message

_WINDOW = 5.0
"""seconds that the speed is averaged over"""
_EVERY = 0.1
"""least seconds between two reports of the same phase"""


class Phase(StrEnum):
    """What a download is doing."""

    WAITING = "waiting"
    """another Parley fetches the same model"""
    ASKING = "asking"
    """the server for names, sizes and checksums"""
    FETCHING = "fetching"
    PAUSED = "paused"
    RETRYING = "retrying"
    """the connection broke; it goes on in a moment"""
    CHECKING = "checking"
    INSTALLING = "installing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is."""

    id: str
    """of the entry or model"""
    phase: Phase
    done: int
    """bytes that are on the disk"""
    total: int | None
    """bytes of the whole download"""
    speed: float = 0.0
    """bytes per second, over the last seconds; 0: not known yet"""
    seconds_left: float | None = None
    detail: Message | None = None
    """where the phase does not say it all (why it is retried)"""


OnProgress = Callable[[Progress], None]
"""Gets the progress, on the thread that downloads, about ten times a second and at each change of phase."""


class Control:
    """The buttons of a download. Every method may be called from any thread, as often as one likes."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._paused = False
        self._stopped = False
        self._wake: Callable[[], None] | None = None
        self.discards = False
        """what was fetched so far is thrown away"""

    def pause(self) -> None:
        """Stop reading, let the connection go and keep what is there."""
        self._set(paused=True)

    def resume(self) -> None:
        """Go on from there."""
        self._set(paused=False)

    def stop(self) -> None:
        """End it with DownloadStopped and keep what is there for the next time."""
        self._set(stopped=True)

    def cancel(self) -> None:
        """End it with DownloadStopped and throw away what was fetched."""
        self.discards = True
        self._set(stopped=True)

    @property
    def is_paused(self) -> bool:
        return self._paused

    @property
    def is_stopped(self) -> bool:
        return self._stopped

    def check(self) -> None:
        """Raises DownloadStopped if it was asked for."""
        if self._stopped:
            raise DownloadStopped("download-cancelled" if self.discards else "download-stopped")

    def wait_while_paused(self) -> None:
        """Blocks until somebody resumes. Raises DownloadStopped."""
        with self._condition:
            self._condition.wait_for(lambda: not self._paused or self._stopped)
        self.check()

    def wait(self, seconds: float) -> None:
        """Let time pass, but not past a stop. Raises DownloadStopped."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopped, timeout=seconds)
        self.check()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """While it is open, `wake` is called once somebody pauses or stops, on their thread: it ends a wait for bytes
        that may never come."""
        with self._condition:
            self._wake = wake
        try:
            if self._paused or self._stopped:
                wake()
            yield
        finally:
            with self._condition:
                self._wake = None

    def _set(self, *, paused: bool | None = None, stopped: bool | None = None) -> None:
        with self._condition:
            self._paused = self._paused if paused is None else paused
            self._stopped = self._stopped if stopped is None else stopped
            self._condition.notify_all()
            if self._wake is not None and (self._paused or self._stopped):
                self._wake()


class Meter:
    """Adds up the bytes of one model's files and reports them. Used on the thread that downloads."""

    def __init__(
        self,
        name: str,
        total: int | None,
        report: OnProgress | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total = total
        self.done = 0
        self._name = name
        self._report = report
        self._clock = clock
        self._phase = Phase.ASKING
        self._last = float("-inf")
        self._seen: deque[tuple[float, int]] = deque()
        self._received = 0

    def kept(self, count: int) -> None:
        """Bytes that were on the disk already (or, below zero, are thrown away)."""
        self.done += count

    def received(self, count: int) -> None:
        """Bytes that came just now."""
        self.done += count
        self._received += count
        now = self._clock()
        self._seen.append((now, self._received))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        if now - self._last >= _EVERY:
            self._tell(now)

    def enter(self, phase: Phase, detail: Message | None = None) -> None:
        """Another phase began; told at once."""
        self._phase = phase
        if phase is not Phase.FETCHING:
            self._seen.clear()
        self._tell(self._clock(), detail)

    def _tell(self, now: float, detail: Message | None = None) -> None:
        self._last = now
        if self._report is None:
            return
        speed = 0.0
        if len(self._seen) > 1 and (span := self._seen[-1][0] - self._seen[0][0]) > 0:
            speed = (self._seen[-1][1] - self._seen[0][1]) / span
        left = (self.total - self.done) / speed if speed and self.total is not None else None
        self._report(Progress(self._name, self._phase, self.done, self.total, speed, left, detail))
