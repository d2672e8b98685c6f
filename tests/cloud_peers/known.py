"""A recording whose words are known: a peer that hears any part of it knows at once what is said there."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, Word

_THINNED = 8
"""one sample of so many is compared"""
_LEAST = 0.4
"""seconds of sound that are needed"""
_ALIKE = 0.6
_SURE, _STEP = 0.92, 1e-4
"""the probability of the first word, and what each later one has more, by which a word is known again"""


@dataclass(frozen=True)
class Told:
    """When a peer told a word first."""

    word: Word
    """at its place in the recording"""
    at: float
    """time.monotonic"""


class KnownEar:
    """An Ear. words: of the recording, in order. slack: seconds of a word's end that need not be there."""

    def __init__(self, recording: Samples, words: Sequence[Word], language: str = "en", slack: float = 0.05) -> None:
        self._slack = slack
        self._recording = _thin(recording)
        self._words = tuple(words)
        self._language = language
        self._lock = threading.Lock()
        self.told: dict[int, Told] = {}
        """by the word's number"""

    def hear(self, samples: Samples, languages: tuple[str, ...]) -> tuple[str, tuple[Word, ...]]:
        seconds = len(samples) / SAMPLE_RATE
        begin = self._place(samples)
        if begin is None:
            return self._language, ()
        found = [
            (number, word)
            for number, word in enumerate(self._words)
            if (word.start + word.end) / 2 >= begin and word.end <= begin + seconds + self._slack
        ]
        return self._language, tuple(
            Word(word.text, max(0.0, word.start - begin), min(seconds, word.end - begin), _SURE + number * _STEP)
            for number, word in found
        )

    def tell(self, words: tuple[Word, ...]) -> None:
        """These go out now."""
        now = time.monotonic()
        with self._lock:
            for word in words:
                number = round((word.probability - _SURE) / _STEP)
                self.told.setdefault(number, Told(self._words[number], now))

    def _place(self, samples: Samples) -> float | None:
        """The second of the recording at which this begins; None: it is nothing of it."""
        if len(samples) < _LEAST * SAMPLE_RATE:
            return None
        window = _thin(samples)
        size = 1 << (len(window) + len(self._recording) - 1).bit_length()
        product = np.fft.rfft(self._recording, size) * np.conj(np.fft.rfft(window, size))
        correlation = np.fft.irfft(product, size)
        at = int(np.argmax(correlation))
        # A window may begin before the recording: in the silence that was pushed before it.
        begin = at if at < len(self._recording) else at - size
        beside = self._recording[max(0, begin) : max(0, begin + len(window))]
        energy = float(np.sqrt(np.dot(window, window) * np.dot(beside, beside)))
        if not energy or correlation[at] / energy < _ALIKE:
            return None
        return begin * _THINNED / SAMPLE_RATE


def _thin(samples: Samples) -> Samples:
    """Averages of a few samples each."""
    whole = len(samples) // _THINNED * _THINNED
    thinned: Samples = samples[:whole].reshape(-1, _THINNED).mean(axis=1)
    return thinned
