"""Cloud recognisers that fail by a schedule, in made-up time: what decides is real (the transcriber, the order of
engines, the guard, the streams as windows), what answers and how long it takes is not.

The samples hold their own time, so that an engine hears in any window, or stream, what is said there and nothing else.
"""

import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

import numpy as np

from desktop.engine.cloud.catalogue import FREE
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.guard import Guard, Rules
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.spending import Spending
from desktop.engine.cloud.workers import OutOfTime
from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples, SpeechSegment, TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.order import Arrangement
from desktop.engine.preference import Choice, Standing
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognizerCapabilities,
    StreamResult,
)
from desktop.engine.recognition.backends.guarded import GuardedRecognizer, StreamWindows
from desktop.engine.recognition.backends.preferred import PreferredRecognizer
from desktop.engine.recognition.recognition import Recognition
from desktop.engine.requests import Stage
from tests.driven import answered

Answer = TypeVar("Answer")

EACH = 0.4
"""seconds that a word takes"""
STEP = 0.3
"""seconds between two looks at an utterance"""
LOCAL = 0.25
"""seconds that this machine takes for a decoding"""
_SOUNDS = 8
USUAL = 0.12
"""seconds that an engine takes for a final"""
FAULTS = (
    "refused",
    "name",
    "key",
    "forbidden",
    "quota",
    "rate",
    "busy",
    "garbage",
    "disconnect",
    "stall",
    "half-closed",
    "slow",
    "length",
    "size",
)
ABLE = RecognizerCapabilities(frozenset({"en"}), detects_language=False, streaming=True)


class Clock:
    """Seconds that pass when something takes them; what is planned happens beside, at its time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._plans: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._is_beside = False

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float, action: Callable[[], None]) -> "Plan":
        plan = Plan(action)
        heapq.heappush(self._plans, (self.now + seconds, next(self._numbers), plan.run))
        return plan

    def pass_until(self, time: float) -> None:
        while self._plans and self._plans[0][0] <= time:
            at, _, action = heapq.heappop(self._plans)
            with self._beside(max(self.now, at)):
                action()
        self.now = max(self.now, time)

    @contextmanager
    def _beside(self, at: float) -> Iterator[None]:
        before, self.now = self.now, at
        yield
        self.now = before


class Plan:
    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    def run(self) -> None:
        if self._action is not None:
            self._action()

    def cancel(self) -> None:
        self._action = None

    def join(self, timeout: float | None = None) -> None:
        pass


class Takes(Exception):
    """A call that would take so long, and then end so."""

    def __init__(self, seconds: float, then: Exception | None = None) -> None:
        self.seconds, self.then = seconds, then


class SimulatedWorkers:
    """A Runner."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def run(self, seconds: float, call: Callable[[], Answer]) -> Answer:
        until = self._clock.now + seconds
        try:
            answer = call()
        except Takes as takes:
            if takes.then is None or takes.seconds > seconds:
                self._clock.now = until
                raise OutOfTime from None
            self._clock.now += takes.seconds
            raise takes.then from None
        if self._clock.now > until:
            self._clock.now = until
            raise OutOfTime
        return answer

    def aside(self, call: Callable[[], object]) -> None:
        call()

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Fault:
    """An engine fails so in this time."""

    kind: str
    start: float
    end: float


@dataclass
class Weather:
    """What goes wrong at one engine."""

    clock: Clock
    name: str
    faults: tuple[Fault, ...] = ()
    chance: Callable[[], str | None] = lambda: None
    """gives a fault of this one call"""

    def strike(self, *, is_last: bool = False, is_opening: bool = False) -> None:
        """Raises what is wrong now."""
        kind = next((one.kind for one in self.faults if one.start <= self.clock.now < one.end), None) or self.chance()
        if kind is None:
            return
        match kind:
            case "stall":
                raise Takes(600.0)
            case "half-closed":
                if is_last:
                    raise Takes(600.0)
            case "slow":
                self.clock.now += 0.7
            case "disconnect":
                if not is_opening:
                    raise Takes(0.02, CloudFailed(Failure.DISCONNECT, self.name))
            case "length":
                raise Takes(0.05, CloudLimit(Limit.LENGTH, self.name))
            case "size":
                raise Takes(0.05, CloudLimit(Limit.SIZE, self.name))
            case "rate":
                raise Takes(0.05, CloudFailed(Failure.RATE, self.name, wait=2.0))
            case "name":
                raise Takes(0.9, CloudFailed(Failure.NAME, self.name))
            case _:
                raise Takes(0.05, CloudFailed(Failure(kind), self.name))


