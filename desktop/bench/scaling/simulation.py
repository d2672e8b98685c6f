"""A seeded simulation of speakers, one queue and workers, event by event. Pure.

As in the server: of a stream at most one look at the running utterance waits, and it is taken at the newest audio;
finals come first; whatever was begun is done.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import count
from random import Random

from desktop.bench.scaling.load import Outcome, Scene

Scaler = Callable[[float, int, int, int], int]
"""(seconds, jobs that wait, slots that work, slots that there are) -> slots that there should be"""
LOOKS = 5.0
"""seconds between two looks of a scaler"""


class _Speaker:
    __slots__ = ("begins", "is_asked", "is_gone", "last", "utterance")

    def __init__(self) -> None:
        self.utterance = 0
        """number of the running one; 0: a pause"""
        self.begins = 0.0
        self.last = 0.0
        """when its words last changed"""
        self.is_asked = False
        """a look waits or is taken"""
        self.is_gone = False


class Simulation:
    """One run. scaler: changes the number of slots while it runs; starts: seconds until a new one works."""

    def __init__(self, scene: Scene, scaler: Scaler | None = None, starts: float = 30.0) -> None:
        self._scene = scene
        self._scaler = scaler
        self._starts = starts
        self._chance = Random(scene.seed)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._now = 0.0
        self._finals: deque[tuple[float, float, int]] = deque()
        """(when speech ended, seconds that it takes, what is to be done behind it from here)"""
        self._looks: deque[tuple[_Speaker, int]] = deque()
        self._speakers: list[_Speaker] = []
        self._slots = self._wanted = scene.slots
        self._working = 0
        self._busy = self._counted = 0.0
        self._changes = [(0.0, scene.slots)]
        self._late: list[tuple[float, float]] = []
        self._gaps: list[float] = []
        self._jobs = self._replaced = 0

    def run(self) -> Outcome:
        scene = self._scene
        for at, speakers in scene.speakers:
            self._at(at, partial(self._populate, speakers))
        if self._scaler is not None:
            self._at(LOOKS, self._scale)
        while self._events and self._events[0][0] <= scene.seconds:
            self._now, _, happens = heapq.heappop(self._events)
            happens()
        ends = [*(at for at, _ in self._changes[1:]), scene.seconds]
        slot_seconds = sum(slots * (end - at) for (at, slots), end in zip(self._changes, ends, strict=True))
        return Outcome(
            tuple(seconds for _, seconds in self._late),
            tuple(self._gaps),
            self._jobs,
            self._replaced,
            self._busy / slot_seconds if slot_seconds else 0.0,
            tuple(self._changes),
            slot_seconds,
            tuple(self._late),
        )

    def _at(self, when: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._order), happens))

    def _populate(self, wanted: int) -> None:
        while len(self._speakers) > wanted:
            self._speakers.pop().is_gone = True
        while len(self._speakers) < wanted:
            speaker = _Speaker()
            self._speakers.append(speaker)
            speech = self._scene.speech
            self._at(
                self._now + self._chance.uniform(0, speech.utterance + speech.pause),
                partial(self._begin, speaker),
            )

    # A speaker.

    def _begin(self, speaker: _Speaker) -> None:
        if speaker.is_gone:
            return
        speech = self._scene.speech
        number = speaker.utterance = next(self._order) + 1
        speaker.begins = speaker.last = self._now
        length = self._spread(speech.utterance, 0.5)
        self._at(self._now + speech.step, partial(self._ask, speaker, number))
        self._at(self._now + length + speech.silence, partial(self._end, speaker, number))

    def _ask(self, speaker: _Speaker, number: int) -> None:
        """A look at the running utterance."""
        if speaker.utterance == number and not speaker.is_asked:
            speaker.is_asked = True
            self._looks.append((speaker, number))
            self._work()

    def _end(self, speaker: _Speaker, number: int) -> None:
        speech = self._scene.speech
        speaker.utterance = 0
        self._finals.append((self._now - speech.silence, self._scene.service.final, 0))
        self._at(self._now - speech.silence + self._spread(speech.pause, 0.5) + 0.01, partial(self._begin, speaker))
        self._work()

    # The workers.

    def _work(self) -> None:
        while self._working < self._slots:
            if self._finals:
                ended, seconds, place = self._finals.popleft()
                self._take(seconds, partial(self._final, ended, place))
            elif self._looks:
                speaker, number = self._looks.popleft()
                if speaker.utterance != number:
                    speaker.is_asked = False
                    self._replaced += 1
                    continue
                self._take(self._scene.service.partial, partial(self._seen, speaker, number))
            else:
                return

    def _take(self, mean: float, done: Callable[[], None]) -> None:
        took = self._spread(mean, self._scene.service.spread)
        self._working += 1
        self._jobs += 1

        def ends() -> None:
            self._working -= 1
            self._busy += took
            done()
            self._work()

        self._at(self._now + took, ends)

    def _seen(self, speaker: _Speaker, number: int) -> None:
        speaker.is_asked = False
        if speaker.utterance != number:
            return
        if self._now > self._scene.warm:
            self._gaps.append(self._now - speaker.last)
        speaker.last = self._now
        self._at(self._now + self._scene.speech.step, partial(self._ask, speaker, number))

    def _final(self, ended: float, place: int) -> None:
        after = self._scene.service.after
        if place < len(after):
            self._finals.append((ended, after[place], place + 1))
        elif self._now > self._scene.warm:
            self._late.append((self._now, self._now - ended + self._scene.way * (1 + len(after))))

    def _scale(self) -> None:
        assert self._scaler is not None
        waiting = len(self._finals) + sum(speaker.utterance == number for speaker, number in self._looks)
        wanted = max(1, self._scaler(self._now, waiting, self._working, self._wanted))
        more, self._wanted = wanted - self._wanted, wanted
        if more > 0:
            self._at(self._now + self._starts, lambda: self._change(more))
        elif more < 0:
            self._change(more)
        self._at(self._now + LOOKS, self._scale)

    def _change(self, more: int) -> None:
        self._slots = max(1, self._slots + more)
        self._changes.append((self._now, self._slots))
        self._work()

    def _spread(self, mean: float, sigma: float) -> float:
        """Logarithmically normal, with this mean."""
        return mean * math.exp(self._chance.gauss(-sigma * sigma / 2, sigma))
