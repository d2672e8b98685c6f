"""A model's execution slot: a thread, or several, on which sessions take turns. Any thread may submit.

Finals come first, then who waited longest; whoever waited very long is not passed over for others' finals any more.
Whoever waits already is not queued twice: newer work of the same owner takes the place of the older.
"""

import logging
import threading
import time
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
    """Runs what is submitted on threads of its own, which begin when they are needed. clock: seconds.

    workers: how many run at a time; never two of the same owner."""

    def __init__(self, name: str, clock: Callable[[], float], workers: int = 1) -> None:
        self._name = name
        self._workers = workers
        self._clock = clock
        self._numbers = count()
        self._turns: dict[object, _Turn] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._running: set[object] = set()
        """owners whose turn it is"""
        self._threads: list[threading.Thread] = []

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
            if len(self._threads) < self._workers and len(self._turns) + len(self._running) > len(self._threads):
                thread = threading.Thread(target=self._run, name=f"parley-{self._name}", daemon=True)
                self._threads.append(thread)
                thread.start()
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
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            owner, turn = taken
            try:
                turn.run()
            except Exception:
                log.exception("%s failed", self._name)
            finally:
                with self._changed:
                    self._running.discard(owner)
                    self._changed.notify_all()
            del owner, turn, taken  # or what they hold stays until the next one

    def _next(self) -> tuple[object, _Turn] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ready() or self._closed)
            ready = self._ready()
            if not ready:
                return None
            now = self._clock()
            owner = min(ready, key=lambda one: self._turns[one].order(now))
            self._running.add(owner)
            return owner, self._turns.pop(owner)

    def _ready(self) -> list[object]:
        """Who waits and may go."""
        return [owner for owner in self._turns if owner not in self._running]
