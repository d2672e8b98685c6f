"""Audio waiting to be played, at the device's rate. Filled and emptied from any threads; knows no device."""

from collections import deque
from threading import Lock

import numpy as np

from desktop.engine.events import Samples

_FADE = 0.005
"""seconds over which sound goes out after `clear`: short enough to be at once, long enough not to click"""


class PlayQueue:
    """rate: Hz of everything that goes in and out."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._lock = Lock()
        self._pieces: deque[Samples] = deque()
        self._waiting = 0
        self._gain = 1.0
        self._fading: Samples = np.zeros(0, np.float32)
        self.volume = 1.0
        """0..1; takes effect smoothly with the next block"""

    @property
    def seconds(self) -> float:
        """Audio that waits."""
        return self._waiting / self.rate

    def add(self, samples: Samples) -> None:
        """Append audio, shape (n,)."""
        if len(samples):
            with self._lock:
                self._pieces.append(np.asarray(samples, np.float32))
                self._waiting += len(samples)

    def clear(self) -> None:
        """Drop everything; what sounds now fades out within 5 ms."""
        with self._lock:
            count = int(self.rate * _FADE)
            tail = self._take(count)
            self._pieces.clear()
            self._waiting = 0
            self._fading = tail * np.linspace(1, 0, len(tail), dtype=np.float32)

    def read(self, count: int) -> Samples:
        """The next `count` samples; silence where nothing waits."""
        block = np.zeros(count, np.float32)
        with self._lock:
            fading, self._fading = self._fading[:count], self._fading[count:]
            block[: len(fading)] = fading
            audio = self._take(count - len(fading))
            block[len(fading) : len(fading) + len(audio)] = audio
        target = self.volume
        if self._gain != 1.0 or target != 1.0:
            block *= np.linspace(self._gain, target, count, dtype=np.float32)
        self._gain = target
        return block

    def _take(self, count: int) -> Samples:
        taken: list[Samples] = []
        while count and self._pieces:
            piece = self._pieces[0]
            taken.append(piece[:count])
            if len(piece) > count:
                self._pieces[0] = piece[count:]
            else:
                self._pieces.popleft()
            self._waiting -= len(taken[-1])
            count -= len(taken[-1])
        return np.concatenate(taken) if taken else np.zeros(0, np.float32)
