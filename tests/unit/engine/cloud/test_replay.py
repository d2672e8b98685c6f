"""Each sample goes into a stream once, whatever windows are asked for; a new stream gets all of its window."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.cloud.catalogue import FREE
from desktop.engine.cloud.guard import Guard, Rules
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.replay import SentSound
from desktop.engine.cloud.spending import Spending
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import RecognitionRequest, StreamResult
from desktop.engine.recognition.backends.guarded import StreamWindows
from desktop.engine.requests import Stage
from tests.fakes import FakeStream, FakeStreamRecognizer
from tests.unit.engine.cloud.simulation import Clock, SimulatedWorkers

RATE = 16_000
PARTIAL, FINAL = RecognitionRequest("en"), RecognitionRequest("en", is_final=True)


def noise(seed: int, seconds: float) -> Samples:
    return np.random.default_rng(seed).normal(0, 0.1, round(RATE * seconds)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.floats(0.5, 5), st.floats(0, 0.9), st.floats(0.3, 4))
def test_a_window_is_found_where_it_is(seed: int, sent: float, begins: float, length: float) -> None:
    sound = noise(seed, 12)
    one = SentSound()
    one.add(sound[: round(sent * RATE)])
    begin = round(begins * max(0.0, sent - 0.3) * RATE)
    assert one.start_of(sound[begin : begin + round(length * RATE)]) == begin


@given(st.integers(0, 1000), st.floats(0.3, 4))
@settings(max_examples=20, deadline=None)
def test_other_sound_is_not_found(seed: int, length: float) -> None:
    one = SentSound()
    one.add(noise(seed, 3))
    assert one.start_of(noise(seed + 5000, length)) is None
    assert one.start_of(noise(seed, 3)[:0]) is None


def test_silence_alone_is_the_same_silence_only_while_it_is() -> None:
    one = SentSound()
    one.add(np.concatenate((np.zeros(RATE, np.float32), noise(1, 1))))
    assert one.start_of(np.concatenate((np.zeros(RATE // 2, np.float32), noise(2, 1)))) is None
    assert one.start_of(np.concatenate((np.zeros(RATE, np.float32), noise(1, 2)))) == 0


@dataclass
class Recorded(FakeStream):
    """Remembers what it got."""

    got: list[Samples] = field(default_factory=list)
    settled: int = 0

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.got = []
        self.settled = 0

    def feed(self, samples: Samples, *, is_last: bool) -> StreamResult:
        self.got.append(samples)
        return super().feed(samples, is_last=is_last)

    @property
    def sound(self) -> Samples:
        return np.concatenate(self.got)


class Settling(Recorded):
    def settle(self) -> StreamResult:
        self.settled += 1
        return super().feed(np.zeros(0, np.float32), is_last=True)


class Recognizer(FakeStreamRecognizer):
    def __init__(self, kind: type[Recorded]) -> None:
        super().__init__()
        self._kind = kind
        self.opened: list[Recorded] = []

    def open(self, request: RecognitionRequest) -> Recorded:
        self.opened.append(self._kind(request.language or "en"))
        return self.opened[-1]


class Windows:
    def __init__(self, kind: type[Recorded] = Recorded) -> None:
        self.clock = Clock()
        self.engine = Recognizer(kind)
        self.meter = Meter("one", "One", Stage.RECOGNITION, FREE)
        rules = Rules(Spending(None, clock=self.clock), lambda: 1.0, lambda: False, lambda: False)
        guard = Guard("One", self.meter, rules, clock=self.clock, workers=SimulatedWorkers(self.clock))
        self.recognizer = StreamWindows(self.engine, guard, "One", self.clock)
        self.recognizer.load(lambda _: None)

    def look(self, samples: Samples, request: RecognitionRequest = PARTIAL) -> int:
        """How many words are heard in a window."""
        return len(self.recognizer.transcribe(samples, request).words)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100), st.lists(st.tuples(st.floats(0.1, 0.8), st.floats(0, 0.5)), min_size=1, max_size=15))
def test_a_growing_and_trimmed_window_is_sent_once(seed: int, steps: list[tuple[float, float]]) -> None:
    sound, one = noise(seed, 20), Windows()
    begin, end = 0.0, 1.0
    one.look(sound[:RATE])
    for longer, shorter in steps:
        begin = min(begin + shorter, end - 0.3)  # something of it was sent before
        end += longer
        one.look(sound[round(begin * RATE) : round(end * RATE)])
    one.look(sound[round(begin * RATE) : round(end * RATE)], FINAL)
    (stream,) = one.engine.opened
    assert np.array_equal(stream.sound, sound[: round(end * RATE)])
    assert one.meter.figures().seconds == pytest.approx(len(stream.sound) / RATE)


def test_who_goes_on_after_the_end_begins_another_stream_with_all_of_it() -> None:
    sound, one = noise(1, 5), Windows()
    one.look(sound[:RATE])
    assert one.look(sound[: 2 * RATE], FINAL) == 4
    assert one.look(sound[: 2 * RATE], FINAL) == 4, "what is known is not asked again"
    assert len(one.engine.opened) == 1
    one.look(sound[RATE : 3 * RATE])
    assert [len(stream.sound) for stream in one.engine.opened] == [2 * RATE, 2 * RATE]


def test_a_stream_that_settles_goes_on_after_a_pause() -> None:
    sound, one = noise(1, 5), Windows(Settling)
    one.look(sound[:RATE])
    assert one.look(sound[: 2 * RATE], FINAL) == 4
    assert one.look(sound[: 2 * RATE], FINAL) == 4
    assert one.look(sound[: 3 * RATE], FINAL) == 6
    (stream,) = one.engine.opened
    assert isinstance(stream, Settling)
    assert stream.settled == 2
    assert len(stream.sound) == 3 * RATE


def test_sessions_that_speak_at_a_time_have_a_stream_each() -> None:
    sounds, one = [noise(seed, 4) for seed in range(5)], Windows()
    for seconds in (1, 2, 3):
        for sound in sounds:
            one.look(sound[: seconds * RATE])
    assert len(one.engine.opened) == 5
    for sound, stream in zip(sounds, one.engine.opened, strict=True):
        assert np.array_equal(stream.sound, sound[: 3 * RATE])


def test_a_stream_that_nobody_feeds_is_closed_and_so_are_all_at_the_end() -> None:
    one = Windows()
    one.look(noise(1, 1))
    one.clock.pass_until(10.0)
    one.look(noise(2, 1))
    assert [stream.is_closed for stream in one.engine.opened] == [True, False]
    one.recognizer.close()
    assert all(stream.is_closed for stream in one.engine.opened)


def test_another_language_is_another_stream_but_the_one_that_was_detected_is_the_same() -> None:
    sound, one = noise(1, 5), Windows()
    one.look(sound[:RATE], RecognitionRequest(None))
    one.look(sound[: 2 * RATE], RecognitionRequest("en"))
    assert len(one.engine.opened) == 1
    one.look(sound[: 3 * RATE], RecognitionRequest("es"))
    assert len(one.engine.opened) == 2
