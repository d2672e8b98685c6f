"""Engines in the order in which they are preferred: which has the next piece of work, and when to go back.

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
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from desktop.engine.cloud.errors import CloudFailed, Failure
from desktop.engine.cloud.meter import Meter
from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.takeover import Notify, as_engine_error

log = logging.getLogger(__name__)

_FIRST, _LONGEST = 0.5, 8.0
"""seconds until an engine is tried again, at first and at last"""
_LASTING = frozenset({Failure.KEY, Failure.FORBIDDEN, Failure.QUOTA, Failure.SETTING, Failure.LIBRARY})
"""what does not pass by itself: knocking often helps nobody, and may lock the user out"""
_LASTING_WAIT = 20.0
_FRESH = 30.0
"""seconds for which an engine is tried with a piece of work; later it is only opened"""
_HURRY = 0.4
"""seconds after which an engine that failed leaves no time for another one elsewhere, which may fail alike: what is
left of two seconds is the last resort's"""
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


@dataclass(frozen=True, slots=True, eq=False)
class Choice(Generic[Engine]):
    """An engine that is to be in the order."""

    key: Hashable
    """as long as it stays the same, so does the engine"""
    make: Callable[[], Engine]
    standing: Standing


def fixed(engine: Engine, standing: Standing | None = None) -> Choice[Engine]:
    """An engine that is there already."""
    return Choice(id(engine), lambda: engine, standing or Standing())


class Cancellable(Protocol):
    """Something that will be done later."""

    def cancel(self) -> None: ...

    def join(self, timeout: float | None = None) -> None: ...


Later = Callable[[float, Callable[[], None]], Cancellable]
"""Has something done after so many seconds, on a thread of its own."""


def on_a_timer(seconds: float, action: Callable[[], None]) -> Cancellable:
    """With real time."""
    timer = threading.Timer(seconds, action)
    timer.name = "parley-engine-trial"
    timer.daemon = True
    timer.start()
    return timer


class _Candidate(Generic[Engine]):
    """An engine, and whether it is used."""

    def __init__(self, choice: Choice[Engine]) -> None:
        self.key = choice.key
        self.engine = engine = choice.make()
        self.standing = choice.standing
        self.is_away = False
        self.is_told = False
        """that it is away"""
        self.backoff = Backoff(_FIRST, _LONGEST)
        self.trial: Cancellable | None = None
        self._newest: tuple[float, Callable[[Engine], object]] | None = None
        meter = getattr(engine, "meter", None)
        self._meter = meter if isinstance(meter, Meter) else None

    def missed(self, work: Callable[[Engine], object], now: float) -> None:
        """It could not do this, or was not asked to."""
        self._newest = (now, work)
        if self.is_told or not self.is_away:  # one that is only just being opened is missed by nobody
            self.passed_on()

    def passed_on(self) -> None:
        """Another one does a piece of work in its place."""
        if self._meter is not None:
            self._meter.fell_back()

    def set_away(self, *, is_so: bool) -> None:
        self.is_away = is_so
        if self._meter is not None:
            self._meter.used(is_so=not is_so)
        if not is_so:
            self._newest, self.is_told = None, False

    def newest(self, now: float) -> Callable[[Engine], object] | None:
        """The newest of it, if that is not long ago: what was said before is of no use to anybody, and goes nowhere."""
        newest = self._newest
        return newest[1] if newest is not None and now - newest[0] < _FRESH else None


@dataclass(frozen=True, slots=True)
class _Found(Generic[Answer]):
    answer: Answer


