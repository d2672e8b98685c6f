"""What was sent to each cloud engine, how well and how fast it answered, and what that costs by its public price.

Any thread.
"""

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from desktop.engine.cloud.catalogue import Price
from desktop.engine.requests import Stage

_REMEMBERED = 1000
"""answers whose times are kept"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one engine in one stage, since the program started."""

    engine: str
    """its key"""
    label: str
    """as users know it"""
    stage: Stage
    asked: int
    """pieces of work that were sent"""
    answered: int
    fallbacks: int
    """pieces of work that another engine did in its place"""
    failures: Mapping[str, int]
    """by kind (`cloud/errors.py`), `other` for what has none"""
    seconds: float
    """of sound that was sent"""
    characters: int
    """of text that was sent"""
    dollars: float
    """US dollars by the public price"""
    p50: float
    """seconds until an answer; 0 before there is any"""
    p95: float
    p99: float
    is_used: bool
    """False: it is left alone for now"""

    @property
    def success(self) -> float:
        """Share of what was sent that was answered, 0..1; 1 before anything is."""
        return self.answered / self.asked if self.asked else 1.0


class Meter:
    """Counts for one engine in one stage."""

    def __init__(self, engine: str, label: str, stage: Stage, price: Price) -> None:
        self._engine, self._label, self._stage, self.price = engine, label, stage, price
        self._lock = threading.Lock()
        self._asked = self._answered = self._fallbacks = self._characters = 0
        self._seconds = self._dollars = 0.0
        self._failures: Counter[str] = Counter()
        self._latencies: deque[float] = deque(maxlen=_REMEMBERED)
        self._is_used = True

    def asked(self) -> None:
        """A piece of work goes there."""
        with self._lock:
            self._asked += 1

    def sent(self, *, seconds: float = 0.0, characters: int = 0) -> float:
        """So much of it left. Returns what it costs in US dollars."""
        cost = self.price.of(seconds=seconds, characters=characters)
        with self._lock:
            self._seconds += seconds
            self._characters += characters
            self._dollars += cost
        return cost

    def answered(self, latency: float) -> None:
        """The piece of work was done within so many seconds."""
        with self._lock:
            self._answered += 1
            self._latencies.append(latency)

    def failed(self, kind: str) -> None:
        """It was not. kind: of `cloud/errors.py`."""
        with self._lock:
            self._failures[kind] += 1

    def fell_back(self) -> None:
        """Another engine did a piece of work in its place."""
        with self._lock:
            self._fallbacks += 1

    def used(self, *, is_so: bool) -> None:
        """Whether work goes there, or it is left alone for now."""
        with self._lock:
            self._is_used = is_so

    def figures(self) -> Figures:
        with self._lock:
            times = sorted(self._latencies)
            return Figures(
                self._engine,
                self._label,
                self._stage,
                self._asked,
                self._answered,
                self._fallbacks,
                dict(self._failures),
                self._seconds,
                self._characters,
                self._dollars,
                percentile(times, 0.5),
                percentile(times, 0.95),
                percentile(times, 0.99),
                self._is_used,
            )


def percentile(ordered: list[float], share: float) -> float:
    """The value below which so much of them lies (nearest rank); 0 of none. ordered: the least first."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
