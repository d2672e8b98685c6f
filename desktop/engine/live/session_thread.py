"""The one thread on which all sessions take their audio."""

import logging
import threading
from queue import SimpleQueue
from typing import Protocol

log = logging.getLogger(__name__)


class Fed(Protocol):
    """Somebody for whom audio may wait."""

    def take_audio(self) -> None:
        """Take what waits, for a short time; on the sessions' thread."""


class SessionThread:
    """Lets those take their audio who have some, in turn. Begins with the first call."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Fed | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def call(self, fed: Fed) -> None:
        """Have its audio taken soon; returns at once. Any thread."""
        with self._starting:
            if self._closed:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="parley-sessions", daemon=True)
                self._thread.start()
        self._waiting.put(fed)

    def close(self, timeout: float) -> None:
        """End the thread, waiting up to `timeout` seconds for it."""
        with self._starting:
            self._closed = True
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while (fed := self._waiting.get()) is not None:
            try:
                fed.take_audio()
            except Exception:
                log.exception("a session could not take its audio")
