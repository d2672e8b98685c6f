"""The speech stage: committed translation in, spoken clauses out. Runs on its own thread."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, ModelProgress, Severity, SpeechAudio, TranslationUpdate
from desktop.engine.speech.backends.base import SpeechChunk, Synthesizer
from desktop.engine.speech.clauses import ClauseReader
from desktop.engine.stages.stage import OUTSIDE_SESSION, Emit, EndOfSpeech, Expect, Stage
from desktop.engine.takeover import Notify
from desktop.settings.declaration import SpeechSettings

CATCH_UP_AFTER = 1.5
"""Seconds of waiting speech from which on Parley speaks faster."""
CATCH_UP_RATE = 1.18


class Output(Protocol):
    """Where speech is played: a Speaker, or a file."""

    volume: float

    def open(self) -> None: ...
    def play(self, audio: SpeechAudio) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
    @property
    def queued_seconds(self) -> float: ...


MakeOutput = Callable[[str, Callable[[bool], None], Callable[[EngineError], None]], Output]
"""(output device id, called with whether sound plays, called with what went wrong) -> Output"""
MakeSynthesizer = Callable[[SpeechSettings, Notify], Synthesizer]


@dataclass(frozen=True, slots=True)
class ToSpeak:
    """Text for the voice: the translation of an utterance so far, or a text of its own."""

    what: "TranslationUpdate | Say"
    generation: int
    """`SpeechStage.generation` when it was queued"""
    at: float
    """time.monotonic when it was queued"""


@dataclass(frozen=True, slots=True)
class Say:
    """A text that is not part of the session."""

    text: str
    language: str


class SpeechStage(Stage[ToSpeak | Expect]):
    """Speaks committed clauses with the newest settings; voices are loaded when a language is first spoken.

    on_playing: gets whether sound plays now, from the output's thread.
    """

    def __init__(
        self,
        settings: SpeechSettings,
        make: MakeSynthesizer,
        make_output: MakeOutput,
        emit: Emit,
        on_playing: Callable[[bool], None],
        on_end: Callable[[EndOfSpeech], None],
    ) -> None:
        super().__init__("speech", emit, on_end)
        self._settings = settings
        self._make = make
        self._make_output = make_output
        self._on_playing = on_playing
        self._reader = ClauseReader()
        self._synthesizer: Synthesizer | None = None
        self._made_for = ""
        self._loaded: set[tuple[str, str]] = set()
        self._output: Output | None = None
        self._output_id = ""
        self.generation = 0
        self.latency: dict[str, float] = {}
        """latest seconds: `speech`"""

    @property
    def backend_name(self) -> str:
        return self._synthesizer.name if self._synthesizer else ""

    @property
    def queued_seconds(self) -> float:
        return self._output.queued_seconds if self._output else 0.0

    def configure(self, settings: SpeechSettings) -> None:
        """Any thread. Switching the voice off silences it at once."""
        was, self._settings = self._settings, settings
        if was.enabled and not settings.enabled:
            self.stop_speaking()
        if self._output is not None:
            self._output.volume = settings.volume

    def stop_speaking(self) -> None:
        """Silence now; what was queued before is not spoken any more. Any thread."""
        self.generation += 1
        if self._output is not None:
            self._output.stop()

    def put(self, what: TranslationUpdate | Say) -> None:
        """Queue text. Any thread."""
        item = ToSpeak(what, self.generation, time.monotonic())
        if isinstance(what, Say) or what.is_final:
            self.queue.put_final(item)
        else:
            self.queue.put_partial(item)

    def handle(self, item: ToSpeak | Expect) -> None:
        if isinstance(item, Expect):
            if self._settings.enabled:
                self._load(self._settings, item.language)
            return
        if isinstance(item.what, Say):
            self._speak(item.what.text, item.what.language, OUTSIDE_SESSION, True, item)
            return
        # The reader sees every update, also those that are not spoken, so that nothing old is spoken later.
        clauses = self._reader.update(item.what)
        if not self._settings.enabled:
            return
        for clause in clauses:
            self._speak(clause.text, clause.language, clause.segment_id, clause.is_last, item)

    def unload(self) -> str:
        name = self.backend_name
        if self._synthesizer is not None:
            self._synthesizer.close()
        self._synthesizer = None
        self._loaded.clear()
        return name

    def release(self) -> None:
        if self._output is not None:
            self._output.close()
        if self._synthesizer is not None:
            self._synthesizer.close()

    def _speak(self, text: str, language: str, segment_id: int, is_last: bool, item: ToSpeak) -> None:
        if item.generation != self.generation or not text.strip():
            return
        settings = self._settings
        output = self._open_output(settings)
        synthesizer = self._load(settings, language)
        rate = settings.rate * (CATCH_UP_RATE if output.queued_seconds > CATCH_UP_AFTER else 1.0)
        first = True
        for chunk, is_end in _with_end(synthesizer.synthesize(text, language, rate)):
            if item.generation != self.generation:
                return
            audio = SpeechAudio(segment_id, chunk.samples, chunk.sample_rate, text if first else "", is_last and is_end)
            output.play(audio)
            self._emit(audio)
            if first:
                self.latency["speech"] = time.monotonic() - item.at
            first = False

    def _open_output(self, settings: SpeechSettings) -> Output:
        if self._output is not None and self._output_id != settings.output:
            self._output.close()
            self._output = None
        if self._output is None:
            output = self._make_output(settings.output, self._on_playing, self._report_output)
            output.volume = settings.volume
            output.open()
            self._output, self._output_id = output, settings.output
        return self._output

    def _load(self, settings: SpeechSettings, language: str) -> Synthesizer:
        if self._synthesizer is None or self._made_for != settings.backend:
            if self._synthesizer is not None:
                self._synthesizer.close()
            self._emit(ModelProgress("speech", "", 0.0))
            self._synthesizer = self._make(settings, self._emit)
            self._made_for = settings.backend
            self._loaded.clear()
        if (language, settings.voice) not in self._loaded:
            self._synthesizer.load(language, settings.voice, self._progress)
            self._loaded = {pair for pair in self._loaded if pair[0] != language} | {(language, settings.voice)}
            self._emit(ModelProgress("speech", self.backend_name, 1.0))
        return self._synthesizer

    def _progress(self, fraction: float) -> None:
        self._emit(ModelProgress("speech", self.backend_name, min(fraction, 0.99)))

    def _report_output(self, error: EngineError) -> None:
        self._emit(ErrorEvent(error.code, error.message, Severity.WARNING))


def _with_end(chunks: Iterator[SpeechChunk]) -> Iterator[tuple[SpeechChunk, bool]]:
    """Each chunk with whether it is the last one."""
    waiting: SpeechChunk | None = None
    for chunk in chunks:
        if waiting is not None:
            yield waiting, False
        waiting = chunk
    if waiting is not None:
        yield waiting, True