class Preference(Generic[Engine]):
    """Engines in the order in which they are preferred; the last resort is the caller's.

    open: makes an engine ready for work; may raise EngineError, and may be called again. notify: gets one event when
    an engine is not used any more, and one when it is again. clock: seconds, never back. later: how trials come to
    pass. Used on one thread; trials run on their own.
    """

    def __init__(
        self,
        choices: Sequence[Choice[Engine]],
        open: Callable[[Engine], object],
        notify: Notify,
        *,
        clock: Callable[[], float] = time.monotonic,
        later: Later = on_a_timer,
    ) -> None:
        self._candidates = tuple(_Candidate(choice) for choice in choices)
        self._open = open
        self._notify = notify
        self._clock = clock
        self._later = later
        self._closed = threading.Event()
        self._wanted: Sequence[Choice[Engine]] | None = None
        self._name_here: Callable[[], str] = lambda: ""

    @property
    def used(self) -> Engine | None:
        """What the next piece of work goes to first; None: the last resort. Any thread."""
        return next((one.engine for one in self._candidates if not one.is_away), None)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """All of them."""
        return tuple(one.engine for one in self._candidates)

    @property
    def has_engines(self) -> bool:
        """Whether there is any, or will be with the next piece of work. Any thread."""
        wanted = self._wanted
        return bool(self._candidates if wanted is None else wanted) or bool(self._candidates)

    def arrange(self, choices: Sequence[Choice[Engine]]) -> None:
        """Other engines, or another order, from the next piece of work on; what is new is opened beside the work and
        used when it is ready. Any thread."""
        self._wanted = choices

    def open(self, otherwise: Callable[[], object], successor: Callable[[], str]) -> None:
        """Make the first engine ready that can be; `otherwise` makes the last resort ready where none can."""
        self._closed.clear()
        self.do(self._open, otherwise, successor)

    def do(
        self, work: Callable[[Engine], Answer], otherwise: Callable[[], Answer], successor: Callable[[], str]
    ) -> Answer:
        """The answer of the first engine that gives one, or that of `otherwise`. successor: its name, as users know it.

        An error that is of this piece of work alone, as a voice that is missing there, only passes it on."""
        self._name_here = successor
        self._rearrange()
        began = self._clock()
        failed: list[tuple[_Candidate[Engine], Exception]] = []
        late: list[_Candidate[Engine]] = []
        for one in self._candidates:
            if one.is_away:
                one.missed(work, self._clock())
            elif failed and self._clock() - began > _HURRY:
                late.append(one)
            elif (found := self._asked(one, work, failed)) is not None:
                return found.answer
        try:
            return otherwise()
        except Exception:
            # Late is better than not at all.
            for one in late:
                if (found := self._asked(one, work, failed)) is not None:
                    return found.answer
            raise
        finally:
            # Only now: that somebody else does it is told when it was done.
            self._turn_from(failed, work, successor())

    def close(self) -> None:
        """End the trials, and close the engines. Idempotent."""
        self._closed.set()
        for one in self._candidates:
            self._end(one)

    def _rearrange(self) -> None:
        choices, self._wanted = self._wanted, None
        if choices is None:
            return
        before = {one.key: one for one in self._candidates}
        after = []
        for choice in choices:
            one = before.pop(choice.key, None)
            if one is None:
                one = _Candidate(choice)
                one.set_away(is_so=True)
                self._plan(one, 0.0)
            after.append(one)
        self._candidates = tuple(after)
        for one in before.values():
            threading.Thread(target=self._end, args=(one,), name="parley-engine-end", daemon=True).start()

    def _end(self, one: _Candidate[Engine]) -> None:
        one.engine.close()  # so that no trial waits for an answer
        trial, one.trial = one.trial, None
        if trial is not None:
            trial.cancel()
            trial.join(_JOIN)
            one.engine.close()  # it may have been about to open it
        one.set_away(is_so=False)
        one.standing.returned(self)

    def _asked(
        self,
        one: _Candidate[Engine],
        work: Callable[[Engine], Answer],
        failed: list[tuple[_Candidate[Engine], Exception]],
    ) -> "_Found[Answer] | None":
        """The answer of an engine; None: it gives none."""
        try:
            answer = work(one.engine)
        except Exception as error:
            if _is_of_engine(error):
                failed.append((one, error))
            else:
                log.info("%s cannot do this: %s", one.engine.name, error)
                one.passed_on()
            return None
        self._turn_from(failed, work, one.engine.name)
        return _Found(answer)

    def _turn_from(
        self,
        failed: list[tuple[_Candidate[Engine], Exception]],
        work: Callable[[Engine], object],
        successor: str,
    ) -> None:
        """Do without these engines from now on, and try them beside."""
        for one, error in failed:
            failure = as_engine_error(error, "backend-stopped", name=one.engine.name)
            log.info("%s is not used for now: %s", one.engine.name, failure.message.key)
            one.missed(work, self._clock())
            one.set_away(is_so=True)
            self._tell_away(one, failure, successor)
            one.backoff.worked()
            self._plan(one, max(one.backoff.wait(), _least_wait(error)))
        failed.clear()

    def _tell_away(self, one: _Candidate[Engine], failure: EngineError, successor: str) -> None:
        one.is_told = True
        if one.standing.left(self):
            message = Message("engine-away", failure=failure.message, successor=successor)
            self._notify(ErrorEvent("engine-away", message, Severity.WARNING))

    def _plan(self, one: _Candidate[Engine], seconds: float) -> None:
        if not self._closed.is_set():
            one.trial = self._later(seconds, lambda: self._try(one))

    def _try(self, one: _Candidate[Engine]) -> None:
        """On a thread of its own: whether the engine does the newest piece of work."""
        if self._closed.is_set():
            return
        try:
            self._open(one.engine)
            if (work := one.newest(self._clock())) is not None:
                work(one.engine)
        except Exception as error:
            if _is_of_engine(error):
                log.info("%s is still away: %s", one.engine.name, type(error).__name__)
                if not one.is_told:
                    failure = as_engine_error(error, "backend-stopped", name=one.engine.name)
                    self._tell_away(one, failure, self._name_of_used())
                self._plan(one, max(one.backoff.wait(), _least_wait(error)))
                return
        if self._closed.is_set():
            return
        one.trial = None
        one.set_away(is_so=False)
        log.info("%s is used again", one.engine.name)
        if one.standing.returned(self):
            message = Message("engine-back", name=one.engine.name)
            self._notify(ErrorEvent("engine-back", message, Severity.INFO))

    def _name_of_used(self) -> str:
        used = self.used
        return used.name if used is not None else self._name_here()


def _is_of_engine(error: Exception) -> bool:
    """Whether an engine is to be left alone for this error; otherwise it is one of what it was asked."""
    return isinstance(error, BackendFailed) or not isinstance(error, EngineError)


def _least_wait(error: Exception) -> float:
    """Seconds until trying again may be of use."""
    if not isinstance(error, CloudFailed):
        return 0.0
    return max(error.wait or 0.0, _LASTING_WAIT if error.kind in _LASTING else 0.0)
