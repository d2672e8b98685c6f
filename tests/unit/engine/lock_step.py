"""The real engine on made-up time: threads, queues, detector and governor are real, what decoding costs is not.

The test's thread alone moves the clock, a tenth of a second at a time, and goes on only when every other thread has
done what there is to do. So the outcome does not depend on how fast this computer is.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np

from desktop.engine.engine import Engine
from desktop.engine.events import SAMPLE_RATE, Event, Metrics, Samples
from desktop.engine.live.backends import Backends
from desktop.engine.live.lane import Lane
from desktop.engine.live.parts import Parts
from desktop.engine.models.installed import InstalledModel
from desktop.engine.pool.models import Models
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.requests import Stage
from desktop.settings.declaration import RecognitionSettings, Settings
from tests.fakes import FakeOutput, FakeRecognizer, FakeSource, FakeSynthesizer, FakeTranslator
from tests.waiting import wait_until

E = TypeVar("E")
TICK = 0.1
_PATIENCE = 30.0
"""real seconds that the threads may take for what there is to do"""

Cost = Callable[[str, float, RecognitionRequest], float]
"""Seconds that a decoding takes: name of the model, seconds of audio, what was asked for"""


class Clock:
    """Seconds that only go on when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CostlyRecognizer(FakeRecognizer):
    """Decodes when its time is over."""

    def __init__(self, name: str, clock: Clock, cost: Cost) -> None:
        super().__init__(name)
        self._clock = clock
        self._cost = cost
        self._changed = threading.Condition()
        self.until: float | None = None
        """when the decoding under way ends"""
        self._is_over = False

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        with self._changed:
            self.until = self._clock() + self._cost(self.name, len(samples) / SAMPLE_RATE, request)
            self._changed.wait_for(lambda: self._is_over or (self.until or 0) <= self._clock(), _PATIENCE)
            self.until = None
        return super().transcribe(samples, request)

    def look(self) -> None:
        """The clock was moved."""
        with self._changed:
            self._changed.notify_all()

    def end(self) -> None:
        """Decodings take no time from now on."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()


class LockStep:
    """An engine that listens to `speech`, again and again. sizes: of the models, the chosen one first."""

    def __init__(
        self,
        speech: Samples,
        cost: Cost,
        *,
        names: tuple[str, ...] = ("large", "small"),
        chosen: Settings | None = None,
    ) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.recognizers: list[CostlyRecognizer] = []
        self._cost = cost
        self._speech = speech
        self._place = 0
        self._models = tuple(
            InstalledModel("whisper", name, name, Path(f"./{name}"), ("en", "es"), 1000 // 4**place, False)
            for place, name in enumerate(names)
        )
        settings = chosen or Settings.model_validate({"recognition": {"language": "en"}})
        self.engine = Engine(settings, self._backends())
        self.engine.subscribe(self.events.append)
        self._thread = threading.Thread(target=self.engine.run)
        self._thread.start()
        self.source = FakeSource(is_live=True)
        self.engine.start(self.source)
        self.wait(lambda: self.engine._parts is not None and self.source.is_open)
        self.wait(self._rests)

    @property
    def parts(self) -> Parts:
        assert self.engine._parts is not None
        return self.engine._parts

    @property
    def models(self) -> Models:
        return self.parts.models

    @property
    def lane(self) -> Lane:
        return self.parts.lane

    def metrics(self) -> Metrics:
        """As they are now; tells of lost sound, as the engine does with them."""
        return self.parts.metrics()

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in list(self.events) if isinstance(event, kind)]

    def run(self, seconds: float) -> Iterator[None]:
        """Listen for so long; stops after each tick."""
        end = self.clock.now + seconds
        count = round(TICK * SAMPLE_RATE)
        while self.clock.now < end:
            self.source.send(self._speech[self._place : self._place + count], count)
            self._place = (self._place + count) % (len(self._speech) - count)
            self.wait(self._rests)
            self.clock.now += TICK
            for recognizer in self.recognizers:
                recognizer.look()
            self.wait(self._rests)
            yield

    def run_until(self, test: Callable[[], bool], most: float) -> None:
        """Listen until something is so."""
        for _ in self.run(most):
            if test():
                return
        raise AssertionError(f"not within {most} s")

    def close(self) -> None:
        for recognizer in self.recognizers:
            recognizer.end()
        self.engine.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _backends(self) -> Backends:
        def recognizer(settings: RecognitionSettings, _notify: object) -> CostlyRecognizer:
            name = Path(settings.model).name or self._models[0].name
            self.recognizers.append(CostlyRecognizer(name, self.clock, self._cost))
            return self.recognizers[-1]

        return Backends(
            recognizer=recognizer,
            tune=lambda _settings, _wanted: None,
            translator=lambda _settings, _notify: FakeTranslator(),
            synthesizer=lambda _settings, _notify: FakeSynthesizer(),
            output=FakeOutput,
            models=lambda _settings: self._models,
            clock=self.clock,
        )

    def _rests(self) -> bool:
        """Nobody has anything to do at this moment of the clock."""
        lane = self.lane
        with lane._lock:
            if lane.frames.waiting_seconds and not lane._session.is_full:
                return False
        decoding = any(one.until is not None and one.until > self.clock.now for one in self.recognizers)
        return decoding or self.models.slots[Stage.RECOGNITION].is_idle

    def wait(self, test: Callable[[], bool]) -> None:
        """Until something is so that the threads do without the clock."""
        assert wait_until(test, _PATIENCE, every=0.0001)


def spoken(speech: Callable[[str], Samples], *names: str, pause: float = 0.9) -> Samples:
    """Recordings one after the other, each with silence behind it."""
    silence = np.zeros(round(pause * SAMPLE_RATE), np.float32)
    return np.concatenate([part for name in names for part in (speech(name), silence)])
