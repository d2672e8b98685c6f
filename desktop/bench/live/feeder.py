"""Hands audio to the engine at the pace of the clock, as a microphone would. Runs on a thread of its own."""

import threading
import time
from collections import deque

import numpy as np

from desktop.engine.audio.sources.pushed import PushedSource
from desktop.engine.events import SAMPLE_RATE, AudioFrame, Samples

BLOCK = 512
"""samples that are pushed at once"""
_PATIENCE = 60.0


class Feeder:
    """Pushes audio, or silence when there is none.

    source: what the engine is to listen to. It is live, so recognition has to keep up with it.
    began: when the first sample was made (time.monotonic), 0 until `start`.
    """

    def __init__(self) -> None:
        self.source = PushedSource(is_live=True)
        self.began = 0.0
        self._waiting: deque[Samples] = deque()
        self._pushed = self._added = 0
        self._idle = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bench-feeder", daemon=True)

    @property
    def ahead(self) -> float:
        """Seconds of audio that wait to be pushed."""
        return max(0, self._added - self._pushed) / SAMPLE_RATE

    def start(self) -> None:
        self.began = time.monotonic()
        self._thread.start()

    def add(self, samples: Samples) -> float:
        """Push this behind what waits; returns at once, with the second of the pushed audio at which it begins."""
        begin = max(self._added, self._pushed)
        self._added = begin + len(samples)
        self._waiting.extend(samples[at : at + BLOCK] for at in range(0, len(samples), BLOCK))
        return begin / SAMPLE_RATE

    def play(self, samples: Samples) -> None:
        """Push this; returns when it was pushed."""
        self.add(samples)
        self._idle.clear()  # afterwards: while nothing waits, the thread sets it
        self._idle.wait(_PATIENCE + len(samples) / SAMPLE_RATE)

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        silence = np.zeros(BLOCK, np.float32)
        # A block is whole, and so can be heard, when its last sample was made.
        while not self._closing.wait(max(0.0, self.began + (self._pushed + BLOCK) / SAMPLE_RATE - time.monotonic())):
            block = self._waiting.popleft() if self._waiting else silence
            self.source.push(AudioFrame(block, self._pushed / SAMPLE_RATE, self.source.id))
            self._pushed += len(block)
            if not self._waiting:
                self._idle.set()
