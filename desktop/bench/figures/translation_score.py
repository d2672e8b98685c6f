"""BLEU and chrF of translations, through sacrebleu, which only the benchmark needs. Pure.

BLEU: Papineni et al. 2002; chrF: Popović 2015. Both of a whole corpus, 0 to 100; signatures are sacrebleu's defaults.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.bench.figures.bootstrap import Interval, interval

MISSING = (
    "BLEU and chrF need the package sacrebleu, which is not installed; install Parley with its extra bench, or "
    "sacrebleu into Parley's environment."
)


@dataclass(frozen=True, slots=True)
class Score:
    """How close translations are to the references, with 95 % intervals over the texts."""

    bleu: float
    chrf: float
    bleu_interval: Interval
    chrf_interval: Interval


def is_available() -> bool:
    """Whether scores can be taken."""
    return importlib.util.find_spec("sacrebleu") is not None


def score(pairs: Sequence[tuple[str, str]]) -> Score:
    """Of (translation, reference); at least one. ValueError if there is none."""
    if not pairs:
        raise ValueError("nothing was translated")
    return Score(_bleu(pairs), _chrf(pairs), interval(pairs, _bleu, times=200), interval(pairs, _chrf, times=200))


def _bleu(pairs: Sequence[tuple[str, str]]) -> float:
    import sacrebleu

    return float(sacrebleu.corpus_bleu([text for text, _ in pairs], [[reference for _, reference in pairs]]).score)


def _chrf(pairs: Sequence[tuple[str, str]]) -> float:
    import sacrebleu

    return float(sacrebleu.corpus_chrf([text for text, _ in pairs], [[reference for _, reference in pairs]]).score)
