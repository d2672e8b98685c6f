"""Takes a constant offset out of audio: some microphones and sound cards add one, and detectors and recognisers hear
less well with it. Pure; one stream of frames."""

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples

_LEAST = 0.01
"""of full scale: what is below does no harm, and the audio stays as it is"""
_SETTLES = 1.0
"""seconds over which the offset is averaged"""
_DOMINATES = 3.0
"""times the spread of a first frame that its mean is, if that is an offset and no sound"""


class OffsetRemover:
    """Follows the offset and subtracts it where it is worth it."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def reset(self) -> None:
        """Forget the stream: the next frame is the first of a new one."""
        self._offset = None

    def remove(self, frame: Samples) -> Samples:
        """The frame, shape (n,), 16 kHz, without its offset; the very same array where there is none to speak of."""
        mean = float(np.mean(frame))
        before = self._offset
        if before is None:
            before = mean if abs(mean) > _DOMINATES * float(np.std(frame)) else 0.0
        share = min(1.0, len(frame) / (_SETTLES * SAMPLE_RATE))
        self._offset = before + share * (mean - before)
        if max(abs(before), abs(self._offset)) < _LEAST:
            return frame
        # From the old value to the new one without a step, which would be heard as a click.
        return (frame - np.linspace(before, self._offset, len(frame), dtype=np.float32)).astype(np.float32, copy=False)
