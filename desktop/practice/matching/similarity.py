"""How alike two tokens are, by their letters and by their sounds. Pure; one thread at a time."""

from collections.abc import Callable, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from desktop.practice.matching.alignment import Costs

Sounds = Callable[[Sequence[str]], Sequence[str]]
"""tokens -> the phonemes of each, empty where they are not known"""

_UNLIKE = 0.35
"""similarity of letters up to which two tokens have nothing in common"""


class Substitutions:
    """What it costs to take a heard token for tokens of the text: 0 the same, 1 another word. forms: the spellings of
    each token of the text that count as the same."""

    def __init__(self, forms: Sequence[tuple[str, ...]]) -> None:
        self._spellings = [spelling for some in forms for spelling in some]
        self._firsts = np.cumsum([0, *(len(some) for some in forms)])

    def __call__(self, token: str, low: int, high: int) -> Costs:
        """For the text's tokens from `low` up to, without, `high`; shape (high - low,)."""
        first, last = self._firsts[low], self._firsts[high]
        if first == last:
            return np.zeros(0, np.float32)
        spellings = self._spellings[first:last]
        alike = cdist([token], spellings, scorer=Levenshtein.normalized_similarity, dtype=np.float32)[0]
        best = np.maximum.reduceat(alike, self._firsts[low:high] - first)
        costs: Costs = np.minimum((1 - best) / np.float32(1 - _UNLIKE), np.float32(1))
        return costs


def likeness(one: str, other: str) -> float:
    """0..1: how much of two spellings, or of two words' phonemes, is the same."""
    return float(Levenshtein.normalized_similarity(one, other))
