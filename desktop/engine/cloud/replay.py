"""Which part of a window of sound a stream has already, so that a stream gets each sample once, and a new one gets all
that no final covers. Pure.

The windows of a running utterance grow at their end and lose their beginning, and their samples do not change.
"""

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples

_ANCHOR = 256
"""samples by which a window is found"""
_LEAST = SAMPLE_RATE // 4
"""samples in common from which on it is the same sound"""
_TRIES = 8
"""places where they may be found: the same silence may be there more than once"""
_SIZE = 4
"""bytes of a sample"""


class SentSound:
    """The sound that one stream got."""

    def __init__(self) -> None:
        self._data = bytearray()

    def __len__(self) -> int:
        """Samples."""
        return len(self._data) // _SIZE

    def add(self, samples: Samples) -> None:
        """shape (n,)"""
        self._data += np.ascontiguousarray(samples, np.float32).tobytes()

    def start_of(self, window: Samples) -> int | None:
        """The sample at which a window, shape (n,), begins in what was sent; it may be longer than that. None: it is
        other sound, or has too little in common."""
        least = min(_LEAST, len(window))
        if not least:
            return None
        data = np.ascontiguousarray(window, np.float32).tobytes()
        # By its very beginning, which is in what was sent if anything is; where that is a silence like others, by more.
        for length in dict.fromkeys((least, max(least, len(window) // 4))):
            if (start := self._found(data, _loudest(window[:length]), least)) is not None:
                return start
        return None

    def _found(self, data: bytes, offset: int, least: int) -> int | None:
        """Where a window begins of which the sample at `offset` and those that follow are looked for."""
        anchor = data[_SIZE * offset : _SIZE * (offset + _ANCHOR)]
        at = -1
        for _ in range(_TRIES):
            at = self._data.find(anchor, at + 1)
            if at < 0:
                return None
            start = at - _SIZE * offset
            common = min(len(data), len(self._data) - start)
            is_there = start >= 0 and not start % _SIZE and common >= _SIZE * least
            if is_there and self._data[start : start + common] == data[:common]:
                return start // _SIZE
        return None


def _loudest(samples: Samples) -> int:
    """The sample at which the loudest piece begins: there is more than one silence."""
    count = max(1, len(samples) // _ANCHOR)
    loudness = [float(np.abs(samples[n * _ANCHOR : (n + 1) * _ANCHOR]).sum()) for n in range(count)]
    return _ANCHOR * int(np.argmax(loudness))