def said(script: tuple[str, ...], begin: float, end: float, shift: float = 0.0) -> tuple[Word, ...]:
    """The words whose sound is wholly in a window. shift: by which an engine is wrong about their times."""
    return tuple(
        Word(text, max(0.0, n * EACH - begin + shift), (n + 1) * EACH - begin + shift, 0.95)
        for n, text in enumerate(script)
        if n * EACH >= begin - 0.1 and (n + 1) * EACH <= end + 1e-6
    )


def begin_of(samples: Samples) -> float:
    """Seconds of the utterance at which a window begins."""
    return round(float(samples[0] % 1) * 100, 3)


@dataclass
class SimulatedStream:
    script: Callable[[], tuple[str, ...]]
    weather: Weather
    shift: float
    begin: float | None = None
    fed: float = 0.0
    words: tuple[Word, ...] = ()

    def feed(self, samples: Samples, *, is_last: bool) -> StreamResult:
        if self.begin is None:
            self.begin = begin_of(samples)
        self.fed += len(samples) / SAMPLE_RATE
        self.weather.strike(is_last=is_last)
        if is_last:
            self.weather.clock.now += USUAL
        heard = said(self.script(), self.begin, self.begin + self.fed, self.shift)
        self.words = heard if is_last else heard[: max(0, len(heard) - 1)]  # what comes while somebody speaks is late
        return StreamResult("en", self.words, len(self.words) if is_last else max(0, len(self.words) - 2))

    def close(self) -> None:
        pass


class SimulatedStreams:
    """A StreamRecognizer."""

    capabilities = ABLE

    def __init__(self, name: str, script: Callable[[], tuple[str, ...]], weather: Weather, shift: float) -> None:
        self.name, self._script, self._weather, self._shift = name, script, weather, shift

    def load(self, progress: Progress) -> None:
        self._weather.strike(is_opening=True)

    def open(self, request: RecognitionRequest) -> SimulatedStream:
        self._weather.strike(is_opening=True)
        return SimulatedStream(self._script, self._weather, self._shift)

    def close(self) -> None:
        pass


class SimulatedWindows:
    """A WindowRecognizer. cost: seconds of each decoding."""

    capabilities = ABLE

    def __init__(
        self,
        name: str,
        script: Callable[[], tuple[str, ...]],
        clock: Clock,
        cost: float,
        weather: Weather | None = None,
        shift: float = 0.0,
    ) -> None:
        self.name, self._script, self._clock, self._cost = name, script, clock, cost
        self._weather, self._shift = weather, shift

    def load(self, progress: Progress) -> None:
        if self._weather is not None:
            self._weather.strike(is_opening=True)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        if self._weather is not None:
            self._weather.strike(is_last=request.is_final)
        self._clock.now += self._cost
        begin = begin_of(samples)
        return Hypothesis("en", said(self._script(), begin, begin + len(samples) / SAMPLE_RATE, self._shift))

    def close(self) -> None:
        pass


@dataclass
class Outcome:
    """What became of the utterances."""

    spoken: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    """seconds of each decoding in which an engine failed"""
    added: list[float] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    told: list[ErrorEvent] = field(default_factory=list)
    updates: list[TranscriptUpdate] = field(default_factory=list)


