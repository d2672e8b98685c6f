"""Where somebody speaks in a recording whose words have no known times. Pure."""

from collections.abc import Sequence

import numpy as np

from desktop.bench.figures.delays import Sentence
from desktop.engine.events import SAMPLE_RATE, Samples

_FRAME = SAMPLE_RATE // 100
"""samples whose level is looked at: 10 ms"""
_QUIET = 0.03
"""share of the loudest frame below which nobody speaks: 30 dB"""
_ABOVE_NOISE = 2.5
"""times the level of the quietest frames, below which it is noise: 8 dB"""
PAUSE = 0.15
"""seconds of quiet that end a stretch; no utterance of the engine ends after less"""
_CLICK = 0.05
"""seconds; what is shorter is no speech"""


def stretches(samples: Samples) -> tuple[tuple[float, float], ...]:
    """(begin, end) in seconds of each stretch of speech without a pause, in order; samples of shape (n,) at 16 kHz."""
    whole = len(samples) - len(samples) % _FRAME
    if not whole:
        return ()
    levels = np.sqrt(np.mean(samples[:whole].reshape(-1, _FRAME) ** 2, axis=1))
    quiet = max(_QUIET * float(levels.max()), _ABOVE_NOISE * float(np.percentile(levels, 1)))
    found: list[tuple[int, int]] = []
    pause = round(PAUSE * SAMPLE_RATE / _FRAME)
    for at in np.flatnonzero(levels > quiet).tolist():
        if found and at - found[-1][1] < pause:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    seconds = _FRAME / SAMPLE_RATE
    return tuple((begin * seconds, end * seconds) for begin, end in found if (end - begin) * seconds >= _CLICK)


def spoken(
    bounds: Sequence[tuple[float, float]], words: Sequence[tuple[str, float]] = (), begin: float = 0.0
) -> tuple[Sentence, ...]:
    """Stretches as sentences of a script that begins at `begin` seconds. words: (word, when it ends) in seconds of the
    recording, in order; each goes to the stretch it ends in or is nearest to, and no word ends after its stretch."""
    shares: list[list[tuple[str, float]]] = [[] for _ in bounds]
    for word, end in words:
        nearest = min(range(len(bounds)), key=lambda index: _distance(bounds[index], end), default=None)
        if nearest is not None:
            first, last = bounds[nearest]
            shares[nearest].append((word, begin + min(max(end, first), last)))
    return tuple(
        Sentence(" ".join(word for word, _ in share), begin + first, begin + last, tuple(share))
        for (first, last), share in zip(bounds, shares, strict=True)
    )


def _distance(bounds: tuple[float, float], at: float) -> float:
    """Seconds from a time to a stretch; 0 inside of it."""
    return max(bounds[0] - at, at - bounds[1], 0.0)
