"""An open output that pulls its audio: what the speaker needs of a platform."""

from collections.abc import Callable
from typing import Protocol

from desktop.engine.events import Samples


class Playback(Protocol):
    """A stream on one output, from its creation until `close`; used by one thread."""

    rate: int
    """Hz"""
    latency: float
    """seconds from pulling audio to hearing it, about"""

    def watch(self, seconds: float) -> None:
        """Wait that long at most, watching the output; raises DeviceLost when it is gone."""

    def close(self) -> None:
        """Silence at once, and let go of the device."""


Pull = Callable[[int], Samples]
"""Called in the audio callback: the next n samples, mono"""
