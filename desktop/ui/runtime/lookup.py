"""Questions that are answered on pool threads: only the answer to the newest one reaches the GUI thread."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, pyqtSignal

log = logging.getLogger(__name__)

Deliver = Callable[[Any], bool]
"""Hands over an answer; False if nobody wants to know any more. Any thread."""


class Lookup(QObject):
    """Runs one kind of question beside the GUI thread. Each question replaces the one before: its answer is dropped
    when it comes late, and it is not begun if it has not been yet. Used from the GUI thread."""

    found = pyqtSignal(object)
    """an answer to the newest question, on the thread of this object"""
    _delivered = pyqtSignal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest = 0
        self._lock = threading.Lock()
        self._is_closed = False
        self._delivered.connect(self._received)

    def ask(self, work: Callable[[Deliver], object]) -> None:
        """Run `work` on a pool thread; it hands over its answer, or one after the other. What it raises is logged."""
        self._newest += 1
        pool = QThreadPool.globalInstance()
        assert pool is not None
        pool.start(_Question(self, self._newest, work))

    def forget(self) -> None:
        """The newest question is not asked any more either."""
        self._newest += 1

    def close(self) -> None:
        """Nothing is delivered from now on; call it before this object goes."""
        with self._lock:
            self._is_closed = True

    def is_wanted(self, number: int) -> bool:
        """Whether a question is still the newest one. Any thread."""
        return number == self._newest and not self._is_closed

    def deliver(self, number: int, answer: Any) -> bool:
        """Hand over the answer to a question; False if nobody wants to know any more. Any thread."""
        with self._lock:  # an object that goes must not be told from another thread
            if not self.is_wanted(number):
                return False
            self._delivered.emit(number, answer)
            return True

    def _received(self, number: int, answer: Any) -> None:
        if self.is_wanted(number):  # another question may have come while the answer was on its way
            self.found.emit(answer)


class _Question(QRunnable):
    def __init__(self, lookup: Lookup, number: int, work: Callable[[Deliver], object]) -> None:
        super().__init__()
        self._lookup, self._number, self._work = lookup, number, work

    def run(self) -> None:
        try:
            if self._lookup.is_wanted(self._number):
                self._work(lambda answer: self._lookup.deliver(self._number, answer))
        except Exception:
            log.exception("a look-up failed")
