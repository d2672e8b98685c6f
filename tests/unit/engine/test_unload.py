"""Models leave the memory when nobody needs them, and come back without losing a word."""

import threading
from collections.abc import Callable

from desktop.engine.events import (
    Metrics,
    ModelProgress,
    ModelUnloaded,
    SpeechAudio,
    State,
    StateChanged,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.recognition.backends.base import Progress
from tests.fakes import FakeRecognizer, FakeSource
from tests.unit.engine.test_engine import Session, Speech, ended, make, settings

__all__ = ["make"]

SOON = 0.002
"""minutes: a tenth of a second"""


class Counted(FakeRecognizer):
    """Counts how often it was loaded. slow: loading waits for it."""

    loads = 0
    closes = 0
    slow: threading.Event | None = None

    def load(self, progress: Progress) -> None:
        if self.slow is not None and self.loads:
            assert self.slow.wait(20)
        super().load(progress)
        self.loads += 1

    def close(self) -> None:
        super().close()
        self.closes += 1


def hear(session: Session, speech: Speech, count: int) -> None:
    """One session with one utterance; until it is over."""
    source = FakeSource(is_live=False)
    session.engine.start(source)
    session.wait_state(State.LISTENING, count)
    source.send(ended(speech("en-00")))
    source.end()
    session.wait_state(State.IDLE, count)


def test_after_a_rest_every_model_is_closed_and_the_next_start_loads_again(
    make: Callable[..., Session], speech: Speech
) -> None:
    recognizer = Counted()
    chosen = settings(recognition={"unload_after": SOON}, translation={"target": "es"}, speech={"enabled": True})
    session = make(chosen, recognizer=recognizer)
    hear(session, speech, 1)
    for stage in ("recognition", "translation", "speech"):
        session.wait(ModelUnloaded, lambda event, stage=stage: event.stage == stage)  # type: ignore[misc]
    assert recognizer.is_closed
    empty = session.wait(Metrics, lambda event: not (event.recognizer or event.translator or event.synthesizer))
    assert empty.recognizer == ""
    told = len(session.events)
    hear(session, speech, 2)
    assert recognizer.loads == 2
    again = [event for event in session.events[told:] if isinstance(event, ModelProgress | StateChanged)]
    assert again[0] == StateChanged(State.LOADING)
    loading = [event for event in again if isinstance(event, ModelProgress)]
    assert next(event for event in loading if event.stage == "recognition").fraction == 0.0
    assert {event.stage for event in loading} == {"recognition", "translation", "speech"}
    finals = [update for update in session.all(TranscriptUpdate) if update.is_final]
    assert [final.segment_id for final in finals] == [0, 1]
    # With the silence before it half a second more; and the pause at the end may be looked at before the end is.
    assert abs(len(finals[1].committed.split()) - len(finals[0].committed.split())) <= 2
    translated = [update for update in session.all(TranslationUpdate) if update.is_final]
    assert [update.is_translated for update in translated] == [True, True]


def test_nothing_is_unloaded_while_somebody_listens(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(settings(recognition={"unload_after": SOON})), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    # Metrics come twice a second: by the second one the rest would long be over.
    session.wait(Metrics, count=2)
    assert not session.all(ModelUnloaded)
    source.send(ended(speech("en-00")))
    session.wait(TranscriptUpdate, lambda update: update.is_final)


def test_zero_minutes_is_never(make: Callable[..., Session], speech: Speech) -> None:
    session = make(settings(recognition={"unload_after": 0}))
    hear(session, speech, 1)
    assert session.engine._unload_due() is None
    session.engine.update_settings(settings(recognition={"unload_after": SOON}))
    session.wait(ModelUnloaded)  # a change of the setting counts at once


def test_idle_the_engine_waits_for_one_deadline(make: Callable[..., Session], speech: Speech) -> None:
    session = make(settings(recognition={"unload_after": 5}))
    assert session.engine._patience(0.0) is None
    hear(session, speech, 1)
    patience = session.engine._patience(0.0)
    assert patience is not None
    assert 280 < patience <= 300


def test_audio_that_comes_while_it_is_loaded_again_is_kept(make: Callable[..., Session], speech: Speech) -> None:
    recognizer = Counted()
    recognizer.slow = threading.Event()
    session = make(settings(recognition={"unload_after": 60}), recognizer=recognizer)
    hear(session, speech, 1)
    session.engine.unload()
    session.wait(ModelUnloaded)
    source = FakeSource()
    session.engine.start(source)
    session.wait_state(State.LOADING, 2)
    source.send(ended(speech("en-00")))
    session.engine.stop()
    recognizer.slow.set()
    session.wait_state(State.IDLE, 2)
    finals = [update.committed for update in session.all(TranscriptUpdate) if update.is_final]
    assert len(finals) == 2
    # The pause at the end may or may not be looked at before the end is: a word more or less of the stand-in.
    assert abs(len(finals[1].split()) - len(finals[0].split())) <= 1


def test_a_start_that_crosses_the_unloading_still_waits_for_the_model(
    make: Callable[..., Session], speech: Speech
) -> None:
    recognizer = Counted()
    session = make(settings(recognition={"unload_after": 60}), recognizer=recognizer)
    hear(session, speech, 1)
    source = FakeSource(is_live=False)
    session.engine.unload()
    session.engine.start(source)  # before the stage has begun to unload
    session.wait_state(State.LISTENING, 2)
    source.send(ended(speech("en-00")))
    source.end()
    session.wait_state(State.IDLE, 2)
    states = [event.state for event in session.all(StateChanged)]
    assert states[4:] == [State.LOADING, State.LISTENING, State.STOPPING, State.IDLE]
    assert (recognizer.loads, recognizer.closes) == (2, 1)


def test_a_text_that_is_spoken_while_nobody_listens_begins_the_rest_anew(make: Callable[..., Session]) -> None:
    session = make(settings(recognition={"unload_after": SOON}))
    session.engine.speak("hola", "es")
    session.wait(SpeechAudio)
    session.wait(ModelUnloaded, lambda event: event.stage == "speech")
    session.engine.speak("hola otra vez", "es")
    session.wait(SpeechAudio, lambda audio: audio.text == "hola otra vez")
    session.wait(ModelUnloaded, lambda event: event.stage == "speech", 2)


def test_the_first_progress_comes_before_anything_slow(make: Callable[..., Session]) -> None:
    recognizer = Counted()
    recognizer.loads = 1
    recognizer.slow = threading.Event()
    session = make(recognizer=recognizer)
    session.engine.start(FakeSource())
    first = session.wait(ModelProgress)  # while the slow part still waits
    assert first == ModelProgress("recognition", "", 0.0)
    recognizer.slow.set()
    session.wait_state(State.LISTENING)


def test_what_suits_the_machine_is_measured_at_rest_and_a_start_ends_it(
    make: Callable[..., Session], speech: Speech
) -> None:
    began, ended_by_start = threading.Event(), threading.Event()

    def tune(_settings: object, wanted: threading.Event) -> None:
        began.set()
        assert wanted.wait(20)
        ended_by_start.set()

    session = make(settings(recognition={"unload_after": SOON}), tune=tune)
    hear(session, speech, 1)
    assert began.wait(20)
    assert not ended_by_start.is_set()
    hear(session, speech, 2)
    assert ended_by_start.is_set()


def test_nothing_is_measured_when_somebody_asked_for_the_memory(make: Callable[..., Session], speech: Speech) -> None:
    tuned: list[object] = []
    session = make(settings(recognition={"unload_after": 60}), tune=lambda *_: tuned.append(1))
    hear(session, speech, 1)
    session.engine.unload()
    session.wait(ModelUnloaded)
    hear(session, speech, 2)
    assert tuned == []
