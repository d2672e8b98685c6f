"""Threads that outlive the window that started them: a QThread object must not go before its run has ended. GUI
thread only."""

from PyQt6.QtCore import QThread

_THREADS: set[QThread] = set()


def start(thread: QThread) -> None:
    """Start a thread, and keep its object until it has ended."""
    _THREADS.add(thread)
    thread.finished.connect(lambda: _THREADS.discard(thread))
    thread.start()


def running() -> tuple[QThread, ...]:
    """The threads that have not ended."""
    return tuple(_THREADS)
