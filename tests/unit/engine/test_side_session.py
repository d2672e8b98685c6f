"""A second session beside the app's own: on the same models, heard by nobody else."""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from desktop.engine.errors import DeviceMissing
from desktop.engine.events import (
    AudioFrame,
    AudioLevel,
    ErrorEvent,
    Event,
    ModelProgress,
    ModelUnloaded,
    Samples,
    SpeechAudio,
    State,
    StateChanged,
    TranscriptUpdate,
)
from desktop.engine.live.side_session import SideSession
from desktop.engine.options import SessionOptions
from desktop.messages import text_of
from tests.fakes import FakeRecognizer, FakeSource
from tests.unit.engine import test_engine
from tests.unit.engine.test_engine import Session, ended, settings
from tests.waiting import wait_until

make = test_engine.make
Speech = Callable[[str], Samples]


class Side(Session):
    """A side session and everything that it said."""

    def __init__(self, session: Session, source: FakeSource, language: str = "en") -> None:
        super().__init__(session.engine, session.outputs)
        self.frames: list[AudioFrame] = []
        self.source = source

        def adapt(options: SessionOptions) -> SessionOptions:
            return replace(options, language=language, target="es", speaks=True)

        self.side = SideSession(source, adapt, self.take, self.frames.append)
        self.engine.begin_side(self.side)


def test_it_hears_its_source_and_tells_only_its_owner(make: Callable[..., Session], speech: Speech) -> None:
    session = make(settings(translation={"target": "es"}, speech={"enabled": True}))
    side = Side(session, FakeSource())
    side.wait_state(State.LISTENING)
    side.source.send(speech("en-00"))
    side.engine.finish_side(side.side)
    side.wait_state(State.IDLE)
    assert side.all(TranscriptUpdate)[-1].is_final
    assert side.all(AudioLevel)
    assert sum(len(frame.samples) for frame in side.frames) == len(speech("en-00"))
    assert not side.source.is_open
    assert side.side.models is not None
    side.engine.end_side(side.side)
    for kind in (TranscriptUpdate, AudioLevel, SpeechAudio, StateChanged):
        assert not session.all(kind), kind
    assert session.all(ModelProgress)  # of the models everybody hears


def test_a_file_that_ends_ends_it(make: Callable[..., Session], speech: Speech) -> None:
    side = Side(make(), FakeSource(is_live=False))
    side.wait_state(State.LISTENING)
    side.source.send(ended(speech("en-00")))
    side.source.end()
    side.wait_state(State.IDLE)
    assert [state.state for state in side.all(StateChanged)][-2:] == [State.STOPPING, State.IDLE]


def test_while_it_pauses_a_microphone_is_not_heard_and_a_file_waits(
    make: Callable[..., Session], speech: Speech
) -> None:
    session = make()
    side = Side(session, FakeSource())
    side.wait_state(State.LISTENING)
    side.side.pause()
    side.source.send(speech("en-00"))
    assert not side.frames
    side.side.go_on()
    side.source.send(speech("en-00")[:1600])
    assert len(side.frames) == 4
    session.engine.end_side(side.side)

    file = Side(session, FakeSource(is_live=False))
    file.wait(StateChanged, lambda event: event.state is State.LISTENING)
    file.side.pause()
    sending = threading.Thread(target=file.source.send, args=(speech("en-00")[:1600],))
    sending.start()
    file.side.go_on()
    sending.join(10)
    assert len(file.frames) == 4


def test_one_that_is_paused_can_be_ended(make: Callable[..., Session], speech: Speech) -> None:
    side = Side(make(), FakeSource(is_live=False))
    side.wait_state(State.LISTENING)
    side.side.pause()
    sending = threading.Thread(target=side.source.send, args=(speech("en-00")[:1600],))
    sending.start()
    side.engine.end_side(side.side)
    side.engine.end_side(side.side)
    sending.join(10)
    assert not sending.is_alive()
    assert not side.source.is_open


