"""Files to text in two ways: as `parley transcribe` does it, and by faster-whisper alone. Main thread; the engine runs
on its own ones."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from desktop.bench.figures.errors import Errors, word_errors
from desktop.bench.people.prompts import Prompt, samples_of
from desktop.engine.audio.sources.file import FileSource
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, Event, ModelProgress, Samples, Severity, State, StateChanged
from desktop.engine.message import verbatim
from desktop.engine.transcript.export import Transcript
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

_PATIENCE = 300.0
"""seconds without an event after which waiting is given up"""
BEAM = 5
"""of plain faster-whisper: its own default, and that of the settings"""


class FileReader:
    """A context manager: an engine set as for `parley transcribe`, which reads one file after the other.
    Raises EngineError if the recogniser cannot be loaded."""

    def __init__(self, settings: Settings, language: str) -> None:
        self._engine = Engine(
            changed(
                settings,
                {
                    "recognition.language": language,
                    "translation.target": "",
                    "speech.enabled": False,
                },
            ),
            live=False,
        )
        self._thread = threading.Thread(target=self._engine.run, name="bench-engine", daemon=True)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.errors: list[str] = []
        """what went wrong so far, one sentence each"""

    def __enter__(self) -> Self:
        self._engine.subscribe(self._events.put)
        self._thread.start()
        try:
            self._engine.prepare()
            while not (isinstance(event := self._next(), ModelProgress) and event.fraction >= 1):
                pass
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()
        self._thread.join(6.0)

    def read(self, path: Path) -> str:
        """What is said in a file. Raises EngineError."""
        transcript = Transcript()
        self._engine.start(FileSource(path))
        while not (isinstance(event := self._next(), StateChanged) and event.state is State.IDLE):
            transcript.add(event)
        return " ".join(said.text for said in transcript.utterances())

    def _next(self) -> Event:
        try:
            event = self._events.get(timeout=_PATIENCE)
        except queue.Empty:
            raise EngineError(verbatim("The engine did not answer for five minutes; look into the log.")) from None
        if isinstance(event, ErrorEvent) and event.severity is not Severity.INFO:
            self.errors.append(text_of(event))
        if isinstance(event, StateChanged) and event.state is State.FAILED:
            raise EngineError(event.detail or verbatim("The engine gave up; look into the log."))
        return event


class PlainWhisper:
    """faster-whisper alone, with its defaults, on the processor."""

    def __init__(self, model: Path, threads: int = 0) -> None:
        """threads: of the processor; 0 is the library's own choice."""
        import ctranslate2
        from faster_whisper import WhisperModel

        ctranslate2.set_log_level(logging.ERROR)  # that it calculates in float32 is what is wanted
        self._model: Any = WhisperModel(str(model), device="cpu", cpu_threads=threads)

    def read(self, samples: Samples, language: str) -> str:
        """What is said; samples of shape (n,) at 16 kHz."""
        segments, _ = self._model.transcribe(samples, language=language, beam_size=BEAM)
        return " ".join(segment.text.strip() for segment in segments)

    def whole(self, samples: Samples, language: str) -> str:
        """What is said in a long recording, without what its defaults do beside decoding: no other temperatures, no
        text before the window."""
        segments, _ = self._model.transcribe(
            samples, language=language, beam_size=BEAM, temperature=0, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)

    def words(self, samples: Samples, language: str) -> tuple[tuple[str, float], ...]:
        """(word, second at which it ends) of what is said, aligned by the model's attention."""
        segments, _ = self._model.transcribe(samples, language=language, beam_size=BEAM, word_timestamps=True)
        return tuple((word.word.strip(), float(word.end)) for segment in segments for word in segment.words)


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt, and what was heard of it."""

    prompt: Prompt
    parley: str
    """by `parley transcribe`"""
    plain: str
    """by faster-whisper alone"""


def spoken_errors(said: str, heard: str) -> Errors:
    """Word errors without case, punctuation and accents. Pure. Raises ValueError if nothing was said."""
    return word_errors(said, heard, accents=False)


def read_both(
    settings: Settings,
    plain: PlainWhisper,
    everything: Sequence[Prompt],
    on_read: Callable[[Read], None] = lambda _: None,
) -> tuple[Read, ...]:
    """Let both read the prompts, which are of one language; it is given to both.
    on_read: told each one as it is done. Raises EngineError."""
    if not everything:
        return ()
    language = everything[0].language
    found = []
    with FileReader(settings, language) as reader:
        for one in everything:
            read = Read(one, reader.read(one.path), plain.read(samples_of(one.path), language))
            found.append(read)
            on_read(read)
    return tuple(found)
