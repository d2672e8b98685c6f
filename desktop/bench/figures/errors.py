"""Figures of a measurement: summaries, word error rates, agreement with a script. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.engine.text.compare import normalized_words


@dataclass(frozen=True, slots=True)
class Summary:
    """Of at least one value, in the values' unit."""

    count: int
    minimum: float
    median: float
    p95: float
    p99: float
    maximum: float


def summarized(values: Sequence[float]) -> Summary:
    """Raises ValueError if there are no values."""
    if not values:
        raise ValueError("nothing was measured")
    return Summary(
        len(values),
        min(values),
        percentile(values, 50),
        percentile(values, 95),
        percentile(values, 99),
        max(values),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """With linear interpolation between the two nearest values; ValueError if there are none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def normalized(text: str, *, accents: bool = True) -> list[str]:
    """Words as error rates and delays compare them: the engine's `normalized_words`. accents: False for scripts that
    were written without them.

    Symbols are no words: a script that writes * or # where the speaker says "star" or "pound" counts one insertion
    for each, with any recogniser."""
    return normalized_words(text, accents=accents)


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of a hypothesis against what was said; sums of several pool them."""

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    words: int = 0
    """words that were said"""

    @property
    def count(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Word error rate, 0..; what was said must not be empty."""
        return self.count / self.words

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.words + other.words,
        )


def pooled(errors: Iterable[Errors]) -> Errors:
    """The errors of several texts as those of one."""
    return sum(errors, Errors())


def word_errors(said: str, heard: str, *, accents: bool = True) -> Errors:
    """Least edits between the normalised texts, through jiwer. Raises ValueError if nothing was said."""
    import jiwer

    reference, hypothesis = normalized(said, accents=accents), normalized(heard, accents=accents)
    if not reference:
        raise ValueError("no words were said")
    found = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    return Errors(found.substitutions, found.deletions, found.insertions, len(reference))


def matched_words(said: Sequence[str], heard: Sequence[str]) -> dict[int, int]:
    """For each normalised word that was said and heard: its index in `said` -> its index in `heard`."""
    import jiwer

    if not said or not heard:
        return {}
    found = jiwer.process_words(" ".join(said), " ".join(heard))
    matched = {}
    for chunk in found.alignments[0]:
        if chunk.type == "equal":
            for offset in range(chunk.ref_end_idx - chunk.ref_start_idx):
                matched[chunk.ref_start_idx + offset] = chunk.hyp_start_idx + offset
    return matched
