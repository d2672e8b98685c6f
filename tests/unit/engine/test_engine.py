"""The engine's own behaviour on real speech, with stand-ins for the models and devices."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pytest

from desktop.engine.audio.sources.file import FileSource
from desktop.engine.engine import Engine
from desktop.engine.errors import DeviceLost, DeviceMissing, ModelMissing
from desktop.engine.events import (
    AudioLevel,
    ErrorEvent,
    Event,
    Metrics,
    ModelProgress,
    Samples,
    SourceOpened,
    SpeechAudio,
    State,
    StateChanged,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from tests.conftest import TEST_AUDIO
from tests.fakes import (
    FakeOutput,
    FakeRecognizer,
    FakeSource,
    FakeSpeechTranslator,
    FakeSynthesizer,
    FakeTranslator,
)
from tests.waiting import wait_until

E = TypeVar("E")
Speech = Callable[[str], Samples]


def settings(**groups: dict[str, Any]) -> Settings:
    values: dict[str, dict[str, Any]] = {"recognition": {"language": "en"}}
    for name, group in groups.items():
        values[name] = values.get(name, {}) | group
    return Settings.model_validate(values)


def ended(samples: Samples) -> Samples:
    """The samples and the silence that ends an utterance."""
    return np.concatenate((samples, np.zeros(16_000, np.float32)))


@dataclass
class Session:
    """A running engine and everything it said."""

    engine: Engine
    outputs: list[FakeOutput]
    events: list[Event] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, event: Event) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def wait(self, kind: type[E], test: Callable[[E], bool] = lambda _: True, count: int = 1) -> E:
        """The count-th event of the kind that passes the test."""

        def found() -> list[E]:
            return [event for event in self.all(kind) if test(event)]

        with self.changed:
            assert self.changed.wait_for(lambda: len(found()) >= count, 20), f"no such {kind.__name__}"
            return found()[count - 1]

    def wait_state(self, state: State, count: int = 1) -> StateChanged:
        return self.wait(StateChanged, lambda event: event.state is state, count)


@pytest.fixture
def make() -> Iterator[Callable[..., Session]]:
    """make(settings, recognizer=…, source=…) -> a Session whose engine runs."""
    running: list[tuple[Engine, threading.Thread]] = []

    def build(
        chosen: Settings | None = None,
        *,
        recognizer: FakeRecognizer | None = None,
        translator: FakeTranslator | None = None,
        synthesizer: FakeSynthesizer | None = None,
        tune: Callable[..., None] | None = None,
        sources: dict[str, FakeSource] | None = None,
    ) -> Session:
        outputs: list[FakeOutput] = []

        def output(*arguments: Any) -> FakeOutput:
            outputs.append(FakeOutput(*arguments))
            return outputs[-1]

        backends = Backends(
            recognizer=lambda _settings, _notify: recognizer or FakeRecognizer(),
            tune=tune or (lambda _settings, _wanted: None),
            translator=lambda _settings, _notify: translator or FakeTranslator(),
            synthesizer=lambda _settings, _notify: synthesizer or FakeSynthesizer(),
            output=output,
            source=lambda source_id: (sources or {})[source_id],
        )
        engine = Engine(chosen or settings(), backends)
        session = Session(engine, outputs)
        engine.subscribe(session.take)
        thread = threading.Thread(target=engine.run)
        thread.start()
        running.append((engine, thread))
        return session

    yield build
    for engine, thread in running:
        engine.close()
        thread.join(10)
        assert not thread.is_alive()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("parley-")]


def test_from_start_to_the_end_of_the_source(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(), FakeSource(is_live=False)
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(speech("en-00"))
    source.end()
    session.wait_state(State.IDLE)
    states = [event.state for event in session.all(StateChanged)]
    assert states == [State.LOADING, State.LISTENING, State.STOPPING, State.IDLE]
    finals = [update for update in session.all(TranscriptUpdate) if update.is_final]
    assert len(finals) == 1
    assert finals[0].committed.startswith("Word0 word1")
    assert finals[0].unconfirmed == ""
    assert session.all(AudioLevel)
    assert session.all(Metrics)[-1].recognizer == "fake recogniser"
    assert session.all(ModelProgress)[-1].fraction == 1
    assert not source.is_open


def test_audio_that_comes_while_the_model_loads_is_kept(make: Callable[..., Session], speech: Speech) -> None:
    gate = threading.Event()
    recognizer = FakeRecognizer()
    load = recognizer.load
    recognizer.load = lambda progress: (gate.wait(20), load(progress))[-1]  # type: ignore[method-assign]
    session, source = make(recognizer=recognizer), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LOADING)
    source.send(speech("en-00"))
    session.engine.stop()
    gate.set()
    session.wait_state(State.IDLE)
    assert [update for update in session.all(TranscriptUpdate) if update.is_final]


def test_stop_finishes_what_was_being_said(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(speech("en-00")[: 16_000 * 2])
    session.wait(TranscriptUpdate)
    session.engine.stop()
    session.wait_state(State.IDLE)
    assert session.all(TranscriptUpdate)[-1].is_final


def test_a_second_start_goes_on_counting_segments_and_time(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(), FakeSource()
    for count in (1, 2):
        session.engine.start(source)
        session.wait_state(State.LISTENING, count)
        source.send(speech("en-00"))
        session.engine.stop()
        session.wait_state(State.IDLE, count)
    first, second = [update for update in session.all(TranscriptUpdate) if update.is_final]
    assert second.segment_id > first.segment_id
    assert second.start >= first.end
    opened = session.all(SourceOpened)
    assert [(one.source, one.duration) for one in opened] == [("pushed:", None)] * 2
    assert (opened[0].start, opened[1].start) == (0.0, pytest.approx(len(speech("en-00")) / 16_000))
    assert first.start == pytest.approx(second.start - opened[1].start, abs=0.1)


def test_a_recording_tells_its_length(make: Callable[..., Session]) -> None:
    session = make()
    session.engine.start(FileSource(TEST_AUDIO / "en-00.flac"))
    opened = session.wait(SourceOpened)
    assert opened.source.endswith("en-00.flac")
    assert opened.duration == pytest.approx(2.7, abs=0.3)
    session.wait_state(State.IDLE)


def test_start_while_stopping_starts_again_afterwards(make: Callable[..., Session], speech: Speech) -> None:
    gate = threading.Event()
    session, source = make(recognizer=FakeRecognizer(gate=gate)), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(speech("en-00"))
    session.engine.stop()
    session.engine.start(source)
    gate.set()
    session.wait_state(State.LISTENING, 2)
    assert session.wait_state(State.IDLE)
    assert source.is_open


def test_the_translation_is_shown_and_spoken(make: Callable[..., Session], speech: Speech) -> None:
    chosen = settings(translation={"target": "es"}, speech={"enabled": True, "volume": 0.5})
    synthesizer = FakeSynthesizer()
    session, source = make(chosen, synthesizer=synthesizer), FakeSource(is_live=False)
    session.engine.start(source)
    source_audio = speech("en-00")
    session.wait_state(State.LISTENING)
    source.send(source_audio)
    source.end()
    session.wait_state(State.IDLE)
    transcript = session.all(TranscriptUpdate)[-1]
    translation = session.all(TranslationUpdate)[-1]
    assert translation.is_final
    assert translation.committed == transcript.committed.upper()
    assert " ".join(synthesizer.spoken) == translation.committed
    assert [audio.is_last for audio in session.all(SpeechAudio)][-1]
    assert session.outputs[0].volume == 0.5
    assert len(session.outputs[0].played) == len(session.all(SpeechAudio))


def test_translation_and_voice_are_loaded_before_the_first_word(make: Callable[..., Session]) -> None:
    session = make(settings(translation={"target": "es"}, speech={"enabled": True}))
    session.engine.start(FakeSource())
    for stage in ("recognition", "translation", "speech"):
        session.wait(ModelProgress, lambda event, stage=stage: event.stage == stage and event.fraction == 1)


def test_what_a_new_target_needs_is_loaded_and_told_at_once(make: Callable[..., Session]) -> None:
    session = make()
    session.engine.start(FakeSource())
    session.wait_state(State.LISTENING)
    session.engine.update_settings(settings(translation={"target": "fr"}))
    assert text_of(session.wait(ErrorEvent)) == "Install the package en-fr."


def test_a_pair_without_translation_shows_the_original_and_says_once_what_to_install(
    make: Callable[..., Session], speech: Speech
) -> None:
    session, source = make(settings(translation={"target": "fr"})), FakeSource(is_live=False)
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    for name in ("en-00", "en-01"):
        source.send(speech(name))
    source.end()
    session.wait_state(State.IDLE)
    finals = [update for update in session.all(TranslationUpdate) if update.is_final]
    assert finals
    assert all(not update.is_translated for update in finals)
    assert [text_of(event) for event in session.all(ErrorEvent)] == ["Install the package en-fr."]


def test_a_source_that_cannot_be_opened_fails_with_its_sentence(make: Callable[..., Session]) -> None:
    session = make()
    session.engine.start(FakeSource(fail=DeviceMissing(verbatim("Plug the headset in."))))
    assert session.wait_state(State.FAILED).detail == verbatim("Plug the headset in.")
    assert session.wait(ErrorEvent).code == "device-missing"
    source = FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)


def test_a_model_that_cannot_be_loaded_fails_and_closes_the_source(make: Callable[..., Session]) -> None:
    session = make(recognizer=FakeRecognizer(fail_load=ModelMissing(verbatim("Install a model."))))
    source = FakeSource()
    session.engine.start(source)
    assert session.wait_state(State.FAILED).detail == verbatim("Install a model.")
    assert not source.is_open


def test_a_recogniser_that_breaks_keeps_what_was_shown(make: Callable[..., Session], speech: Speech) -> None:
    recognizer = FakeRecognizer(fail_from=(3, RuntimeError("boom")))
    session, source = make(recognizer=recognizer), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    audio = speech("stream-en")[: 16_000 * 4]
    for at in range(0, len(audio), 8000):
        source.send(audio[at : at + 8000])
        if len(session.all(TranscriptUpdate)) < 3:
            session.changed.acquire()
            session.changed.wait(0.2)
            session.changed.release()
    session.engine.stop()
    session.wait_state(State.IDLE)
    updates = session.all(TranscriptUpdate)
    final = updates[-1]
    assert final.is_final
    shown = [update for update in updates if update.segment_id == final.segment_id][-2]
    assert final.committed == " ".join(filter(None, (shown.committed, shown.unconfirmed)))
    assert [event.severity for event in session.all(ErrorEvent)] == ["error"]
    assert "boom" not in text_of(session.all(ErrorEvent)[0])


def test_an_interrupted_source_ends_the_utterance_and_goes_on(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(speech("en-00")[: 16_000 * 2])
    source.interrupt(DeviceLost(verbatim("The headset is gone; plug it in again."), recoverable=True))
    assert session.wait(TranscriptUpdate, lambda update: update.is_final)
    source.resume()
    source.send(ended(speech("en-01")))
    session.wait(TranscriptUpdate, lambda update: update.is_final, 2)
    assert [event.code for event in session.all(ErrorEvent)] == ["device-lost", "resumed"]


def test_switching_the_source_while_listening_opens_the_new_one_first(
    make: Callable[..., Session], speech: Speech
) -> None:
    old, new = FakeSource("microphone:old"), FakeSource("loopback:new")
    sources = {"microphone:old": old, "loopback:new": new}
    chosen = settings(audio={"source": "microphone:old"})
    session = make(chosen, sources=sources)
    session.engine.start()
    session.wait_state(State.LISTENING)
    audio = speech("en-00")
    old.send(audio[:20_000])
    session.engine.update_settings(chosen.model_copy(update={"audio": replace_source(chosen, "loopback:new")}))
    assert wait_until(lambda: not old.is_open)
    assert new.is_open
    new.send(ended(audio[20_000:]))
    final = session.wait(TranscriptUpdate, lambda update: update.is_final)
    assert final.end - final.start > 1.5
    assert len(session.all(StateChanged)) == 2


def replace_source(chosen: Settings, source: str) -> Any:
    return chosen.audio.model_copy(update={"source": source})


def test_a_new_source_that_cannot_be_opened_leaves_the_old_one_running(make: Callable[..., Session]) -> None:
    old = FakeSource("microphone:old")
    session = make()
    session.engine.start(old)
    session.wait_state(State.LISTENING)
    session.engine.start(FakeSource(fail=DeviceMissing(verbatim("No such device."))))
    assert text_of(session.wait(ErrorEvent)) == "No such device."
    assert old.is_open
    assert session.all(StateChanged)[-1].state is State.LISTENING


def test_the_language_changes_while_listening(make: Callable[..., Session], speech: Speech) -> None:
    recognizer = FakeRecognizer()
    session, source = make(recognizer=recognizer), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(ended(speech("en-00")))
    session.wait(TranscriptUpdate, lambda update: update.is_final)
    session.engine.update_settings(settings(recognition={"language": "es"}))
    session.engine.update_settings(settings(recognition={"language": "es"}, speech={"rate": 1.2}))
    source.send(ended(speech("es-00")))
    assert session.wait(TranscriptUpdate, lambda update: update.is_final, 2).language == "es"
    assert not recognizer.is_closed


def test_flush_ends_the_utterance_at_once(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(speech("en-00")[: 16_000 * 2])
    session.engine.flush()
    session.wait(TranscriptUpdate, lambda update: update.is_final)


def test_stop_speaking_silences_and_later_text_is_spoken_again(make: Callable[..., Session]) -> None:
    session = make()
    session.engine.speak("hola", "es")
    session.wait(SpeechAudio)
    session.engine.stop_speaking()
    assert session.outputs[0].stops == 1
    session.engine.speak("otra vez", "es")
    assert session.wait(SpeechAudio, count=2).text == "otra vez"
    assert session.all(SpeechAudio)[0].segment_id == -1


def test_a_language_without_any_voice_is_said(make: Callable[..., Session]) -> None:
    session = make()
    session.engine.speak("bonjour", "fr")
    assert text_of(session.wait(ErrorEvent)) == "No voice for fr; install one."


def test_while_parley_speaks_it_does_not_hear_itself(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(settings(speech={"mute_capture": "always", "enabled": True})), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    session.engine.speak("hola", "es")
    session.wait(SpeechAudio)
    source.send(speech("en-00")[:1600])
    session.wait(AudioLevel)
    session.outputs[0].on_playing(True)
    source.send(speech("en-00"))
    session.wait(AudioLevel, lambda level: level.is_muted, 20)
    session.engine.stop()
    session.wait_state(State.IDLE)
    assert not session.all(TranscriptUpdate)


def test_a_subscriber_that_fails_disturbs_nobody(make: Callable[..., Session]) -> None:
    session = make()

    def broken(_: Event) -> None:
        raise ValueError

    unsubscribe = session.engine.subscribe(broken)
    session.engine.start(FakeSource())
    session.wait_state(State.LISTENING)
    unsubscribe()
    session.engine.stop()
    session.wait_state(State.IDLE)


def test_stop_does_not_wait_for_a_file_that_is_ahead_of_the_recogniser(
    make: Callable[..., Session], speech: Speech
) -> None:
    gate = threading.Event()
    session, source = make(recognizer=FakeRecognizer(gate=gate)), FakeSource(is_live=False)
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    audio = np.concatenate([ended(speech("en-00"))] * 45)
    reading = threading.Thread(target=lambda: source.send(audio))
    reading.start()
    reading.join(5)
    assert reading.is_alive(), "the file waits for the recogniser"
    session.engine.stop()
    reading.join(5)
    assert not reading.is_alive()
    gate.set()
    session.wait_state(State.IDLE)


def test_close_in_the_middle_of_a_decode_returns_in_time(make: Callable[..., Session], speech: Speech) -> None:
    gate = threading.Event()
    session, source = make(recognizer=FakeRecognizer(gate=gate)), FakeSource()
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(speech("en-00"))
    closing = threading.Thread(target=lambda: session.engine.close(1.0))
    closing.start()
    closing.join(5)
    assert not closing.is_alive()
    assert not source.is_open
    gate.set()
    assert wait_until(lambda: not [one for one in threading.enumerate() if one.name.startswith("parley-")])


def test_a_text_of_its_own_is_translated_and_disturbs_nothing(make: Callable[..., Session], speech: Speech) -> None:
    session, source = make(settings(translation={"target": "es"}, speech={"enabled": True})), FakeSource()
    told: list[TranslationUpdate] = []
    done = threading.Semaphore(0)

    def tell(translation: TranslationUpdate) -> None:
        told.append(translation)
        done.release()

    session.engine.translate("A corrected line.", "en", tell)  # nobody listens yet
    assert done.acquire(timeout=10)
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(ended(speech("en-00")))
    session.wait(TranslationUpdate, lambda update: update.is_final)
    session.engine.translate("Another one.", "en", tell)
    session.engine.translate("Eine dritte.", "de", tell)  # no way to translate it
    assert done.acquire(timeout=10)
    assert done.acquire(timeout=10)
    assert [(one.committed, one.is_final, one.is_translated) for one in told] == [
        ("A CORRECTED LINE.", True, True),
        ("ANOTHER ONE.", True, True),
        ("Eine dritte.", True, False),
    ]
    assert all("CORRECTED" not in update.committed for update in session.all(TranslationUpdate))
    assert all("CORRECTED" not in audio.text for audio in session.all(SpeechAudio))


def test_an_utterance_is_translated_from_its_sound(make: Callable[..., Session], speech: Speech) -> None:
    """By a translator that hears: nothing while somebody speaks, at the end all that was said."""
    chosen = settings(recognition={"language": "es"}, translation={"target": "en"})
    session, source = make(chosen, translator=FakeSpeechTranslator()), FakeSource(is_live=False)
    session.engine.start(source)
    session.wait_state(State.LISTENING)
    source.send(speech("en-00"))
    source.end()
    session.wait_state(State.IDLE)
    transcript = session.all(TranscriptUpdate)[-1]
    translations = session.all(TranslationUpdate)
    assert len({one.segment_id for one in translations}) == len(translations)
    assert translations[-1].is_final
    assert translations[-1].is_translated
    count = round((transcript.end - transcript.start) * 16_000)
    assert translations[-1].committed == f"{count} samples of es"
