"""Stand-ins for the parts of the engine: real classes of the Protocols, small and predictable.

For tests of the engine's own behaviour (threads, states, fallbacks). What the real parts do is tested on them.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

from desktop.engine.audio.sources.base import FrameSink, Source
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    SAMPLE_RATE,
    AudioFrame,
    Event,
    Samples,
    SpeechAudio,
    State,
    StateChanged,
    TranslationUpdate,
    Word,
)
from desktop.engine.live.side_session import SideSession
from desktop.engine.message import verbatim
from desktop.engine.options import VoiceOptions
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognizerCapabilities,
    StreamResult,
    WindowRecognizer,
)
from desktop.engine.recognition.backends.wrapped import WrappedRecognizer
from desktop.engine.speech.backends.base import SpeechChunk, SynthesizerCapabilities, Voice
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.settings.declaration import Settings


class FakeRecognizer:
    """Hears one word for each half second of audio: "Word0 word1 …".

    fail_load, fail_from: errors to raise when loaded, or from the n-th call of transcribe on.
    gate: transcribe waits for it.
    """

    def __init__(
        self,
        name: str = "fake recogniser",
        *,
        fail_load: Exception | None = None,
        fail_from: tuple[int, Exception] | None = None,
        gate: threading.Event | None = None,
        languages: frozenset[str] = frozenset({"en", "es"}),
    ) -> None:
        self.name = name
        self.capabilities = RecognizerCapabilities(languages, detects_language=True, streaming=True)
        self.requests: list[RecognitionRequest] = []
        self.is_closed = False
        self._fail_load = fail_load
        self._fail_from = fail_from
        self._gate = gate

    def load(self, progress: Progress) -> None:
        progress(0.5)
        if self._fail_load is not None:
            raise self._fail_load

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        if self._gate is not None:
            assert self._gate.wait(20)
        self.requests.append(request)
        if self._fail_from is not None and len(self.requests) > self._fail_from[0]:
            raise self._fail_from[1]
        count = int(len(samples) / 8000)
        words = tuple(Word(f"word{n}" if n else "Word0", n * 0.5, n * 0.5 + 0.45, 0.9) for n in range(count))
        return Hypothesis(request.language or "en", words)

    def close(self) -> None:
        self.is_closed = True


class FakeStream:
    """One utterance of a FakeStreamRecognizer."""

    def __init__(self, language: str, fail: Exception | None = None) -> None:
        self.chunks: list[int] = []
        """samples of each"""
        self.is_closed = False
        self._language = language
        self._fail = fail

    def feed(self, samples: Samples, *, is_last: bool) -> StreamResult:
        if self._fail is not None:
            raise self._fail
        self.chunks.append(len(samples))
        count = sum(self.chunks) // 8000
        words = tuple(Word(f"word{n}" if n else "Word0", n * 0.5, n * 0.5 + 0.45, 0.9) for n in range(count))
        return StreamResult(self._language, words, count if is_last else max(0, count - 2))

    def close(self) -> None:
        self.is_closed = True


class FakeStreamRecognizer:
    """Hears the words of a FakeRecognizer, but follows the stream; its newest two words are not settled.

    fail_from: error to raise in each utterance from the n-th on."""

    def __init__(self, name: str = "fake stream", *, fail_from: tuple[int, Exception] | None = None) -> None:
        self.name = name
        self.capabilities = RecognizerCapabilities(
            frozenset({"en", "es"}), detects_language=True, streaming=True, follows_stream=True
        )
        self.streams: list[FakeStream] = []
        self.is_closed = False
        self._fail_from = fail_from

    def load(self, progress: Progress) -> None:
        progress(1.0)

    def open(self, request: RecognitionRequest) -> FakeStream:
        fails = self._fail_from is not None and len(self.streams) >= self._fail_from[0]
        self.streams.append(
            FakeStream(request.language or "en", self._fail_from[1] if self._fail_from and fails else None)
        )
        return self.streams[-1]

    def close(self) -> None:
        self.is_closed = True


class FakeTranslator:
    """Translates by writing the words in capitals."""

    name = "fake translator"

    def __init__(self, pairs: frozenset[tuple[str, str]] = frozenset({("en", "es")})) -> None:
        self.capabilities = TranslatorCapabilities(pairs, forces_prefix=False)

    def load(self, source: str, target: str, progress: Progress) -> None:
        if (source, target) not in self.capabilities.pairs:
            raise EngineError(verbatim(f"Install the package {source}-{target}."), code="model-missing")

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str:
        return text.upper()

    def close(self) -> None:
        pass


class FakeSpeechTranslator(FakeTranslator):
    """Translates by saying how long the utterance is that it hears; fails while `fails`."""

    name = "fake speech translator"

    def __init__(self, pairs: frozenset[tuple[str, str]] = frozenset({("es", "en")})) -> None:
        self.capabilities = TranslatorCapabilities(pairs, forces_prefix=False, hears=pairs)
        self.fails = False
        self.transcripts: list[str] = []

    def translate_speech(self, samples: Samples, source: str, target: str, transcript: str = "") -> str | None:
        """None for an utterance in which "unknown" is said."""
        self.transcripts.append(transcript)
        if "unknown" in transcript:
            return None
        if self.fails:
            raise EngineError(verbatim("It failed; try again."), code="backend-failed", recoverable=True)
        return f"{len(samples)} samples of {source}"


class FakeSynthesizer:
    """Speaks a tenth of a second of a constant for each word. fail: error to raise when it speaks."""

    def __init__(
        self, name: str = "fake voice", languages: frozenset[str] = frozenset({"es"}), fail: Exception | None = None
    ) -> None:
        self.name = name
        self.capabilities = SynthesizerCapabilities(languages)
        self.spoken: list[str] = []
        self._fail = fail

    def voices(self) -> tuple[Voice, ...]:
        return tuple(Voice(f"{language}-fake", "Fake", language) for language in sorted(self.capabilities.languages))

    def load(self, language: str, voice: str, progress: Progress) -> None:
        if language not in self.capabilities.languages:
            raise EngineError(verbatim(f"No voice for {language}; install one."), code="model-missing")

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        if self._fail is not None:
            raise self._fail
        self.spoken.append(text)
        yield SpeechChunk(np.full(1600 * len(text.split()), 0.1, np.float32), 16_000)

    def close(self) -> None:
        pass


class FakeOutput:
    """An output that only remembers."""

    def __init__(
        self, output_id: str, on_playing: Callable[[bool], None], on_error: Callable[[EngineError], None]
    ) -> None:
        self.id = output_id
        self.volume = 1.0
        self.queued_seconds = 0.0
        self.played: list[SpeechAudio] = []
        self.stops = 0
        self.on_playing = on_playing
        self.is_closed = False

    def open(self) -> None:
        pass

    def play(self, audio: SpeechAudio) -> None:
        self.played.append(audio)

    def stop(self) -> None:
        self.stops += 1

    def close(self) -> None:
        self.is_closed = True


class FakeSource:
    """A source that a test drives. fail: error to raise when it is opened."""

    def __init__(self, source_id: str = "pushed:", *, is_live: bool = True, fail: EngineError | None = None) -> None:
        self.id = source_id
        self.label = source_id
        self.is_live = is_live
        self.is_open = False
        self.opened = 0
        self._fail = fail
        self._sink: FrameSink | None = None

    def open(self, sink: FrameSink) -> None:
        if self._fail is not None:
            raise self._fail
        self._sink = sink
        self.is_open = True
        self.opened += 1

    def close(self) -> None:
        self.is_open = False

    def send(self, samples: Samples, block: int = 512) -> None:
        """Deliver audio in blocks."""
        assert self._sink is not None
        for at in range(0, len(samples), block):
            self._sink.frame(AudioFrame(samples[at : at + block], at / 16_000, self.id))

    def end(self) -> None:
        assert self._sink is not None
        self._sink.ended()

    def interrupt(self, error: EngineError) -> None:
        assert self._sink is not None
        self._sink.interrupted(error)

    def resume(self) -> None:
        assert self._sink is not None
        self._sink.resumed()


class FakeEngine:
    """An engine without audio and models, for the window: it does what it is told and a test says what happens.

    `emit` hands an event to the subscribers on the `run` thread, as the real one does. calls: names of the
    commands, in order. slow_close: seconds that `close` takes.
    """

    def __init__(self, settings: Settings, *, slow_close: float = 0.0) -> None:
        self.settings = settings
        self.calls: list[str] = []
        self.sides: list[SideSession] = []
        self._slow_close = slow_close
        self._inbox: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._subscribers: list[Callable[[Event], None]] = []
        self._ended = threading.Event()

    def start(self, source: Source | None = None) -> None:
        self.calls.append("start")
        self.emit(StateChanged(State.LOADING), StateChanged(State.LISTENING))

    def stop(self) -> None:
        self.calls.append("stop")
        self.emit(StateChanged(State.STOPPING), StateChanged(State.IDLE))

    def close(self, timeout: float = 5.0) -> None:
        self.calls.append("close")
        self._ended.wait(self._slow_close)
        self._inbox.put(None)

    def flush(self) -> None:
        self.calls.append("flush")

    def speak(self, text: str, language: str) -> None:
        self.calls.append("speak")

    def translate(self, text: str, language: str, tell: Callable[[TranslationUpdate], None]) -> None:
        self.calls.append("translate")
        tell(TranslationUpdate(-1, 0, language, "es", text.upper(), "", is_final=True))

    def stop_speaking(self) -> None:
        self.calls.append("stop_speaking")

    def begin_side(self, side: SideSession) -> None:
        self.calls.append("begin_side")
        self.sides.append(side)

    def finish_side(self, side: SideSession) -> None:
        self.calls.append("finish_side")

    def end_side(self, side: SideSession) -> None:
        self.calls.append("end_side")

    def watch_devices(self) -> None:
        self.calls.append("watch_devices")

    def look_for_models(self) -> None:
        self.calls.append("look_for_models")

    def update_settings(self, settings: Settings) -> None:
        self.calls.append("update_settings")
        self.settings = settings

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def emit(self, *events: Event) -> None:
        for event in events:
            self._inbox.put(event)

    def run(self) -> None:
        while (event := self._inbox.get()) is not None:
            for subscriber in tuple(self._subscribers):
                subscriber(event)


Failing = Literal["raise", "memory", "hang", "hang then fail"]
"""How a decode fails: an error of its own, out of memory, no end until it is released, and then an error."""


class FailingRecognizer(WrappedRecognizer):
    """A recogniser that fails at chosen decodes; the others are those of `recognizer`.

    plan: gets the number of the decode, from 0, and its request; says how it fails, None if it does not.
    """

    def __init__(self, recognizer: WindowRecognizer, plan: Callable[[int, RecognitionRequest], Failing | None]) -> None:
        super().__init__(recognizer)
        self.calls = 0
        self.failed_at: list[float] = []
        """when each failing decode began (time.monotonic)"""
        self.is_closed = False
        self._plan = plan
        self._released = threading.Event()

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        call, self.calls = self.calls, self.calls + 1
        failing = self._plan(call, request)
        if failing is not None:
            self.failed_at.append(time.monotonic())
        if failing in ("hang", "hang then fail"):
            assert self._released.wait(120)
        if failing == "memory":
            raise MemoryError
        if failing in ("raise", "hang then fail"):
            raise RuntimeError("boom")
        return super().transcribe(samples, request)

    def release(self) -> None:
        """Let what hangs go on."""
        self._released.set()

    def close(self) -> None:
        self.is_closed = True
        super().close()


class LoudnessDetector:
    """Takes everything that is loud for speech."""

    def configure(self, options: VoiceOptions) -> None:
        pass

    def detect(self, samples: Samples) -> tuple[bool, float]:
        is_speech = float(np.abs(samples).max()) > 0.1
        return is_speech, 1.0 if is_speech else 0.0

    def reset(self) -> None:
        pass


def sound(seconds: float, loudness: float = 0.5) -> Samples:
    """For the LoudnessDetector: speech, or silence at loudness 0."""
    samples = np.full(round(seconds * SAMPLE_RATE), loudness, np.float32)
    samples[::2] *= -1  # what is constant is an offset, and no sound
    return samples
