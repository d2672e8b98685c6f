"""What an outage cost: words, and seconds until text came again; what a long time cost: memory. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from desktop.bench.load.figures import words
from desktop.bench.load.speaker import Spoken

MEGABYTE = 1_000_000
_WARM = 0.25
"""share of the time after which what is kept for later is there"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one program over time, MB."""

    seen: tuple[float, ...]

    @property
    def early(self) -> float:
        """The median of the second quarter."""
        start = int(_WARM * len(self.seen))
        return median(self.seen[start : max(start + 1, 2 * start)])

    @property
    def late(self) -> float:
        """The median of the last quarter."""
        return median(self.seen[-max(1, int(_WARM * len(self.seen))) :])

    @property
    def most(self) -> float:
        return max(self.seen)

    @property
    def growth(self) -> float:
        """MB from the second quarter to the last."""
        return self.late - self.early


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one run."""

    said: int
    """words, of all speakers together, as they are understood alone"""
    lost: int
    doubled: int
    changed: int
    untranslated: int
    """final utterances without a final translation, where one was wanted"""
    recovery: float | None
    """seconds from the fault until every speaker had text again of what was said after it; None: one never had"""
    mended: float
    """seconds that the fault itself took"""
    cuts: int
    """connections that clients lost"""
    left: int
    """jobs that stayed in the queues"""
    seconds: float
    problem: str = ""
    """what must not be, besides lost words"""

    is_broken: bool = False
    """the cluster did not come back, or the clients did not come to an end"""

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


def outcome(
    spoken: Sequence[Spoken], alone: Sequence[str], at: float, mended: float, left: int, seconds: float
) -> Outcome:
    """alone: the text of each talk when nothing happens. at: of the fault, as `Spoken.began` counts."""
    compared = words(alone, [one.text for one in spoken])
    back = [recovery(one, at - one.began) for one in spoken]
    times = [one for one in back if one is not None]
    refused = [one.refused for one in spoken if one.refused]
    untold = sum(not one.is_told for one in spoken)
    problem = refused[0] if refused else f"{untold} talks were not told to their end" if untold else ""
    return Outcome(
        compared.said,
        compared.lost,
        compared.doubled,
        compared.changed,
        sum(one.untranslated for one in spoken),
        max(times) if len(times) == len(back) else None,
        mended,
        sum(one.cuts for one in spoken),
        left,
        seconds,
        problem,
    )


def broken(problem: str) -> Outcome:
    """Of a run that did not come to its end."""
    return Outcome(0, 0, 0, 0, 0, None, 0.0, 0, 0, 0.0, problem, is_broken=True)


def recovery(spoken: Spoken, at: float) -> float | None:
    """Seconds from a moment of a talk until the first text that tells of what was said after it."""
    came = [one.at for one in spoken.came if one.at >= at and one.end > at and one.text]
    return min(came) - at if came else None
