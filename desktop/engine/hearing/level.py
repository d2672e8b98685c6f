"""How loud audio is. Pure."""

import math

import numpy as np

from desktop.engine.events import Samples

FLOOR = -90.0
"""dBFS of silence"""


def decibels(amplitude: float) -> float:
    """dBFS of an amplitude (1 is full scale), at least FLOOR."""
    return max(FLOOR, 20 * math.log10(amplitude)) if amplitude > 0 else FLOOR


def rms(samples: Samples) -> float:
    """Root mean square in dBFS, at least FLOOR; a full-scale square wave is 0, a sine -3."""
    if not len(samples):
        return FLOOR
    return decibels(math.sqrt(float(np.mean(np.square(samples, dtype=np.float64)))))


def peak(samples: Samples) -> float:
    """Highest amplitude in dBFS, at least FLOOR."""
    if not len(samples):
        return FLOOR
    return decibels(float(np.max(np.abs(samples))))
