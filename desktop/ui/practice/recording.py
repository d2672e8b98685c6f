"""The sound of a reading, in memory until it was looked at. Any thread."""

import threading

import numpy as np

from desktop.engine.events import SAMPLE_RATE, AudioFrame, Samples

LONGEST = 60 * 60
"""seconds; a reading ends itself then"""


class Recording:
    """Takes frames as they are heard; 16 bits each, 115 MB for an hour."""

    def __init__(self, longest: float = LONGEST) -> None:
        """longest: seconds that are kept at most; what comes later is left out."""
        self._longest = round(longest * SAMPLE_RATE)
        self._pieces: list[np.ndarray[tuple[int], np.dtype[np.int16]]] = []
        self._length = 0
        self._lock = threading.Lock()

    def add(self, frame: AudioFrame) -> None:
        """The next piece; returns at once."""
        with self._lock:
            room = self._longest - self._length
            if room > 0:
                piece = np.clip(frame.samples[:room] * 32767, -32768, 32767).astype(np.int16)
                self._pieces.append(piece)
                self._length += len(piece)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self._length / SAMPLE_RATE

    @property
    def is_full(self) -> bool:
        """Whether no more is kept."""
        return self._length >= self._longest

    def samples(self) -> Samples:
        """All of it, shape (n,), -1..1."""
        with self._lock:
            joined = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
        return joined.astype(np.float32) / np.float32(32767)

    def sound(self) -> bytes:
        """All of it, 16 bit, little endian."""
        with self._lock:
            return b"".join(piece.astype("<i2").tobytes() for piece in self._pieces)
