"""What cloud engines cost today, kept on the disk: a restart begins no new day, and every Parley of a user counts into
one sum.

The sums are estimates by published prices, and what a program that is killed spent within its last second is lost. Any
thread; what is written is written on the thread that asks.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from desktop.system.files import locked, read_regular, write_atomically

log = logging.getLogger(__name__)

_EVERY = 1.0
"""seconds between two looks at the file"""
_PATIENCE, _PATIENCE_AT_END = 0.2, 3.0
"""seconds that another program may hold the lock; then the sum is written the next time, if there is one"""
_LARGEST = 10_000


class Spending:
    """file: where the sum lies; None: only in memory. today: gives the user's date. clock: seconds, never back."""

    def __init__(
        self,
        file: Path | None,
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._today = today
        self._clock = clock
        self._lock = threading.Lock()
        self._day = today()
        self._known = 0.0
        """US dollars of that day that the file had"""
        self._own = 0.0
        """what this program spent, and the file has not"""
        self._looked_at = -_EVERY

    def add(self, dollars: float) -> None:
        """So much was spent."""
        with self._lock:
            self._turn()
            self._own += dollars
            self._look()

    @property
    def dollars(self) -> float:
        """Of today, all programs together."""
        with self._lock:
            self._turn()
            self._look()
            return self._known + self._own

    def close(self) -> None:
        """Write what is not written yet."""
        with self._lock:
            self._turn()
            self._looked_at = -_EVERY
            self._look(_PATIENCE_AT_END)

    def _turn(self) -> None:
        """Begin a new day."""
        today = self._today()
        if today != self._day:
            self._day, self._known, self._own, self._looked_at = today, 0.0, 0.0, -_EVERY

    def _look(self, patience: float = _PATIENCE) -> None:
        now = self._clock()
        if self._file is None or 0 <= now - self._looked_at < _EVERY:
            return
        self._looked_at = now
        try:
            if not self._own:
                self._known = self._read()
                return
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with locked(self._file.with_suffix(".lock"), patience):
                sum_ = self._read() + self._own
                content = {"day": self._day.isoformat(), "dollars": sum_}
                write_atomically(self._file, json.dumps(content), mode=0o600)
            self._known, self._own = sum_, 0.0
        except OSError as error:  # the sum stays in memory, and with it the cap
            log.warning("what cloud engines cost could not be kept: %s", type(error).__name__)

    def _read(self) -> float:
        """What the file says of the day; 0 where there is none, or it says nothing of sense."""
        assert self._file is not None
        try:
            content = json.loads(read_regular(self._file, _LARGEST))
            if content["day"] == self._day.isoformat():
                return max(0.0, float(content["dollars"]))
        except (OSError, ValueError, TypeError, KeyError):
            pass
        return 0.0
