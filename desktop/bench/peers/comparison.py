"""All runs of each system, summed up and set against each other, with 95 % intervals. Pure.

What is drawn anew for an interval are sentences, all repeats of one together; for processor time, runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from desktop.bench.figures.bootstrap import Interval, interval, spread_out
from desktop.bench.figures.erasure import Erasure
from desktop.bench.figures.errors import Errors, percentile, pooled
from desktop.bench.peers.measures import Measured

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with the interval in which it lies."""

    value: float
    low: float
    high: float


@dataclass
class Collected:
    """What one system did, sentence by sentence."""

    name: str
    label: str
    is_live: bool = True
    """it heard the audio in real time"""
    counts: bool = True
    """it is a live peer, to be set against Parley"""
    commit: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    """(track, number of the sentence) -> delays of its words in all repeats"""
    shown: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    errors: dict[tuple[str, int], Errors] = field(default_factory=dict)
    costs: list[tuple[float, float]] = field(default_factory=list)
    """(processor seconds, audio seconds) of each run"""
    revised: int = 0
    erasure: Erasure = field(default_factory=Erasure)
    rss: int = 0
    others: float = 0.0
    """seconds of the core that other programs took, in all runs"""
    late: float = 0.0

    def add(self, track: str, measured: Measured) -> None:
        """One more run."""
        for index, one in enumerate(measured.sentences):
            key = (track, index)
            self.commit.setdefault(key, []).extend(one.commit)
            self.shown.setdefault(key, []).extend(one.shown)
            self.errors[key] = self.errors.get(key, Errors()) + one.errors
        self.costs.append((measured.cpu, measured.seconds))
        self.revised += measured.revised
        self.erasure += measured.erasure
        self.rss = max(self.rss, measured.rss)
        self.others += measured.others
        self.late = max(self.late, measured.late)

    def commit_delay(self, percent: float) -> Figure | None:
        """Seconds; None if no word was recognised."""
        return _figure(list(self.commit.values()), lambda drawn: percentile(spread_out(drawn), percent))

    def shown_delay(self, percent: float) -> Figure | None:
        return _figure(list(self.shown.values()), lambda drawn: percentile(spread_out(drawn), percent))

    def word_errors(self) -> Figure | None:
        """0..; None if nothing was heard."""
        return _figure(list(self.errors.values()), lambda drawn: pooled(drawn).rate)

    @property
    def disturbance(self) -> float:
        """What other programs took of the core, per second of audio."""
        return self.others / max(1e-9, sum(seconds for _, seconds in self.costs))

    def cost(self) -> Figure | None:
        """Processor seconds per second of audio."""
        return _figure(self.costs, _per_second)


def ratio(
    ours: dict[tuple[str, int], list[float]], theirs: dict[tuple[str, int], list[float]], percent: float
) -> Figure | None:
    """Our percentile over theirs, over the sentences that both heard."""
    both = [(ours[key], theirs[key]) for key in ours if key in theirs]

    def figure(drawn: Sequence[tuple[list[float], list[float]]]) -> float:
        below = percentile(spread_out([one for _, one in drawn]), percent)
        if below <= 0:
            raise ValueError("nothing to compare with")
        return percentile(spread_out([one for one, _ in drawn]), percent) / below

    return _figure(both, figure)


def cost_ratio(ours: Collected, theirs: Collected) -> Figure | None:
    """Our processor time over theirs; None if either was not measured or theirs is nothing."""
    mine, other = ours.cost(), theirs.cost()
    if mine is None or other is None or other.value <= 0:
        return None
    return Figure(mine.value / other.value, mine.low / max(other.high, 1e-9), mine.high / max(other.low, 1e-9))


def best(systems: Sequence[Collected], figure: Callable[[Collected], Figure | None]) -> tuple[Collected, Figure] | None:
    """The peer with the lowest value; None if there is none."""
    found = [(one, value) for one in systems if one.counts and (value := figure(one))]
    return min(found, key=lambda one: one[1].value, default=None)


def _per_second(costs: Sequence[tuple[float, float]]) -> float:
    return sum(cpu for cpu, _ in costs) / sum(seconds for _, seconds in costs)


def _figure(pieces: Sequence[T], figure: Callable[[Sequence[T]], float]) -> Figure | None:
    try:
        value = figure(pieces)
        spread: Interval = interval(pieces, figure)
    except (ValueError, ZeroDivisionError):
        return None
    return Figure(value, spread.low, spread.high)
