"""A session on the real shared models, driven by the app's driver: texts that nobody said, and what is told once."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from desktop.engine.events import AudioFrame, ErrorEvent, Event, SpeechAudio, TranslationUpdate
from desktop.engine.live.backends import Backends
from desktop.engine.live.lane import OUTSIDE_SESSION, EndOfSpeech, Lane
from desktop.engine.live.session_thread import SessionThread
from desktop.engine.options import SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.requests import Kind, Request, Stage
from desktop.engine.session import Session
from desktop.engine.translation.backends.argos import ArgosTranslator
from tests.fakes import FakeOutput, FakeRecognizer, FakeSynthesizer
from tests.waiting import wait_until


class Desk:
    """A lane with the starter's Argos packages and no recogniser to speak of."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.outputs: list[FakeOutput] = []
        self.drained = threading.Event()
        self.thread = SessionThread()

        def output(*arguments: object) -> FakeOutput:
            self.outputs.append(FakeOutput(*arguments))  # type: ignore[arg-type]
            return self.outputs[-1]

        backends = Backends(
            recognizer=lambda *_: FakeRecognizer(),
            translator=lambda *_: ArgosTranslator(),
            synthesizer=lambda *_: FakeSynthesizer(),
            output=output,
            models=lambda _: (),
        )
        self.models = Models(None, backends, self.events.append)
        options = SessionOptions(language="en", target="es")
        self.lane = Lane(options, self.models, backends, self.thread, self.events.append, self._drained)

    def translate(self, text: str, language: str = "en") -> TranslationUpdate:
        told: list[TranslationUpdate] = []
        came = threading.Event()
        self.lane.translate(text, language, "es", lambda update: (told.append(update), came.set()))
        assert came.wait(20)
        return told[0]

    def _drained(self, _: EndOfSpeech) -> None:
        self.drained.set()

    def close(self) -> None:
        self.lane.close()
        self.thread.close(10)
        assert self.models.close(10)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def test_corrected_lines_are_translated_and_their_limits_told_once(desk: Desk) -> None:
    texts = [desk.translate(text) for text in ("My dog ate it.", "Good morning.", "We had a lovely time.")]
    assert [(one.committed, one.is_translated) for one in texts] == [
        ("My dog ate it.", False),
        ("Buenos días.", True),
        ("We had a lovely time.", False),
    ]
    assert all(one.is_final and one.segment_id == OUTSIDE_SESSION for one in texts)
    assert [event.code for event in desk.events if isinstance(event, ErrorEvent)] == ["untranslated"]


def test_a_line_in_the_target_language_stays_as_it_is(desk: Desk) -> None:
    assert desk.translate("Buenos días.", "es").committed == "Buenos días."
    assert not [event for event in desk.events if isinstance(event, ErrorEvent)]


def test_a_text_of_its_own_is_spoken_on_the_device(desk: Desk) -> None:
    desk.lane.say("hola a todos", "es")
    done = threading.Event()
    desk.lane.translate("Good morning.", "en", "es", lambda _: done.set())
    assert done.wait(20)
    for _ in range(200):
        if desk.outputs and desk.outputs[0].played:
            break
        threading.Event().wait(0.02)
    (audio,) = [event for event in desk.events if isinstance(event, SpeechAudio)]
    assert (audio.segment_id, audio.text, audio.is_last) == (OUTSIDE_SESSION, "hola a todos", True)


def test_an_end_is_told_when_everything_before_it_is_done(desk: Desk) -> None:
    for _ in range(20):
        desk.lane.frames.put(AudioFrame(np.zeros(1600, np.float32), 0.0, "test"), is_live=True)
    desk.lane.end(3)
    assert desk.drained.wait(20)
    assert desk.lane.frames.waiting_seconds == 0


class FullUntilBegun(Session):
    """A session that takes no audio before its first request is begun."""

    has_begun = False

    @property
    def is_full(self) -> bool:
        return not self.has_begun

    def begin(self, request_id: int) -> object:
        self.has_begun = True
        return super().begin(request_id)


def test_audio_is_taken_again_as_soon_as_there_is_room_not_when_the_work_is_done() -> None:
    thread = SessionThread()
    backends = Backends(recognizer=lambda *_: FakeRecognizer(), models=lambda _: (), session=FullUntilBegun)
    models = Models(None, backends)
    lane = Lane(SessionOptions(language="en"), models, backends, thread, lambda _: None, lambda _: None)
    lane.frames.put(AudioFrame(np.zeros(1600, np.float32), 0.0, "test"), is_live=True)
    assert not wait_until(lambda: lane.frames.waiting_seconds == 0, 0.2)
    lane._serve(Request(1, Stage.RECOGNITION, Kind.FINAL))
    assert wait_until(lambda: lane.frames.waiting_seconds == 0)
    lane.close()
    thread.close(10)
    assert models.close(10)