def test_a_source_that_is_missing_is_said(make: Callable[..., Session]) -> None:
    session = make()
    side = Side(session, FakeSource(fail=DeviceMissing("microphone-missing", name="Headset")))
    side.wait_state(State.FAILED)
    assert text_of(side.wait(ErrorEvent)).startswith("The microphone Headset is not connected")
    session.engine.end_side(side.side)
    Side(session, FakeSource()).wait_state(State.LISTENING)


def test_a_recogniser_that_cannot_be_loaded_is_said(make: Callable[..., Session]) -> None:
    session = make(recognizer=FakeRecognizer(fail_load=DeviceMissing("no-microphone")))
    side = Side(session, FakeSource())
    side.wait_state(State.FAILED)
    assert not side.source.is_open


def test_what_it_says_is_not_heard_by_it(make: Callable[..., Session], speech: Speech) -> None:
    session = make(settings(speech={"mute_capture": "always", "rate": 1.0}))
    side = Side(session, FakeSource())
    side.wait_state(State.LISTENING)
    side.side.say("hola", "es")
    side.wait(SpeechAudio)
    session.outputs[-1].on_playing(True)
    side.source.send(speech("en-00")[:16_000])
    side.wait(AudioLevel, lambda level: level.is_muted)
    assert not side.frames
    assert not session.all(SpeechAudio)


def test_what_it_says_can_be_silenced(make: Callable[..., Session]) -> None:
    session = make()
    side = Side(session, FakeSource())
    side.wait_state(State.LISTENING)
    side.side.say("hola", "es")
    side.wait(SpeechAudio)
    stops = session.outputs[-1].stops
    side.side.stop_speaking()
    assert session.outputs[-1].stops == stops + 1


def test_its_options_can_change_while_it_listens(make: Callable[..., Session], speech: Speech) -> None:
    recognizer = FakeRecognizer()
    session, source = make(recognizer=recognizer), FakeSource()
    words = ["one"]
    events: list[Event] = []
    side = SideSession(source, lambda options: replace(options, language="en", vocabulary=words[0]), events.append)
    session.engine.begin_side(side)
    assert wait_until(lambda: source.is_open)
    source.send(ended(speech("en-00")))
    assert wait_until(lambda: any(isinstance(one, TranscriptUpdate) and one.is_final for one in events))
    words[0] = "two"
    side.renew()
    source.send(ended(speech("en-00")))
    assert wait_until(lambda: sum(isinstance(one, TranscriptUpdate) and one.is_final for one in events) > 1)
    asked = [request.vocabulary for request in recognizer.requests]
    assert asked[0] == "one"
    assert asked[-1] == "two"
    session.engine.end_side(side)


def test_the_models_stay_while_it_is_open_and_are_of_its_language(make: Callable[..., Session]) -> None:
    session = make()
    side = Side(session, FakeSource(), "es")
    side.wait_state(State.LISTENING)
    session.engine.unload()
    session.engine.update_settings(settings(recognition={"beam_size": 2}))
    models = side.side.models
    assert models is not None
    assert wait_until(lambda: models.recognition.name)
    assert models._options.languages == ("es",)
    assert not session.all(ModelUnloaded)
    session.engine.end_side(side.side)
    session.engine.unload()
    session.wait(ModelUnloaded)
    assert models._options.languages == ("en",)


def test_the_app_s_own_session_goes_on_beside_it(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    side = Side(session, FakeSource())
    side.wait_state(State.LISTENING)
    both = ended(speech("en-00"))
    source.send(both)
    side.source.send(np.concatenate((both, both)))
    session.wait(TranscriptUpdate, lambda update: update.is_final)
    side.wait(TranscriptUpdate, lambda update: update.is_final, 2)
    session.engine.end_side(side.side)
    session.engine.stop()
    session.wait_state(State.IDLE)
