"""Recognisers of one model, as many as decode at a time. They share its weights (`whisper/shared_models.py`)."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from desktop.engine.recognition.backends.base import Recognizer

log = logging.getLogger(__name__)


class Recognizers:
    """Lends them, each to one thread at a time. Any thread.

    first: loaded, and lent first. another: makes and loads one more; may raise what loading raises.
    """

    def __init__(self, first: Recognizer, another: Callable[[], Recognizer]) -> None:
        self.first = first
        self._another = another
        self._lock = threading.Lock()
        self._idle = [first]
        self._closed = False

    @contextmanager
    def borrowed(self) -> Iterator[Recognizer]:
        """One that nobody else uses meanwhile."""
        with self._lock:
            recognizer = self._idle.pop() if self._idle else None
        if recognizer is None:
            recognizer = self._another()
        try:
            yield recognizer
        finally:
            with self._lock:
                is_over = self._closed
                if not is_over:
                    self._idle.append(recognizer)
            if is_over:
                recognizer.close()

    def close(self) -> None:
        """Give the memory back; what is lent now follows when it comes back. Idempotent."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for recognizer in idle:
            recognizer.close()
