"""An output for speech that nobody hears: plays to nowhere, in real time. Used on the speech stage's thread."""

import time

from desktop.engine.events import SpeechAudio


class SilentOutput:
    """An Output."""

    def __init__(self) -> None:
        self.volume = 1.0
        self._until = 0.0

    def open(self) -> None:
        pass

    def play(self, audio: SpeechAudio) -> None:
        self._until = max(self._until, time.monotonic()) + len(audio.samples) / audio.sample_rate

    def stop(self) -> None:
        self._until = 0.0

    def close(self) -> None:
        self.stop()

    @property
    def queued_seconds(self) -> float:
        """Of speech that is still to be played."""
        return max(0.0, self._until - time.monotonic())
