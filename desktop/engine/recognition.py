"""The recognition stage: utterances in, TranscriptUpdates out. Runs on its own thread."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop.engine.backends import Notify
from desktop.engine.events import ModelProgress, SpeechSegment, TranscriptUpdate
from desktop.engine.languages import join_words
from desktop.engine.stage import Emit, EndOfSpeech, Stage
from desktop.engine.stt.base import Recognizer
from desktop.engine.transcriber import Transcriber
from desktop.settings import RecognitionSettings

log = logging.getLogger(__name__)

Tune = Callable[[RecognitionSettings, threading.Event], None]
"""Measures what suits this machine, unless it is known; ends soon when the event is set."""
MakeRecognizer = Callable[[RecognitionSettings, Notify], Recognizer]

_RELOADING = ("backend", "model", "threads", "device", "compute_type", "context", "beam_size")
"""Settings that need the model loaded anew."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance, with when its newest audio arrived (time.monotonic)."""

    segment: SpeechSegment
    at: float
    trailing_silence: float
    """seconds between the end of speech and the end of the audio, for a final"""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Load the model now, before the first utterance."""


class RecognitionStage(Stage[Heard | Prepare]):
    """Recognises with the newest settings; the model is loaded on this thread, while audio waits in the queue.

    on_transcript: gets (update, time its newest audio arrived).
    on_ready: a model was loaded; on_failed: none can be; on_unloaded: it left the memory.
    """

    def __init__(
        self,
        settings: RecognitionSettings,
        make: MakeRecognizer,
        tune: Tune,
        emit: Emit,
        on_transcript: Callable[[TranscriptUpdate, float], None],
        on_ready: Callable[[], None],
        on_failed: Callable[[Exception], None],
        on_unloaded: Callable[[], None],
        on_end: Callable[[EndOfSpeech], None],
    ) -> None:
        super().__init__("recognition", emit, on_end)
        self._on_unloaded = on_unloaded
        self._last_name = ""
        self._settings = settings
        self._loaded_for: RecognitionSettings | None = None
        self._make = make
        self._tune = tune
        self.is_wanted = threading.Event()
        """set while somebody needs the stage; ends what `rest` does"""
        self._on_transcript = on_transcript
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._transcriber: Transcriber | None = None
        self._recognizer: Recognizer | None = None
        self._last: TranscriptUpdate | None = None
        self.latency: dict[str, float] = {}
        """latest seconds: `recognition`, `partial`, `final`"""

    @property
    def backend_name(self) -> str:
        return self._recognizer.name if self._recognizer else ""

    def configure(self, settings: RecognitionSettings) -> None:
        """Any thread; takes effect with the next decode."""
        self._settings = settings

    def handle(self, item: Heard | Prepare) -> None:
        try:
            self._bring_up_to_date()
        except Exception as error:
            self._on_failed(error)
            raise
        if isinstance(item, Heard):
            self._recognise(item)

    def unload(self) -> str:
        name = self.backend_name
        self.release()
        self._recognizer = self._loaded_for = None
        if name:
            self._on_unloaded()
        return name

    def rest(self) -> None:
        """Measure once how the model runs best here; the next loading takes it."""
        if not self.is_wanted.is_set():
            self._tune(self._settings, self.is_wanted)

    def begin_close(self) -> None:
        self.is_wanted.set()
        super().begin_close()

    def release(self) -> None:
        if self._recognizer is not None:
            self._recognizer.close()

    def _bring_up_to_date(self) -> None:
        wanted = self._settings
        if self._recognizer is None or self._loaded_for is None or _needs_reload(self._loaded_for, wanted):
            self._load(wanted)
        elif wanted != self._loaded_for and self._transcriber is not None:
            self._transcriber.configure(wanted)
        self._loaded_for = wanted

    def _load(self, wanted: RecognitionSettings) -> None:
        def progress(fraction: float) -> None:
            self._emit(ModelProgress("recognition", recognizer.name or self._last_name, min(fraction, 0.99)))

        # Before anything is imported or read: who pressed Start sees at once that something happens.
        self._emit(ModelProgress("recognition", self._last_name, 0.0))
        recognizer = self._make(wanted, self._emit)
        recognizer.load(progress)
        previous, self._recognizer = self._recognizer, recognizer
        if self._transcriber is None:
            self._transcriber = Transcriber(recognizer, wanted)
        else:
            self._transcriber.recognizer = recognizer
            self._transcriber.configure(wanted)
        if previous is not None:
            previous.close()
        self._last_name = recognizer.name
        self._emit(ModelProgress("recognition", recognizer.name, 1.0))
        self._on_ready()

    def _recognise(self, heard: Heard) -> None:
        assert self._transcriber is not None
        began = time.monotonic()
        try:
            update = self._transcriber.update(heard.segment)
        except Exception:
            self._keep_what_was_shown(heard)
            raise
        now = time.monotonic()
        self.latency["recognition"] = now - began
        if update is None:
            return
        if update.is_final:
            self.latency["final"] = now - heard.at + heard.trailing_silence
        else:
            last_word = update.words[-1].end if update.words else update.end
            self.latency["partial"] = now - heard.at + max(0.0, update.end - last_word)
        self._deliver(update, heard.at)

    def _deliver(self, update: TranscriptUpdate, at: float) -> None:
        self._last = None if update.is_final else update
        self._emit(update)
        self._on_transcript(update, at)

    def _keep_what_was_shown(self, heard: Heard) -> None:
        """A final that cannot be decoded still ends its utterance, with the words that were shown."""
        last = self._last
        if heard.segment.is_final and last is not None and last.segment_id == heard.segment.segment_id:
            text = join_words(last.committed, last.unconfirmed, last.language)
            final = replace(last, revision=last.revision + 1, committed=text, unconfirmed="", is_final=True)
            self._deliver(final, heard.at)


def _needs_reload(loaded: RecognitionSettings, wanted: RecognitionSettings) -> bool:
    return any(getattr(loaded, name) != getattr(wanted, name) for name in _RELOADING)
