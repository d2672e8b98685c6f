"""A whole sentence ends its utterance early: through the real threads, on real speech, with a stand-in recogniser."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from desktop.engine.engine import Engine
from desktop.engine.events import Event, Metrics, Samples, State, StateChanged, TranscriptUpdate, Word
from desktop.engine.hearing.voice_activity import FRAME
from desktop.engine.live.backends import Backends
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.settings.declaration import Settings
from tests.fakes import FakeOutput, FakeRecognizer, FakeSource, FakeSynthesizer, FakeTranslator
from tests.unit.engine.test_engine import Speech

HANGOVER = 3.0


class SentenceRecognizer(FakeRecognizer):
    """Hears the same sentence in any audio."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence.split()

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        self.requests.append(request)
        each = len(samples) / 16_000 / len(self.sentence)
        words = tuple(Word(part, n * each, (n + 1) * each, 0.95) for n, part in enumerate(self.sentence))
        return Hypothesis("en", words, log_probability=-0.05)


class Listening:
    """An engine that listens; frames are given to it one by one."""

    def __init__(self, sentence: str) -> None:
        self.recognizer = SentenceRecognizer(sentence)
        self.source = FakeSource()
        self.changed = threading.Condition()
        self.events: list[Event] = []
        backends = Backends(
            recognizer=lambda _settings, _notify: self.recognizer,
            tune=lambda _settings, _wanted: None,
            translator=FakeTranslator,
            synthesizer=lambda _settings, _notify: FakeSynthesizer(),
            output=FakeOutput,
        )
        chosen = Settings.model_validate({"recognition": {"language": "en"}, "vad": {"hangover": HANGOVER}})
        self.engine = Engine(chosen, backends)
        self.engine.subscribe(self.take)
        self.thread = threading.Thread(target=self.engine.run)
        self.thread.start()
        self.engine.start(self.source)
        with self.changed:
            assert self.changed.wait_for(lambda: self.has(StateChanged(State.LISTENING)), 20)

    def take(self, event: Event) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def has(self, event: Event) -> bool:
        return event in self.events

    @property
    def finals(self) -> list[TranscriptUpdate]:
        return [event for event in self.events if isinstance(event, TranscriptUpdate) and event.is_final]

    def silence_until_final(self, most: float) -> float:
        """Silence, frame by frame, until a final comes; returns how many seconds of it, at most `most`."""
        count = 0
        while count * FRAME / 16_000 < most:
            self.source.send(np.zeros(FRAME, np.float32))
            count += 1
            with self.changed:
                if self.changed.wait_for(lambda: bool(self.finals), 0.05):
                    break
        return count * FRAME / 16_000

    def close(self) -> None:
        self.engine.close()
        self.thread.join(10)


@pytest.fixture
def listening(request: pytest.FixtureRequest) -> Iterator[Listening]:
    running = Listening(request.param)
    yield running
    running.close()


@pytest.mark.parametrize("listening", ["I will go there."], indirect=True)
def test_a_whole_sentence_does_not_wait_for_the_hangover(listening: Listening, speech: Speech) -> None:
    listening.source.send(speech("en-00"))
    silence = listening.silence_until_final(HANGOVER)
    (final,) = listening.finals
    assert final.committed == "I will go there."
    assert silence < HANGOVER - 0.5
    assert listening.recognizer.requests[-1].is_final
    count = len(listening.recognizer.requests)
    listening.engine.stop()
    with listening.changed:
        assert listening.changed.wait_for(lambda: listening.has(StateChanged(State.IDLE)), 20)
    assert len(listening.recognizer.requests) == count  # the final took no decoding of its own
    assert len(listening.finals) == 1


@pytest.mark.parametrize("listening", ["I will go"], indirect=True)
def test_half_a_sentence_waits(listening: Listening, speech: Speech) -> None:
    listening.source.send(speech("en-00"))
    listening.silence_until_final(HANGOVER / 2)
    assert not listening.finals
    listening.silence_until_final(HANGOVER)
    (final,) = listening.finals
    assert final.committed == "I will go"
    count = len(listening.recognizer.requests)
    listening.engine.stop()
    with listening.changed:
        assert listening.changed.wait_for(lambda: listening.has(StateChanged(State.IDLE)), 20)
    assert len(listening.recognizer.requests) == count
    assert all(one.latency.get("final", HANGOVER) >= HANGOVER for one in listening.events if isinstance(one, Metrics))
