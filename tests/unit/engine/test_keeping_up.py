"""The real engine on a computer whose speed is made up: it does less, says so, loses nothing, and comes back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.engine.audio.sources.file import FileSource
from desktop.engine.audio.sources.tapped import WatchedSource
from desktop.engine.events import ErrorEvent, Samples, Severity, TranscriptUpdate
from desktop.engine.live.frame_queue import BOUND
from desktop.engine.message import Message
from desktop.engine.models.load.load_levels import Kind
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.messages import text_of
from tests.conftest import TEST_AUDIO
from tests.fakes import FakeSource
from tests.unit.engine.lock_step import Cost, LockStep, spoken

Speech = Callable[[str], Samples]


@pytest.fixture
def make(speech: Speech) -> Iterator[Callable[..., LockStep]]:
    """make(cost, …) -> a LockStep that listens to recordings (four sentences), again and again."""
    running: list[LockStep] = []

    def build(cost: Cost, *recordings: str, **more: Any) -> LockStep:
        names = recordings or ("en-00", "en-01", "en-02", "en-03")
        running.append(LockStep(spoken(speech, *names), cost, **more))
        return running[-1]

    yield build
    for one in running:
        one.close()


def notices(engine: LockStep, least: int = 0) -> list[ErrorEvent]:
    """What was told of the pace; waits for so many."""
    engine.wait(lambda: len([event for event in engine.all(ErrorEvent) if event.code == "pace"]) >= least)
    return [event for event in engine.all(ErrorEvent) if event.code == "pace"]


def kinds(engine: LockStep, seconds: float, until: Callable[[], bool]) -> list[tuple[int, Kind, int]]:
    """The paces that were kept, in order: model, kind of level, beam."""
    found: list[tuple[int, Kind, int]] = []

    def look() -> bool:
        pace = engine.models.recognition.load.pace
        one = (pace.model, pace.level.kind, pace.level.beam_size)
        if not found or found[-1] != one:
            found.append(one)
        assert engine.metrics().backlog <= BOUND
        return until()

    engine.run_until(look, seconds)
    return found


def test_beam_cadence_finals_only_model_and_back(make: Callable[..., LockStep]) -> None:
    slow = [True]

    def cost(name: str, seconds: float, request: RecognitionRequest) -> float:
        large = 0.55 * seconds + 0.5 if slow[0] else 0.08
        return large if name == "large" else large / 4

    engine = make(cost)
    pacing = engine.models.recognition.load
    down = kinds(engine, 300, lambda: pacing.pace.model == 1)
    expected = [
        (0, Kind.AS_SET, 5),
        (0, Kind.BEAM, 2),
        (0, Kind.BEAM, 1),
        (0, Kind.CADENCE, 1),
        (0, Kind.CADENCE, 1),
        (0, Kind.FINALS, 1),
        (1, Kind.CADENCE, 1),
    ]
    assert down == [one for place, one in enumerate(expected) if place == 0 or one != expected[place - 1]]
    assert [recognizer.name for recognizer in engine.recognizers] == ["large", "small"]
    assert engine.recognizers[0].is_closed
    metrics = engine.metrics()
    assert metrics.recognizer == "small"
    assert metrics.pace[0] == Message("reduced-to-model", chosen="large", used="small")
    said = notices(engine, 5)
    assert len(said) == 5, "each change is told, once: the second narrower beam is none to the user"
    assert all(event.severity is Severity.WARNING for event in said)
    assert text_of(said[-1]) == "This computer is too slow for large now; small recognises."

    for _ in engine.run(8):
        assert pacing.pace.model == 1
    slow[0] = False
    up = kinds(engine, 400, lambda: (pacing.pace.model, pacing.pace.number) == (0, 0))
    assert [one for one in up if one[0] == 1] == [
        (1, Kind.CADENCE, 1),
        (1, Kind.BEAM, 1),
        (1, Kind.BEAM, 2),
        (1, Kind.AS_SET, 5),
    ]
    assert up[-1] == (0, Kind.AS_SET, 5)
    assert [recognizer.name for recognizer in engine.recognizers] == ["large", "small", "large"]
    assert engine.recognizers[1].is_closed
    assert engine.metrics().pace == ()
    told = notices(engine, 5 + 6)
    assert [text_of(event) for event in told].index("There is time again; recognition is done as set.") == len(told) - 1
    assert all(event.severity is Severity.INFO for event in told[5:])
    assert [text_of(event) for event in told].count("There is time again for large; it recognises now.") == 1


def test_beam_and_step_reach_the_recogniser_and_the_ear(make: Callable[..., LockStep]) -> None:
    engine = make(lambda name, seconds, request: 1.2, names=("only",))
    pacing = engine.models.recognition.load
    engine.run_until(lambda: pacing.pace.level.kind is Kind.CADENCE, 200)
    for _ in engine.run(5):
        pass
    asked = engine.recognizers[0].requests
    assert asked[0].beam_size == 5
    assert asked[-1].beam_size == 1
    hearing = engine.lane._session._hearing
    assert hearing is not None
    assert hearing._step == pacing.pace.step > 1.2


def test_finals_only_asks_for_finals_only_and_loses_no_utterance(
    make: Callable[..., LockStep],
) -> None:
    engine = make(lambda name, seconds, request: 0.7 * seconds + 0.4, names=("only",))
    pacing = engine.models.recognition.load
    engine.run_until(lambda: pacing.pace.level.kind is Kind.FINALS, 300)
    for _ in engine.run(10):
        pass
    before = len(engine.recognizers[0].requests)
    for _ in engine.run(40):
        assert engine.metrics().backlog <= BOUND
    asked = engine.recognizers[0].requests[before:]
    assert asked
    assert all(request.is_final for request in asked)
    engine.run_until(lambda: engine.lane.backlog == 0, 60)
    finals = [update.segment_id for update in engine.all(TranscriptUpdate) if update.is_final]
    assert finals == list(range(finals[0], finals[0] + len(finals)))
    assert engine.lane.frames.dropped_seconds == 0
    assert not [event for event in engine.all(ErrorEvent) if event.code == "audio-dropped"]


def test_a_computer_that_is_too_slow_for_everything_keeps_the_bound_and_says_what_is_lost(
    make: Callable[..., LockStep],
) -> None:
    engine = make(lambda name, seconds, request: 4.0 * seconds, names=("only",))
    for _ in engine.run(240):
        assert engine.metrics().backlog <= BOUND
    assert engine.lane.frames.dropped_seconds > 60
    lost = [event for event in engine.all(ErrorEvent) if event.code == "audio-dropped"]
    assert 1 <= len(lost) <= 4
    assert lost[0].severity is Severity.WARNING


def test_a_fast_computer_is_left_alone(make: Callable[..., LockStep]) -> None:
    engine = make(lambda name, seconds, request: 0.08)
    for _ in engine.run(60):
        pass
    metrics = engine.metrics()
    assert metrics.pace == ()
    assert 0 < metrics.busy < 0.5
    assert metrics.backlog < 0.2
    assert not notices(engine)


def test_only_a_source_that_goes_on_in_real_time_is_kept_up_with(make: Callable[..., LockStep]) -> None:
    engine = make(lambda name, seconds, request: 0.08)
    pacing = engine.models.recognition.load
    assert pacing.in_real_time
    engine.engine.start(FakeSource("another", is_live=False))
    engine.wait(lambda: not pacing.in_real_time)
    path = TEST_AUDIO / "en-00.flac"
    watched = WatchedSource(FileSource(path, realtime=True), lambda _: None)
    assert not watched.is_live
    engine.engine.start(watched)
    engine.wait(lambda: pacing.in_real_time)
    engine.engine.start(FileSource(path))
    engine.wait(lambda: not pacing.in_real_time)
