"""How sure a figure is: percentile bootstrap (Efron: "Bootstrap methods: another look at the jackknife", 1979). Pure.

What is resampled are the independent pieces of a measurement, for example sentences or recordings, not the words in
them, which succeed and fail together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from desktop.bench.figures.errors import percentile

T = TypeVar("T")
TIMES = 1000


@dataclass(frozen=True, slots=True)
class Interval:
    """Between these two values the figure lies, as surely as `level` said."""

    low: float
    high: float


def interval(
    pieces: Sequence[T],
    figure: Callable[[Sequence[T]], float],
    *,
    level: float = 0.95,
    times: int = TIMES,
    seed: int = 0,
) -> Interval:
    """The figure of as many pieces drawn with replacement, again and again; the same answer for the same input.

    figure: may raise ValueError where it has no value for what was drawn; such draws are left out.
    Raises ValueError if there are no pieces, or no draw has a value."""
    if not pieces:
        raise ValueError("nothing was measured")
    draws = np.random.default_rng(seed).integers(0, len(pieces), (times, len(pieces)))
    values = []
    for draw in draws:
        try:
            values.append(figure([pieces[index] for index in draw]))
        except ValueError:
            continue
    spare = 50 * (1 - level)
    return Interval(percentile(values, spare), percentile(values, 100 - spare))


def spread_out(groups: Sequence[Sequence[float]]) -> list[float]:
    """The values of all groups, for a figure of groups that is one of their values."""
    return [value for group in groups for value in group]
