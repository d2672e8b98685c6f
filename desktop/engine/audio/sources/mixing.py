"""Several channels to one, so that whoever speaks is heard. Pure, on the caller's thread.

The plain average loses speech: of two channels with opposite phases nothing is left, and a voice in the one channel
that is used of six becomes six times softer.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.engine.events import Samples

_MEMORY = 1.0
"""seconds after which what was heard of the channels counts a third"""
_ACTIVE = 1e-4
"""of the loudest channel's power; what is softer (40 dB) is a channel without use"""
_OPPOSITE = -0.5
"""correlation with the loudest channel from which a channel is turned over; until it is positive again"""
_SHARES = {"FC": 1.0, "FL": 0.7, "FR": 0.7, "LFE": 0.0, "LFE2": 0.0}
"""by the names of FFmpeg: dialogue is in the front; the rest, behind and above, is `_ELSEWHERE`"""
_ELSEWHERE = 0.35


def mono(samples: NDArray[np.float32]) -> Samples:
    """The average of the channels of shape (n, channels); shape (n,) is mono already."""
    if samples.ndim == 1:
        return samples
    if samples.shape[1] == 1:
        return samples[:, 0]
    average: Samples = samples.mean(axis=1, dtype=np.float32)
    return average


class Mixer:
    """Mixes a stream down to mono; its choice of channels follows what is heard in them.

    rate: Hz. channels: their names in FFmpeg's words; of others, or none, all count the same.
    """

    def __init__(self, rate: int, channels: Sequence[str] = ()) -> None:
        self._rate = rate
        self._names = tuple(channels)
        self._shares: NDArray[np.float64] = np.zeros(0)
        self._covariance: NDArray[np.float64] = np.zeros((0, 0))
        self._signs: NDArray[np.float64] = np.zeros(0)
        self._weights: NDArray[np.float64] | None = None

    def mix(self, samples: NDArray[np.float32]) -> Samples:
        """Samples of shape (n,) or (n, channels) as one channel, shape (n,)."""
        if samples.ndim == 1 or samples.shape[1] == 1 or not len(samples):
            return mono(samples)
        count = samples.shape[1]
        if count != len(self._shares):
            self._begin(count)
        self._hear(samples)
        before, after = self._weights, self._chosen()
        self._weights = after
        if before is None or np.array_equal(before, after):
            return (samples @ after).astype(np.float32)
        # Fading from one choice to the next leaves no click.
        share = np.linspace(0.0, 1.0, len(samples))
        return ((samples @ before) * (1 - share) + (samples @ after) * share).astype(np.float32)

    def _begin(self, count: int) -> None:
        names = self._names if len(self._names) == count else ()
        is_known = count > 2 and any(name in _SHARES for name in names)
        self._shares = np.array([_SHARES.get(name, _ELSEWHERE) for name in names]) if is_known else np.ones(count)
        self._covariance = np.zeros((count, count))
        self._signs = np.ones(count)
        self._weights = None

    def _hear(self, samples: NDArray[np.float32]) -> None:
        self._covariance *= np.exp(-len(samples) / self._rate / _MEMORY)
        self._covariance += samples.T.astype(np.float64) @ samples

    def _chosen(self) -> NDArray[np.float64]:
        """The weight of each channel; those that are heard weigh one together."""
        power = np.diag(self._covariance)
        heard = self._shares * (power > _ACTIVE * power.max())
        if not heard.any():  # silence, or nothing but the low-frequency channel
            heard = self._shares if not power.any() else np.where(power > _ACTIVE * power.max(), 1.0, 0.0)
        leader = int(np.argmax(power * (heard > 0)))
        with np.errstate(divide="ignore", invalid="ignore"):
            likeness = np.nan_to_num(self._covariance[leader] / np.sqrt(power[leader] * power))
        self._signs = np.where(likeness < _OPPOSITE, -1.0, np.where(likeness > 0, 1.0, self._signs))
        self._signs[leader] = 1.0
        weights: NDArray[np.float64] = heard * self._signs / heard.sum()
        return weights
