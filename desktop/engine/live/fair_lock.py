"""A lock that goes to whoever waits for it, not again to the thread that just gave it back."""

import threading
from types import TracebackType


class FairLock:
    """A context manager like threading.Lock, which a thread that takes it again and again would keep from all others:
    who waits holds the place of the next, and nobody passes."""

    def __init__(self) -> None:
        self._next = threading.Lock()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
