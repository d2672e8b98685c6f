"""Whether figures rise with time: the slope of the line of least squares and how sure it is. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Trend:
    """The slope of a line, in units of y per unit of x, and the bounds of its confidence interval."""

    slope: float
    low: float
    high: float

    def is_flat(self, bound: float) -> bool:
        """Whether it may well be 0, or is at most `bound` with the certainty of the interval."""
        return self.low <= 0 or self.high <= bound


def trend(x: Sequence[float], y: Sequence[float], *, level: float = 0.95) -> Trend:
    """Through the points, with Student's interval, which takes the points' errors as independent and normal. Raises
    ValueError for fewer than three points, or if all x are the same."""
    count = len(x)
    if count < 3 or len(set(x)) < 2:
        raise ValueError("a slope takes three points")
    middle_x, middle_y = sum(x) / count, sum(y) / count
    spread = sum((one - middle_x) ** 2 for one in x)
    value = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True)) / spread
    rest = sum((b - middle_y - value * (a - middle_x)) ** 2 for a, b in zip(x, y, strict=True))
    half = math.sqrt(rest / (count - 2) / spread) * student(count - 2, level)
    return Trend(value, value - half, value + half)


def student(freedom: int, level: float) -> float:
    """Two-sided quantile of Student's t: exact for 1 and 2 degrees of freedom, otherwise by the series of Cornish and
    Fisher (Abramowitz and Stegun 26.7.5), right to 1 % from 3 on."""
    chance = (1 + level) / 2
    if freedom == 1:
        return math.tan(math.pi * (chance - 0.5))
    if freedom == 2:
        return (2 * chance - 1) * math.sqrt(2 / (4 * chance * (1 - chance)))
    z = NormalDist().inv_cdf(chance)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / float(freedom) ** (index + 1) for index, term in enumerate(terms))
