"""A computer of any speed that listens: the real queues, governor and levels, with time and costs made up.

One step is a tenth of a second; nothing waits or sleeps. What hearing and the recognition thread do is told in a few
lines here, because the real ones need real time.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from desktop.engine.events import SAMPLE_RATE, AudioFrame
from desktop.engine.live.frame_queue import SOUND_WAITING, FrameQueue
from desktop.engine.models.load.governor import Decoded, Governor
from desktop.engine.models.load.load_levels import Pace
from desktop.engine.session import MOST_WAITING
from desktop.settings.declaration import RecognitionSettings

TICK = 0.1
_FRAME = AudioFrame(np.zeros(round(TICK * SAMPLE_RATE), np.float32), 0.0, "made up")


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance, so far or whole."""

    seconds: float
    at: float
    """when its newest audio was heard"""
    is_final: bool


Cost = Callable[[float, Said, Pace], float]
"""Seconds that decoding takes, at a time, of an utterance, at a pace"""


@dataclass
class SlowMachine:
    """utterances: (seconds of speech, seconds of silence behind it), again and again.

    models: that can be used; loading: seconds it takes to change between them.
    """

    cost: Cost
    utterances: Sequence[tuple[float, float]]
    models: int = 3
    loading: float = 0.0
    settings: RecognitionSettings = field(default_factory=RecognitionSettings)

    def __post_init__(self) -> None:
        self.now = 0.0
        self.governor = Governor(self.settings, [4.0**-n for n in range(self.models)])
        self.frames: FrameQueue[None] = FrameQueue(lambda: self.now, lambda: None, SOUND_WAITING)
        self.finals_waiting: deque[Said] = deque()
        self.partial: Said | None = None
        self.changes: list[tuple[float, Pace, Pace]] = []
        self.most_waiting = 0.0
        self.said = self.decoded = 0.0
        self.finals = 0
        self._place = 0
        self._heard = self._shown = 0.0
        self._held: Said | None = None
        self._current: Said | None = None
        self._began = self._free_at = 0.0

    @property
    def pace(self) -> Pace:
        return self.governor.pace

    @property
    def waiting(self) -> float:
        """Seconds of sound that wait, beside the utterances that are being heard and recognised."""
        return self.frames.waiting_seconds + self.finals_waiting_seconds

    @property
    def finals_waiting_seconds(self) -> float:
        return sum(said.seconds for said in self.finals_waiting)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += TICK
            self.frames.put(_FRAME, is_live=True)
            self._hear()
            self._recognise()
            self.most_waiting = max(self.most_waiting, self.waiting)

    def _hear(self) -> None:
        while self._held is None and self.frames.waiting_seconds > TICK / 2:
            self.frames.take()
            self._hear_frame()
        if self._held is not None and self._has_room(self._held):
            self.finals_waiting.append(self._held)
            self.partial = None
            self.finals += 1
            self._held = None

    def _has_room(self, said: Said) -> bool:
        waiting = self.finals_waiting_seconds
        return not waiting or waiting + said.seconds <= MOST_WAITING

    def _hear_frame(self) -> None:
        speech, silence = self.utterances[self._place % len(self.utterances)]
        self._heard += TICK
        at = self.now - self.frames.waiting_seconds
        if self._heard >= speech + silence:
            self._place += 1
            self._heard = self._shown = 0.0
        elif self._heard < speech and self._heard - self._shown >= self.pace.step and self.pace.level.has_partials:
            self._shown = self._heard
            self.partial = Said(self._heard, at, False)
        elif abs(self._heard - speech) < TICK / 2:
            self.said += speech
            self._held = Said(speech, at, True)

    def _recognise(self) -> None:
        if self._current is not None and self.now >= self._free_at:
            self._finish(self._current)
        while self._current is None and (self.finals_waiting or self.partial) and self.now >= self._free_at:
            said = self.finals_waiting.popleft() if self.finals_waiting else self.partial
            assert said is not None
            self.partial = self.partial if said.is_final else None
            if said.is_final or self.pace.level.has_partials:
                self._current, self._began = said, self.now
                self._free_at = self.now + self.cost(self.now, said, self.pace)

    def _finish(self, said: Said) -> None:
        self._current = None
        self.decoded += said.seconds if said.is_final else 0.0
        before = self.governor.pace
        window = min(said.seconds, self.pace.level.window) if before.level.has_partials else said.seconds
        decode = Decoded(self._began, self._free_at, window, said.is_final, self._began - said.at)
        pace = self.governor.after(decode)
        if pace is not None:
            self.changes.append((self.now, before, pace))
            if pace.model != before.model:
                self._free_at = self.now + self.loading
