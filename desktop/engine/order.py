"""Whether engines elsewhere, or the one on this machine, are asked first; or both, in a race.

Used on one thread, as `Preference`; in a race each side works on a thread of its own, one piece of work at a time.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, Literal, TypeVar

from desktop.engine.errors import EngineError
from desktop.engine.message import Message
from desktop.engine.preference import Choice, Later, Named, Preference, on_a_timer
from desktop.engine.takeover import Notify, as_engine_error, takeover

log = logging.getLogger(__name__)

Engine = TypeVar("Engine", bound=Named)
Answer = TypeVar("Answer")
First = Literal["cloud", "local", "race"]
_JOIN = 5.0


@dataclass(frozen=True, slots=True)
class Arrangement(Generic[Engine]):
    """What is asked, and in which order."""

    choices: Sequence[Choice[Engine]]
    """elsewhere"""
    first: First = "cloud"
    deadline: float = 0.8
    """seconds in which an engine elsewhere wins a race"""


class _Lost(Exception):
    """No engine elsewhere did it; it was told why."""


class Order(Generic[Engine]):
    """arrangement: the engines elsewhere, and what is asked first. open, clock, later: as of Preference. notify: gets
    the notices."""

    def __init__(
        self,
        arrangement: Arrangement[Engine],
        open: Callable[[Engine], object],
        notify: Notify,
        *,
        clock: Callable[[], float] = time.monotonic,
        later: Later = on_a_timer,
    ) -> None:
        self.elsewhere: Preference[Engine] = Preference(arrangement.choices, open, notify, clock=clock, later=later)
        self.first: First = arrangement.first
        self._deadline = arrangement.deadline
        self._notify = notify
        self._told: Message | None = None
        self._there = _Side("parley-race-there")
        self._here = _Side("parley-race-here")

    def arrange(self, arrangement: Arrangement[Engine]) -> None:
        """From the next piece of work on. Any thread."""
        self.first, self._deadline = arrangement.first, arrangement.deadline
        self.elsewhere.arrange(arrangement.choices)

    @property
    def used(self) -> Engine | None:
        """The engine elsewhere that the next piece of work goes to first, also in a race; None: this machine."""
        return None if self.first == "local" else self.elsewhere.used

    def open(self, here: Callable[[], object], successor: Callable[[], str]) -> None:
        """Make ready what is asked first, or what comes after it; in a race both. Raises what `here` raises where
        nothing can be made ready."""
        if self.first == "cloud":
            self.elsewhere.open(here, successor)
            return
        try:
            here()
        except EngineError as error:
            self._open_instead(error, successor)
            return
        if self.first == "race":
            self.elsewhere.open(lambda: None, successor)

    def do(self, work: Callable[[Engine], Answer], here: Callable[[], Answer], successor: Callable[[], str]) -> Answer:
        """The answer to a piece of work. Raises what `here` raises where nobody gives one."""
        if self.first == "cloud" or not self.elsewhere.has_engines:
            return self.elsewhere.do(work, here, successor)
        if self.first == "local":
            return self._local_first(work, here, successor)
        return self._race(work, here, successor)

    def close(self) -> None:
        """End everything. Idempotent."""
        self.elsewhere.close()
        self._there.close()
        self._here.close()

    def _open_instead(self, error: EngineError, successor: Callable[[], str]) -> None:
        def nobody() -> None:
            raise error

        self.elsewhere.open(nobody, successor)
        self._tell(error)

    def _local_first(
        self, work: Callable[[Engine], Answer], here: Callable[[], Answer], successor: Callable[[], str]
    ) -> Answer:
        try:
            answer = here()
        except Exception as error:
            failure = error
        else:
            self._told = None
            return answer

        def nobody() -> Answer:
            raise failure

        answer = self.elsewhere.do(work, nobody, successor)
        self._tell(as_engine_error(failure, "backend-stopped", name=successor()))
        return answer

    def _race(
        self, work: Callable[[Engine], Answer], here: Callable[[], Answer], successor: Callable[[], str]
    ) -> Answer:
        """The first answer, but that of an engine elsewhere if it comes in time. A side that is still busy with what it
        lost before starts late, or not at all."""

        def lost() -> Answer:
            raise _Lost

        until = time.monotonic() + self._deadline
        there = self._there.start(lambda: self.elsewhere.do(work, lost, successor))
        at_once = self._here.start(here)
        if there is not None:
            try:
                return there.result(max(0.0, until - time.monotonic()))
            except OutOfTime:
                log.info("an engine elsewhere was too late")
            except Exception as error:
                log.info("a race was lost: %s", type(error).__name__)
        try:
            return (at_once or self._here.wait_and_start(here)).result()
        except Exception:
            if there is None:
                raise
            try:
                return there.result()
            except Exception:
                log.info("no engine elsewhere did it either")
            raise

    def _tell(self, failure: EngineError) -> None:
        """Once, as long as the same thing fails here."""
        if failure.message == self._told:
            return
        self._told = failure.message
        used = self.elsewhere.used
        self._notify(takeover(failure, used.name if used is not None else ""))


class _Side:
    """A thread that does one thing at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._current: Future[Any] | None = None

    def start(self, work: Callable[[], Answer]) -> "Future[Answer] | None":
        """None: it is busy."""
        if self._current is not None and not self._current.done():
            return None
        return self.wait_and_start(work)

    def wait_and_start(self, work: Callable[[], Answer]) -> "Future[Answer]":
        """Behind what it does now."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._current = future = Future[Any]()
        self._queue.put((work, future))
        return future

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join(_JOIN)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            work, future = item
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
            del item, work, future
