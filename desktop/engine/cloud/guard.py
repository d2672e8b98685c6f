"""What every piece of work for a cloud engine passes: may it go there now, what does it cost, is it answered in time.

Used by one stage, on its thread or that of a trial, one at a time.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Literal, TypeVar

from desktop.engine.cloud.catalogue import Price
from desktop.engine.cloud.errors import CloudFailed, Failure, kind_of
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.network import failure_of
from desktop.engine.cloud.spending import Spending
from desktop.engine.cloud.workers import OutOfTime, Runner, Workers
from desktop.engine.errors import EngineError

Answer = TypeVar("Answer")
Part = Literal["whole", "step", "opening"]
"""A piece of work; one step of several; or what comes before any, which is tried again and again while it fails."""

MORE = 1.2
"""seconds that live work gets beyond what such work took: what is left of two is the next engine's"""
MOST = 5.0
"""seconds that live work gets at most, however slow the engine was"""
_UNMEASURED = 0.4
"""seconds that work of a kind is thought to take before any was done"""
_REMEMBERED = 16


class Rules:
    """What holds for all engines at the moment. cap: gives US dollars a day. is_never: gives whether the user, or
    whoever set up this machine, forbids them. is_metered: gives whether they must rest on this network."""

    def __init__(
        self,
        spending: Spending,
        cap: Callable[[], float],
        is_never: Callable[[], bool],
        is_metered: Callable[[], bool],
    ) -> None:
        self.spending = spending
        self._cap = cap
        self._is_never = is_never
        self._is_metered = is_metered

    def against(self, price: Price, cost: float, *, is_here: bool) -> Failure | None:
        """Why work may not be sent; None: it may. cost: of this work, US dollars. is_here: it stays on this machine."""
        if self._is_never():
            return Failure.POLICY
        if not is_here and self._is_metered():
            return Failure.METERED
        if price.dollars and self.spending.dollars + cost > self._cap():
            return Failure.CAP
        return None


class Guard:
    """name: of the engine, as users know it. is_here: it is on this machine. extra: of the package, with its library.
    clock: seconds, never back. workers: what has calls done in time."""

    def __init__(
        self,
        name: str,
        meter: Meter,
        rules: Rules,
        *,
        is_here: bool = False,
        extra: str = "",
        clock: Callable[[], float] = time.monotonic,
        workers: Runner | None = None,
    ) -> None:
        self.name = name
        self.meter = meter
        self._rules = rules
        self._is_here = is_here
        self._extra = extra
        self._clock = clock
        self._workers = workers or Workers("parley-cloud")
        self._took: dict[str, deque[float]] = {}

    def check(self, *, seconds: float = 0.0, characters: int = 0) -> None:
        """Raises CloudFailed where so much sound or text may not be sent now."""
        price = self.meter.price
        cost = price.of(seconds=seconds, characters=characters)
        failure = self._rules.against(price, cost, is_here=self._is_here)
        if failure is not None:
            raise CloudFailed(failure, self.name)

    def do(
        self,
        kind: str,
        call: Callable[[], Answer],
        *,
        seconds: float = 0.0,
        characters: int = 0,
        size: float = 1.0,
        most: float = MOST,
        least: float = 0.0,
        part: Part = "whole",
    ) -> Answer:
        """What the call gives. seconds, characters: what it sends. kind: work that takes about as long; size: how much
        there is of it, 1 for little. most, least: seconds that it may take at most, and that it may take however
        fast it was before. part: of what is counted. Raises EngineError: CloudFailed where there is no better kind."""
        if part == "whole":
            self.meter.asked()
        try:
            self.check(seconds=seconds, characters=characters)
        except CloudFailed as error:
            if part != "opening":  # which is tried all the time
                self._count_failure(part, error)
            raise
        self.sent(seconds=seconds, characters=characters)
        began = self._clock()
        try:
            answer = self._workers.run(max(least, self.limit(kind, size, most)), call)
        except Exception as error:
            failure = self._failure(error)
            self._count_failure(part, failure)
            raise failure from (None if failure is error else error)
        took = self._clock() - began
        self._took.setdefault(kind, deque(maxlen=_REMEMBERED)).append(took / size)
        if part == "whole":
            self.meter.answered(took)
        return answer

    def sent(self, *, seconds: float = 0.0, characters: int = 0) -> None:
        """So much is sent, beside what `do` counts."""
        cost = self.meter.sent(seconds=seconds, characters=characters)
        if cost:
            self._rules.spending.add(cost)

    def limit(self, kind: str, size: float = 1.0, most: float = MOST) -> float:
        """Seconds that work may take."""
        took = tuple(self._took.get(kind, ()))
        return min(most, MORE + (max(took) if took else _UNMEASURED) * size)

    def aside(self, call: Callable[[], object]) -> None:
        """Have something done that nobody waits for, as closing what may stand still. Returns at once."""
        self._workers.aside(call)

    def close(self) -> None:
        self._workers.close()

    def _count_failure(self, part: Part, error: EngineError) -> None:
        if part == "step":
            self.meter.asked()  # what it is a step of will not be
        self.meter.failed(kind_of(error))

    def _failure(self, error: Exception) -> EngineError:
        if isinstance(error, OutOfTime):
            return CloudFailed(Failure.STALL, self.name)
        if isinstance(error, EngineError):
            return error
        if isinstance(error, ImportError):
            return CloudFailed(Failure.LIBRARY, self.name, detail=self._extra)
        if isinstance(error, OSError):
            return CloudFailed(failure_of(error), self.name)
        return CloudFailed(Failure.GARBAGE, self.name)
