"""A stage of the pipeline: one thread that takes work from its queue and hands results on.

What a stage decides lives in pure classes; here is only how it is driven. A failing piece of work is reported
and the stage goes on with the next one.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, Event, ModelUnloaded, Severity
from desktop.engine.stages.work_queue import WorkQueue
from desktop.system.heap import give_back

log = logging.getLogger(__name__)

T = TypeVar("T")
Emit = Callable[[Event], None]
"""Takes an event for the subscribers; any thread, returns at once."""


OUTSIDE_SESSION = -1
"""segment_id of texts that nobody said: what `Engine.speak` and `Engine.translate` were asked for"""


@dataclass(frozen=True, slots=True)
class Expect:
    """Text in this language will come: load what it needs, so that its first word does not wait."""

    language: str


@dataclass(frozen=True, slots=True)
class EndOfSpeech:
    """Travels through all stages behind the last work of a listening session."""

    session: int


@dataclass(frozen=True, slots=True)
class Unload:
    """Travels behind the work that waits; the stage then gives its models' memory back."""

    is_rest: bool = False
    """nobody needed them for a while, so there is time for what is best done then (`Stage.rest`)"""


class Stage(Generic[T]):
    """One thread with its queue. Subclasses say what is done with a piece of work.

    name: thread name and key of its metrics.
    on_end: gets each EndOfSpeech after everything before it is done.
    """

    def __init__(self, name: str, emit: Emit, on_end: Callable[[EndOfSpeech], None]) -> None:
        self.name = name
        self.queue: WorkQueue[T | EndOfSpeech | Unload] = WorkQueue()
        self._emit = emit
        self._on_end = on_end
        self._last_error = ""
        self._has_worked = True
        """`handle` sets it to False when it did nothing that could have failed"""
        self._thread = threading.Thread(target=self._run, name=f"parley-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def begin_close(self) -> None:
        """Drop what waits and let the thread end; returns at once."""
        self.queue.close()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; False if it still runs."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def handle(self, item: T) -> None:
        """Do one piece of work, on the stage's thread."""
        raise NotImplementedError

    def unload(self) -> str:
        """Give the models' memory back, on the stage's thread; the next work loads them again. Returns the name of
        what was loaded, empty if nothing was."""
        return ""

    def rest(self) -> None:
        """Do what is best done while nobody needs the stage, on its thread. Ends soon when work comes."""

    def release(self) -> None:
        """Give back what the stage holds; last thing on its thread."""

    def report(self, error: Exception) -> None:
        """Tell the user, once as long as the same thing keeps failing."""
        if isinstance(error, EngineError):
            code, message = error.code, error.message
        else:
            log.exception("stage %s failed", self.name)
            code = "backend-failed"
            message = f"Something failed in {self.name} ({type(error).__name__}). The log says more."
        if message != self._last_error:
            self._last_error = message
            self._emit(ErrorEvent(code, message, Severity.ERROR))

    def _unload(self) -> None:
        name = self.unload()
        if name:
            give_back()
            log.info("%s: %s left the memory", self.name, name)
            self._emit(ModelUnloaded(self.name, name))

    def _run(self) -> None:
        while (item := self.queue.get()) is not None:
            if isinstance(item, EndOfSpeech):
                self._on_end(item)
                continue
            self._has_worked = True
            try:
                if isinstance(item, Unload):
                    self._unload()
                    if item.is_rest:
                        self.rest()
                else:
                    self.handle(item)
            except Exception as error:
                self.report(error)
            else:
                self._last_error = "" if self._has_worked else self._last_error
        try:
            self.release()
        except Exception:
            log.exception("stage %s did not close cleanly", self.name)
