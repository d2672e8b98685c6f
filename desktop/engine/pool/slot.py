"""A model's execution slot: one thread, on which sessions take turns. Any thread may submit.

Finals come first, then who waited longest; whoever waited very long is not passed over for others' finals any more.
Whoever waits already is not queued twice: newer work of the same owner takes the place of the older.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

from desktop.engine.requests import Kind

log = logging.getLogger(__name__)


LONGEST_WAIT = 5.0
"""seconds for which others' finals may be put before"""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Somebody waits for the model."""

    number: int
    """grows with the time since when they wait"""
    since: float
    """that time, seconds"""
    kind: Kind
    run: Callable[[], None]

    def order(self, now: float) -> tuple[bool, int]:
        """The least has the next turn."""
        return (self.kind is not Kind.FINAL and now - self.since < LONGEST_WAIT, self.number)


class Slot:
    """Runs what is submitted, one at a time, on a thread of its own that begins with the first. clock: seconds."""

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._name = name
        self._clock = clock
        self._numbers = count()
        self._turns: dict[object, _Turn] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._running = False
        self._thread: threading.Thread | None = None

    def submit(self, owner: object, kind: Kind, run: Callable[[], None]) -> bool:
        """Have `run` called when the owner's turn comes. It replaces what waits of the same owner and keeps its place.
        False: the slot is closed, and it never will be."""
        with self._changed:
            if self._closed:
                return False
            before = self._turns.get(owner)
            if before is not None:
                self._turns[owner] = replace(before, kind=kind, run=run)
            else:
                self._turns[owner] = _Turn(next(self._numbers), self._clock(), kind, run)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"parley-{self._name}", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return True

    def submit_once(self, run: Callable[[], None]) -> bool:
        """Have `run` called behind all finals that wait; nothing replaces it. False: the slot is closed."""
        return self.submit(object(), Kind.FINAL, run)

    @property
    def is_idle(self) -> bool:
        """Nothing runs and nobody waits."""
        with self._changed:
            return not self._turns and not self._running

    def close(self) -> None:
        """Drop what waits and let the thread end; returns at once."""
        with self._changed:
            self._closed = True
            self._turns.clear()
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the thread; False if it still runs."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (turn := self._next()) is not None:
            try:
                turn.run()
            except Exception:
                log.exception("%s failed", self._name)
            del turn  # or what it holds stays until the next one

    def _next(self) -> _Turn | None:
        with self._changed:
            self._running = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._turns or self._closed)
            if not self._turns:
                return None
            now = self._clock()
            owner = min(self._turns, key=lambda one: self._turns[one].order(now))
            self._running = True
            return self._turns.pop(owner)
