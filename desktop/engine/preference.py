"""Engines that are preferred to the one on this machine: which has the next piece of work, and when to go back.

An engine elsewhere may be gone, stand still or be busy. What it fails at is done by the next one, in the end by the
one here, which is always there; so nothing waits and nothing is lost. It is then left alone, and tried again and again
beside the work with the newest piece of it, ever more rarely; when that is answered in time it is used again. That is
a circuit breaker that one failure opens, whose trial, half open, costs the user nothing (livekit's fallback adapters
do the same).
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.takeover import Notify, as_engine_error

log = logging.getLogger(__name__)

_FIRST, _LONGEST = 0.5, 8.0
"""seconds until an engine is tried again, at first and at last"""
_FRESH = 30.0
"""seconds for which an engine is tried with a piece of work; later it is only opened"""
_JOIN = 2.0


class Backoff:
    """How long to wait before the next trial: twice as long each time, and never quite as long as others do. Pure.

    chance: gives a number of 0..1."""

    def __init__(self, first: float, longest: float, chance: Callable[[], float] = random.random) -> None:
        self._first, self._longest, self._chance = first, longest, chance
        self._next = first

    def wait(self) -> float:
        """Seconds to wait now."""
        seconds, self._next = self._next, min(self._longest, 2 * self._next)
        return seconds * (0.75 + 0.5 * self._chance())

    def worked(self) -> None:
        """Begin anew."""
        self._next = self._first


class Standing:
    """Who does without an engine at the moment: it serves several stages, and is told of once. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._without: set[object] = set()

    def left(self, who: object) -> bool:
        """Somebody does without it from now on. True: the first one."""
        with self._lock:
            self._without.add(who)
            return len(self._without) == 1

    def returned(self, who: object) -> bool:
        """Somebody uses it again, or needs it no more. True: nobody does without it any more."""
        with self._lock:
            if who not in self._without:
                return False
            self._without.discard(who)
            return not self._without


class Named(Protocol):
    """An engine of any stage."""

    @property
    def name(self) -> str: ...

    def close(self) -> None: ...


Engine = TypeVar("Engine", bound=Named)
Answer = TypeVar("Answer")


class _Candidate(Generic[Engine]):
    """An engine, and whether it is used."""

    def __init__(self, engine: Engine, standing: Standing) -> None:
        self.engine = engine
        self.standing = standing
        self.is_away = False
        self._newest: tuple[float, Callable[[Engine], object]] | None = None
        self.trial: threading.Thread | None = None

    def missed(self, work: Callable[[Engine], object]) -> None:
        """It could not do this, or was not asked to."""
        self._newest = (time.monotonic(), work)

    def forget(self) -> None:
        """Nothing is left to try it with."""
        self._newest = None

    @property
    def newest(self) -> Callable[[Engine], object] | None:
        """The newest of it, if that is not long ago: what was said before is of no use to anybody, and goes nowhere."""
        newest = self._newest
        return newest[1] if newest is not None and time.monotonic() - newest[0] < _FRESH else None


class Preference(Generic[Engine]):
    """Engines in the order in which they are preferred; the last resort is the caller's.

    open: makes an engine ready for work; may raise EngineError, and may be called again. notify: gets one event when
    an engine is not used any more, and one when it is again. Used on one thread; trials run on their own.
    """

    def __init__(
        self,
        engines: Sequence[tuple[Engine, Standing]],
        open: Callable[[Engine], object],
        notify: Notify,
    ) -> None:
        self._candidates = [_Candidate(engine, standing) for engine, standing in engines]
        self._open = open
        self._notify = notify
        self._closed = threading.Event()

    @property
    def used(self) -> Engine | None:
        """What the next piece of work goes to first; None: the last resort. Any thread."""
        return next((one.engine for one in self._candidates if not one.is_away), None)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """All of them."""
        return tuple(one.engine for one in self._candidates)

    def open(self, otherwise: Callable[[], object], successor: Callable[[], str]) -> None:
        """Make the first engine ready that can be; `otherwise` makes the last resort ready where none can."""
        self._closed.clear()
        self.do(self._open, otherwise, successor)

    def do(
        self, work: Callable[[Engine], Answer], otherwise: Callable[[], Answer], successor: Callable[[], str]
    ) -> Answer:
        """The answer of the first engine that gives one, or that of `otherwise`. successor: its name, as users know it.

        An error that is of this piece of work alone, as a voice that is missing there, only passes it on."""
        failed: list[tuple[_Candidate[Engine], Exception]] = []
        for one in self._candidates:
            if one.is_away:
                one.missed(work)
                continue
            try:
                answer = work(one.engine)
            except Exception as error:
                if _is_of_engine(error):
                    failed.append((one, error))
                else:
                    log.info("%s cannot do this: %s", one.engine.name, error)
                continue
            for other, failure in failed:
                self._turn_from(other, failure, work, one.engine.name)
            return answer
        try:
            return otherwise()
        finally:
            # Only now: that somebody else does it is told when it was done.
            for other, failure in failed:
                self._turn_from(other, failure, work, successor())

    def close(self) -> None:
        """End the trials, and close the engines. Idempotent."""
        self._closed.set()
        for one in self._candidates:
            one.engine.close()  # so that no trial waits for an answer
            trial, one.trial = one.trial, None
            if trial is not None:
                trial.join(_JOIN)
                one.engine.close()  # it may have been about to open it
            one.is_away = False
            one.forget()
            one.standing.returned(self)

    def _turn_from(
        self, one: _Candidate[Engine], error: Exception, work: Callable[[Engine], object], successor: str
    ) -> None:
        """Do without an engine from now on, and try it beside."""
        failure = as_engine_error(error, "backend-stopped", name=one.engine.name)
        log.info("%s is not used for now: %s", one.engine.name, failure.message.key)
        one.missed(work)
        one.is_away = True
        if one.standing.left(self):
            message = Message("engine-away", failure=failure.message, successor=successor)
            self._notify(ErrorEvent("engine-away", message, Severity.WARNING))
        one.trial = threading.Thread(target=self._try_again, args=(one,), name="parley-engine-trial", daemon=True)
        one.trial.start()

    def _try_again(self, one: _Candidate[Engine]) -> None:
        """On a thread of its own: until the engine does the newest piece of work."""
        backoff = Backoff(_FIRST, _LONGEST)
        while not self._closed.wait(backoff.wait()):
            try:
                self._open(one.engine)
                if (work := one.newest) is not None:
                    work(one.engine)
            except Exception as error:
                if _is_of_engine(error):
                    log.info("%s is still away: %s", one.engine.name, type(error).__name__)
                    continue
            if self._closed.is_set():
                return
            one.is_away, one.trial = False, None
            one.forget()
            log.info("%s is used again", one.engine.name)
            if one.standing.returned(self):
                message = Message("engine-back", name=one.engine.name)
                self._notify(ErrorEvent("engine-back", message, Severity.INFO))
            return


def _is_of_engine(error: Exception) -> bool:
    """Whether an engine is to be left alone for this error; otherwise it is one of what it was asked."""
    return isinstance(error, BackendFailed) or not isinstance(error, EngineError)
