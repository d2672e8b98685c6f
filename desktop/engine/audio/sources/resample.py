"""Any rate and any number of channels to the engine's 16 kHz mono, piece by piece. Pure, on the caller's thread."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.audio.sources.mixing import Mixer
from desktop.engine.events import SAMPLE_RATE, Samples

_NOTHING: Samples = np.zeros(0, np.float32)


class Resampler:
    """One stream of audio, so that block borders leave no click; output lags its input by some 20 ms.

    rate: Hz of what is added. channels: their names in FFmpeg's words, where they are known.
    """

    def __init__(self, rate: int, channels: Sequence[str] = ()) -> None:
        self._rate = rate
        self._mixer = Mixer(rate, channels)
        self._stream: Any = None
        self._start()

    def _start(self) -> None:
        if self._rate != SAMPLE_RATE:
            import soxr

            self._stream = soxr.ResampleStream(self._rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")

    def add(self, samples: NDArray[np.float32]) -> Samples:
        """Audio of shape (n,) or (n, channels) in; what is ready of it at 16 kHz out, shape (m,), m may be 0."""
        audio = np.ascontiguousarray(self._mixer.mix(samples), dtype=np.float32)
        if self._stream is None or not len(audio):
            return audio
        ready: Samples = self._stream.resample_chunk(audio)
        return ready

    def flush(self) -> Samples:
        """The rest; what is added afterwards begins a new stream."""
        if self._stream is None:
            return _NOTHING
        rest: Samples = self._stream.resample_chunk(_NOTHING, last=True)
        self._start()
        return rest


def resampled(samples: Samples, rate: int, to_rate: int) -> Samples:
    """A whole mono piece, shape (n,), from one rate to another (Hz)."""
    if rate == to_rate or not len(samples):
        return np.asarray(samples, dtype=np.float32)
    import soxr

    return np.asarray(soxr.resample(np.asarray(samples, np.float32), rate, to_rate, quality="HQ"), np.float32)
