"""A session without models, threads or time: what it asks for, and what it makes of the answers."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import BackendFailed
from desktop.engine.events import (
    AudioLevel,
    ErrorEvent,
    Event,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.message import verbatim
from desktop.engine.options import Effort, SessionOptions, VoiceOptions
from desktop.engine.recognition.work import Decode
from desktop.engine.requests import Kind, Request, Stage
from desktop.engine.session import Session
from desktop.engine.speech.work import Speak
from desktop.engine.translation.work import LoadTranslation, Translate
from desktop.messages import text_of
from tests.fakes import FakeRecognizer, FakeTranslator, LoudnessDetector, sound

ENGLISH = SessionOptions(language="en", voice=VoiceOptions(early_end=0))


class Desk:
    """A session whose requests are answered when a test says so."""

    def __init__(self, options: SessionOptions = ENGLISH) -> None:
        self.session = Session(options, LoudnessDetector())
        self.recognizer = FakeRecognizer()
        self.session.set_recognizer(self.recognizer.capabilities)
        self.events: list[Event] = []
        self.requests: dict[Stage, Request] = {}
        self.works: list[Any] = []

    def take(self, outputs: list[Event | Request]) -> None:
        for output in outputs:
            if isinstance(output, Request):
                waiting = self.requests.get(output.stage)
                assert (waiting.id if waiting else None) == output.replaces, "at most one of each stage"
                self.requests[output.stage] = output
            else:
                self.events.append(output)

    def speak(self, seconds: float) -> None:
        self.take(self.session.feed(sound(seconds)))

    def fall_silent(self, seconds: float = 1.0) -> None:
        self.take(self.session.feed(sound(seconds, 0.0)))

    def begin(self, stage: Stage = Stage.RECOGNITION) -> tuple[Request, Any]:
        request = self.requests.pop(stage)
        work = self.session.begin(request.id)
        if work is None:
            self.take(self.session.poll())
        else:
            self.works.append(work)
        return request, work

    def answer(self, request: Request, work: Any) -> None:
        self.take(self.session.deliver(request.id, self._answer(work)))

    def serve(self) -> None:
        """Answer everything that is asked for."""
        while self.requests:
            request, work = self.begin(next(iter(self.requests)))
            if work is not None:
                self.answer(request, work)

    def _answer(self, work: Any) -> Any:
        if isinstance(work, Decode):
            return self.recognizer.transcribe(work.samples, work.request)
        if isinstance(work, LoadTranslation):
            return FakeTranslator().capabilities
        return work.text.upper() if isinstance(work, Translate) else None

    def finals(self) -> list[TranscriptUpdate]:
        return [event for event in self.events if isinstance(event, TranscriptUpdate) and event.is_final]


def test_what_is_said_is_asked_for_and_told() -> None:
    desk = Desk()
    desk.speak(2.0)
    assert desk.requests[Stage.RECOGNITION].kind is Kind.PARTIAL
    desk.serve()
    assert [event.is_final for event in desk.events if isinstance(event, TranscriptUpdate)] == [False]
    desk.fall_silent()
    assert desk.requests[Stage.RECOGNITION].kind is Kind.FINAL
    desk.serve()
    (final,) = desk.finals()
    assert final.committed.startswith("Word0 word1 word2 word3")
    assert final.speech_end == pytest.approx(2.0, abs=0.05)
    assert desk.session.is_idle


def test_a_decoding_begins_on_the_newest_audio() -> None:
    desk = Desk()
    for _ in range(5):
        desk.speak(0.5)
    assert len(desk.requests) == 1
    _, work = desk.begin()
    assert work.end == pytest.approx(2.5, abs=0.35)
    assert desk.session.coalesced >= 3


def test_what_was_found_in_a_pause_needs_no_model_at_the_end() -> None:
    desk = Desk()
    desk.speak(2.0)
    desk.serve()
    desk.fall_silent(0.3)
    assert desk.requests[Stage.RECOGNITION].kind is Kind.PAUSE
    desk.serve()
    count = len(desk.works)
    desk.fall_silent(0.5)
    assert not desk.requests
    assert len(desk.finals()) == 1
    assert len(desk.works) == count


def test_the_translation_follows_and_is_spoken() -> None:
    desk = Desk(replace(ENGLISH, target="es", speaks=True))
    desk.speak(2.0)
    desk.fall_silent()
    desk.serve()
    translated = [event for event in desk.events if isinstance(event, TranslationUpdate) and event.is_final]
    assert [event.committed for event in translated] == [desk.finals()[0].committed.upper()]
    assert " ".join(work.text for work in desk.works if isinstance(work, Speak)) == translated[0].committed
    assert sum(isinstance(work, LoadTranslation) for work in desk.works) == 1


def test_a_pair_is_asked_for_once_and_again_when_other_translators_may_be_there() -> None:
    desk = Desk(replace(ENGLISH, target="es"))
    for _ in range(2):
        desk.speak(1.0)
        desk.fall_silent()
        desk.serve()
    assert sum(isinstance(work, LoadTranslation) for work in desk.works) == 1
    desk.session.forget_translations()
    desk.speak(1.0)
    desk.fall_silent()
    desk.serve()
    assert sum(isinstance(work, LoadTranslation) for work in desk.works) == 2


def test_a_failure_is_told_once_and_the_next_utterance_goes_on() -> None:
    desk = Desk()
    error = BackendFailed(verbatim("The model failed; choose another one."), recoverable=True)
    for _ in range(2):
        desk.speak(1.0)
        desk.fall_silent()
        while desk.requests:
            request, work = desk.begin()
            if work is not None:
                desk.take(desk.session.deliver(request.id, error))
    assert [text_of(event) for event in desk.events if isinstance(event, ErrorEvent)] == [text_of(error)]
    desk.speak(1.0)
    desk.fall_silent()
    desk.serve()
    assert len(desk.finals()) == 1


def test_an_answer_that_comes_twice_is_dropped() -> None:
    desk = Desk()
    desk.speak(1.0)
    request, work = desk.begin()
    desk.answer(request, work)
    count = len(desk.events)
    desk.answer(request, work)
    assert len(desk.events) == count


def test_what_is_muted_is_silence() -> None:
    desk = Desk()
    desk.take(desk.session.feed(sound(2.0), is_muted=True))
    assert not desk.requests
    levels = [event for event in desk.events if isinstance(event, AudioLevel)]
    assert levels
    assert all(level.is_muted and level.rms == -90 for level in levels)


def test_the_driver_is_told_when_to_hold_audio_back() -> None:
    desk = Desk()
    while not desk.session.is_full:
        desk.speak(5.0)
        desk.fall_silent()
        assert desk.session.waiting <= 30.0 + 6.0
    assert desk.session.time <= 40
    desk.serve()
    assert not desk.session.is_full
    assert [final.segment_id for final in desk.finals()] == list(range(len(desk.finals())))


def test_less_effort_asks_for_less() -> None:
    desk = Desk()
    desk.session.work_at(Effort(2.0, 1.0, 1, 5.0, has_partials=False))
    desk.speak(3.0)
    assert not desk.requests, "only whole utterances"
    desk.fall_silent()
    _, work = desk.begin()
    assert work.request.beam_size == 1


def test_other_options_hold_for_a_running_utterance() -> None:
    desk = Desk()
    desk.speak(1.0)
    desk.session.configure(replace(ENGLISH, language="es", vocabulary="Parley"))
    desk.speak(0.5)
    _, work = desk.begin()
    assert (work.request.language, work.request.vocabulary) == ("es", "Parley")


def test_nothing_waits_to_be_spoken_after_stop_speaking() -> None:
    desk = Desk(replace(ENGLISH, target="es", speaks=True))
    desk.speak(2.0)
    desk.fall_silent()
    while set(desk.requests) - {Stage.SPEECH}:
        request, work = desk.begin(next(stage for stage in desk.requests if stage is not Stage.SPEECH))
        if work is not None:
            desk.answer(request, work)
    desk.session.stop_speaking()
    _, work = desk.begin(Stage.SPEECH)
    assert work is None
    assert desk.session.is_idle


def test_a_finished_session_ends_its_utterance_and_takes_no_more() -> None:
    desk = Desk()
    desk.speak(1.0)
    desk.take(desk.session.finish())
    desk.serve()
    assert len(desk.finals()) == 1
    with pytest.raises(ValueError, match="finished"):
        desk.session.feed(sound(1.0))


def test_a_session_without_a_detector_says_so() -> None:
    with pytest.raises(ValueError, match="detector"):
        Session().feed(sound(1.0))


@given(
    st.lists(
        st.sampled_from(["speak", "pause", "silence", "begin", "answer", "fail", "flush"]), min_size=1, max_size=60
    ),
    st.booleans(),
)
def test_each_utterance_ends_once_and_what_is_committed_stays(steps: list[str], translates: bool) -> None:
    desk = Desk(replace(ENGLISH, target="es") if translates else ENGLISH)
    begun: list[tuple[Request, Any]] = []
    for step in steps:
        if step in ("speak", "pause", "silence"):
            seconds, loudness = {"speak": (0.7, 0.5), "pause": (0.2, 0.0), "silence": (0.8, 0.0)}[step]
            desk.take(desk.session.feed(sound(seconds, loudness)))
        elif step == "flush":
            desk.take(desk.session.flush())
        elif step == "begin" and desk.requests:
            request, work = desk.begin(next(iter(desk.requests)))
            begun += [(request, work)] if work is not None else []
        elif step == "answer" and begun:
            desk.answer(*begun.pop())
        elif step == "fail" and begun:
            desk.take(desk.session.deliver(begun.pop()[0].id, RuntimeError("boom")))
    desk.take(desk.session.finish())
    for request, work in begun:
        desk.answer(request, work)
    desk.serve()
    assert desk.session.is_idle
    committed: dict[tuple[type, int], str] = {}
    ended: set[tuple[type, int]] = set()
    for event in desk.events:
        if isinstance(event, TranscriptUpdate | TranslationUpdate):
            key = (type(event), event.segment_id)
            assert key not in ended
            assert event.committed.startswith(committed.get(key, ""))
            committed[key] = event.committed
            ended |= {key} if event.is_final else set()
    assert ended == set(committed), "what was shown has an end"
