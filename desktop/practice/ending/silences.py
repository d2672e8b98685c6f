"""When a word is really over: an alignment gives it the silence behind it, too. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from desktop.engine.events import SAMPLE_RATE, Samples, Word

_FRAME = SAMPLE_RATE // 100
"""samples: 10 ms"""
_QUIET = 0.05
"""share of the level of loud speech (its 95th percentile) below which nobody speaks: 26 dB"""
_ABOVE_NOISE = 2.5
"""times the level of the quietest frames, below which it is noise: 8 dB"""
_SHORTEST = 0.05
"""seconds of a word"""


def without_silence(words: Sequence[Word], samples: Samples) -> tuple[Word, ...]:
    """The words, each ending with its last sound. samples: shape (n,), 16 kHz, which their times belong to."""
    loud = _loud(samples)
    return tuple(replace(word, end=_end(word, loud)) for word in words)


def _loud(samples: Samples) -> NDArray[np.bool_]:
    """Whether there is a voice, by frame."""
    whole = len(samples) - len(samples) % _FRAME
    if not whole:
        return np.zeros(0, np.bool_)
    levels = np.sqrt(np.mean(samples[:whole].reshape(-1, _FRAME) ** 2, axis=1))
    quiet = max(_QUIET * float(np.percentile(levels, 95)), _ABOVE_NOISE * float(np.percentile(levels, 2)))
    found: NDArray[np.bool_] = levels > quiet
    return found


def _end(word: Word, loud: NDArray[np.bool_]) -> float:
    first = round(word.start * SAMPLE_RATE) // _FRAME
    sounds = np.flatnonzero(loud[first : round(word.end * SAMPLE_RATE) // _FRAME])
    if not sounds.size:
        return word.end
    return min(word.end, max(word.start + _SHORTEST, (first + int(sounds[-1]) + 1) * _FRAME / SAMPLE_RATE))
