"""When to leave what keeps failing alone for a while, and when to try it again. Pure: the clock is given.

A circuit breaker (Nygard: "Release It!", 2007). Closed: work is let through. Too many failures within the recovery time
open it: no work is let through. When the recovery time is over it is half open: work is let through on trial, the
first success closes it and a failure opens it again.

Failures are counted over time, not in a row: what fails every third time is broken, too.
"""

from collections import deque
from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether work is let through."""

    CLOSED = "closed"
    """yes"""
    OPEN = "open"
    """no"""
    HALF_OPEN = "half-open"
    """yes, on trial"""


class CircuitBreaker:
    """Counts failures and says whether work is let through.

    failures: how many within `recovery` seconds open it.
    clock: seconds of a clock that never goes back.
    """

    def __init__(self, failures: int, recovery: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed_at: deque[float] = deque()
        self._opened_at: float | None = None
        self.configure(failures, recovery)

    def configure(self, failures: int, recovery: float) -> None:
        """Take new limits; what was counted stays."""
        self._limit = failures
        self._recovery = recovery

    @property
    def state(self) -> BreakerState:
        """Now."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        waited = self._clock() - self._opened_at
        return BreakerState.OPEN if waited < self._recovery else BreakerState.HALF_OPEN

    @property
    def lets_through(self) -> bool:
        """Whether work may be tried now."""
        return self.state is not BreakerState.OPEN

    def failed(self) -> None:
        """Work failed. While open, this was work from before, and changes nothing."""
        state, now = self.state, self._clock()
        if state is BreakerState.OPEN:
            return
        while self._failed_at and now - self._failed_at[0] >= self._recovery:
            self._failed_at.popleft()
        self._failed_at.append(now)
        if state is BreakerState.HALF_OPEN or len(self._failed_at) >= self._limit:
            self._opened_at = now
            self._failed_at.clear()

    def succeeded(self) -> None:
        """Work was done. Closes what was half open; while open, this was work from before, and changes nothing."""
        if self.state is BreakerState.HALF_OPEN:
            self._opened_at = None

    def reset(self) -> None:
        """What failed was replaced: closed, nothing counted."""
        self._failed_at.clear()
        self._opened_at = None
