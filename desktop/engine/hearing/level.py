"""How loud audio is. Pure."""

import math

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment

FLOOR = -90.0
"""dBFS of silence"""
_PIECE = SAMPLE_RATE // 50
"""samples of which the loudness is taken"""


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


def quietest(segment: SpeechSegment, start: float, end: float) -> float:
    """The quietest moment of a segment between two session times."""
    first = min(max(0, round((start - segment.start) * SAMPLE_RATE)), len(segment.samples))
    last = min(max(first, round((end - segment.start) * SAMPLE_RATE)), len(segment.samples))
    pieces = segment.samples[first : first + (last - first) // _PIECE * _PIECE].reshape(-1, _PIECE)
    if not len(pieces):
        return segment.start + first / SAMPLE_RATE
    energy = np.convolve(np.mean(np.square(pieces), axis=1), np.ones(3) / 3, mode="same")
    return segment.start + (first + (int(np.argmin(energy)) + 0.5) * _PIECE) / SAMPLE_RATE