class Simulation:
    """A session whose recogniser is: engines in clouds, first one that follows streams, then one of windows, and this
    machine behind them. Made-up time passes while it listens."""

    def __init__(self, faults: dict[str, tuple[Fault, ...]], chance: dict[str, Callable[[], str | None]]) -> None:
        self.clock = Clock()
        self.outcome = Outcome()
        self._script: tuple[str, ...] = ()
        self.meters: dict[str, Meter] = {}
        spending = Spending(None, clock=self.clock)
        rules = Rules(spending, lambda: 1.0, lambda: False, lambda: False)
        script = lambda: self._script  # noqa: E731

        def guard(name: str) -> Guard:
            meter = self.meters[name] = Meter(name, name, Stage.RECOGNITION, FREE)
            return Guard(name, meter, rules, clock=self.clock, workers=SimulatedWorkers(self.clock))

        def weather(name: str) -> Weather:
            return Weather(self.clock, name, faults.get(name, ()), chance.get(name, lambda: None))

        streams = SimulatedStreams("one", script, weather("one"), 0.03)
        windows = SimulatedWindows("two", script, self.clock, USUAL, weather("two"), -0.03)
        choices: list[Choice[Any]] = [
            Choice("one", lambda: StreamWindows(streams, guard("one"), "one", self.clock), Standing()),
            Choice("two", lambda: GuardedRecognizer(windows, guard("two"), "two"), Standing()),
        ]
        self.recognizer = PreferredRecognizer(
            Arrangement(choices),
            SimulatedWindows("here", script, self.clock, LOCAL),
            self.outcome.told.append,
            has_room=lambda: False,
            clock=self.clock,
            later=self.clock.later,
        )
        self._session = Recognition(
            SessionOptions(language="en"),
            self.outcome.told.append,
            self.clock,
            lambda update, _: self.outcome.updates.append(update),
            lambda *_: None,
            self.outcome.failures.append,
        )
        self.recognizer.load(lambda _: None)
        self._session.set_recognizer(self.recognizer.capabilities)
        self._numbers = count()

    def hear(self, script: tuple[str, ...], pauses: bool = False) -> None:
        """Somebody says this."""
        self._script = script
        number = next(self._numbers)
        length = len(script) * EACH + 0.2
        begun = self.clock.now
        shown = len(self.outcome.updates)
        now = STEP
        while now < length:
            self.clock.pass_until(begun + now)
            self._look(number, now, is_pause=pauses and 0.4 < now / length < 0.45)
            # A look that took long is followed by one at all that came meanwhile.
            now = max(now + STEP, self.clock.now - begun)
        self.clock.pass_until(begun + length)
        self._look(number, length, is_final=True)
        self.clock.pass_until(self.clock.now + 0.8)
        finals = [one for one in self.outcome.updates[shown:] if one.is_final]
        self.outcome.spoken.append(" ".join(script))
        self.outcome.heard.append(" ".join(one.committed for one in finals))

    def close(self) -> None:
        self.recognizer.close()

    def _look(self, number: int, length: float, *, is_final: bool = False, is_pause: bool = False) -> None:
        # No two utterances sound alike.
        times = np.arange(round(length * SAMPLE_RATE)) / SAMPLE_RATE
        samples = (times / 100 + number % _SOUNDS).astype(np.float32)
        segment = SpeechSegment(number, samples, 0.0, length, is_final, length, is_pause)
        answered(self._session.handle(segment), self._answer)

    def _answer(self, work: Any) -> Any:
        began, failed = self.clock.now, self._failed
        try:
            return self.recognizer.transcribe(work.samples, work.request)
        finally:
            if self._failed > failed:
                self.outcome.took.append(self.clock.now - began)

    @property
    def _failed(self) -> int:
        return sum(sum(meter.figures().failures.values()) for meter in self.meters.values())


def script(chance: random.Random, words: int) -> tuple[str, ...]:
    """Words that are all different, some of which end sentences."""
    marks = ["." if n % 7 == 6 else "" for n in range(words)]
    return tuple(f"{chance.choice('bcdfgklmnprstv')}{chance.choice('aeiou')}{n}x{mark}" for n, mark in enumerate(marks))
