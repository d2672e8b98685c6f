"""What a simulated recogniser hears: the words of a known talk, where its window lies. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from desktop.bench.load.talks import Talk
from desktop.engine.events import SAMPLE_RATE, Samples, Word

_PIECE = SAMPLE_RATE // 10
_EDGE = 0.1
"""seconds before the end of a window in which nobody can tell a word yet"""
_SURE = 0.95


def timed(talk: Talk) -> tuple[Word, ...]:
    """The words of a talk, each as long as its letters, from the first sound of its recording to the last."""
    found = []
    for (start, end), text in zip(talk.sentences, talk.texts, strict=True):
        words = text.split()
        letters = np.cumsum([0, *(len(word) for word in words)]) / max(1, sum(len(word) for word in words))
        times = start + letters * (end - start)
        found += [
            Word(word, float(times[index]), float(times[index + 1]), _SURE, _SURE) for index, word in enumerate(words)
        ]
    return tuple(found)


class Script:
    """The talks that may be heard, all of them from their beginning."""

    def __init__(self, talks: Sequence[Talk]) -> None:
        self._talks = tuple((talk.samples, timed(talk)) for talk in talks)

    def heard(self, samples: Samples, end: float, *, is_final: bool) -> tuple[Word, ...]:
        """The words in a window, shape (n,), that ends at that second of one of the talks; times are seconds from the
        window's beginning. A word at its border belongs where its middle lies. Empty where no talk sounds so there."""
        last = round(end * SAMPLE_RATE)
        first = last - len(samples)
        loudest = _loudest(samples)
        for said, words in self._talks:
            piece = said[first + loudest : first + loudest + _PIECE] if first + loudest >= 0 else said[:0]
            given = samples[loudest : loudest + len(piece)]
            if 0 < len(piece) == len(given) and np.allclose(piece, given, atol=1e-3):
                begin = first / SAMPLE_RATE
                return tuple(
                    replace(word, start=max(0.0, word.start - begin), end=min(word.end, end) - begin)
                    for word in words
                    if begin < (word.start + word.end) / 2 <= end and (is_final or word.end <= end - _EDGE)
                )
        return ()


def _loudest(samples: Samples) -> int:
    """Where the loudest tenth of a second begins: there is more than one silence."""
    count = len(samples) // _PIECE
    if not count:
        return 0
    power = np.square(samples[: count * _PIECE]).reshape(count, _PIECE).sum(axis=1)
    return int(np.argmax(power)) * _PIECE
