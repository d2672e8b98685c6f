"""Silence for a device that delivers nothing while nothing plays. Pure."""


class SilenceFill:
    """How many samples are missing for audio to keep pace with the clock.

    rate: Hz. patience: seconds by which audio may be late before it counts as not coming; must exceed the
    device's own blocks, or silence would be inserted into the middle of sound.
    """

    def __init__(self, rate: int, began: float, patience: float = 0.1) -> None:
        self._rate = rate
        self._began = began
        self._patience = patience
        self._count = 0

    def heard(self, count: int, now: float) -> int:
        """Audio arrived; returns the samples of silence that belong before it."""
        gap = self._lag(now) - count
        # Late by less than the patience is the device's jitter, not a pause.
        silence = gap if gap > self._patience * self._rate else 0
        self._count += silence + count
        return silence

    def missing(self, now: float) -> int:
        """Nothing arrived; returns the samples of silence that are due, leaving room for audio on its way."""
        silence = max(0, self._lag(now) - round(self._patience * self._rate))
        self._count += silence
        return silence

    def _lag(self, now: float) -> int:
        return round((now - self._began) * self._rate) - self._count
