"""The recognition stage: utterances in, TranscriptUpdates out. Runs on its own thread."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop.engine.events import ModelProgress, Samples, SpeechSegment, TranscriptUpdate
from desktop.engine.models.load.governor import Decode
from desktop.engine.models.load.load_control import ModelsToUse, Pacing
from desktop.engine.models.load.smaller_models import models_to_use
from desktop.engine.recognition.ablation import Method
from desktop.engine.recognition.backends.base import Recognizer
from desktop.engine.recognition.streaming_mode import Mode, ModeSwitch
from desktop.engine.recognition.transcriber import Transcriber
from desktop.engine.stages.stage import Emit, EndOfSpeech, Stage
from desktop.engine.stages.work_queue import FINALS_WAITING, WorkQueue
from desktop.engine.takeover import Notify
from desktop.engine.text.languages import join_words
from desktop.settings.declaration import RecognitionSettings
from desktop.system.heap import give_back

log = logging.getLogger(__name__)

Tune = Callable[[RecognitionSettings, threading.Event], None]
"""Measures what suits this machine, unless it is known; ends soon when the event is set."""
MakeRecognizer = Callable[[RecognitionSettings, Notify], Recognizer]


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance, with when its newest audio arrived, by the stage's clock."""

    segment: SpeechSegment
    at: float

    @property
    def trailing_silence(self) -> float:
        """Seconds between the end of speech and the end of the audio."""
        return max(0.0, self.segment.end - self.segment.speech_end)


@dataclass(frozen=True, slots=True)
class Prepare:
    """Load the model now, before the first utterance."""


class RecognitionStage(Stage[Heard | Prepare]):
    """Recognises with the newest settings; the model is loaded on this thread, while audio waits in the queue.

    on_transcript: gets (update, time its newest audio arrived, audio of the utterance so far).
    on_whole: gets (segment_id, speech_end) of a pause after a whole sentence; the utterance need not wait longer.
    models: what the chosen model is, and what may stand in for it; clock: seconds of the clock of all times.
    on_ready: a model was loaded; on_failed: none can be; on_unloaded: it left the memory.
    """

    def __init__(
        self,
        settings: RecognitionSettings,
        make: MakeRecognizer,
        tune: Tune,
        emit: Emit,
        on_transcript: Callable[[TranscriptUpdate, float, Samples], None],
        on_whole: Callable[[int, float], None],
        on_ready: Callable[[], None],
        on_failed: Callable[[Exception], None],
        on_unloaded: Callable[[], None],
        on_end: Callable[[EndOfSpeech], None],
        method: Method | None = None,
        models: ModelsToUse = models_to_use,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("recognition", emit, on_end)
        self.queue = WorkQueue(weight=_seconds, most=FINALS_WAITING)
        self.pacing = Pacing(settings, models, emit, clock)
        self._clock = clock
        self._on_unloaded = on_unloaded
        self._last_name = ""
        self._settings = settings
        self._loaded_for: RecognitionSettings | None = None
        self._make = make
        self._method = method or Method()
        self._tune = tune
        self.is_wanted = threading.Event()
        """set while somebody needs the stage; ends what `rest` does"""
        self._on_transcript = on_transcript
        self._on_whole = on_whole
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._switch = ModeSwitch(settings, emit, clock)
        self._transcriber: Transcriber | None = None
        self._recognizer: Recognizer | None = None
        self._last: TranscriptUpdate | None = None
        self.latency: dict[str, float] = {}
        """latest seconds: `recognition`, `partial`, `final`"""

    @property
    def backend_name(self) -> str:
        return self._recognizer.name if self._recognizer else ""

    @property
    def mode(self) -> str:
        """Of `Mode`; empty while nothing is loaded."""
        recognizer = self._recognizer
        if recognizer is None:
            return ""
        return self._switch.mode if recognizer.capabilities.streaming else Mode.BUFFERED

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
        self.pacing.forget()
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
        wanted = self.pacing.wanted(self._settings)
        loaded_for = self._loaded_for
        if self._recognizer is None or loaded_for is None or wanted.model_terms != loaded_for.model_terms:
            if not self._is_loaded(wanted):
                return
        elif wanted != loaded_for and self._transcriber is not None:
            self._transcriber.configure(wanted)
        self._loaded_for = wanted

    def _is_loaded(self, wanted: RecognitionSettings) -> bool:
        """Load; False if it was only meant to stand in for another model, which goes on."""
        try:
            self._load(wanted)
        except Exception:
            if self._recognizer is None or not self.pacing.is_refused():
                raise
            log.warning("a model that was to stand in cannot be loaded", exc_info=True)
            self._emit(ModelProgress("recognition", self._recognizer.name, 1.0))
            return False
        self.pacing.loaded()
        return True

    def _load(self, wanted: RecognitionSettings) -> None:
        def progress(fraction: float) -> None:
            self._emit(ModelProgress("recognition", recognizer.name or self._last_name, min(fraction, 0.99)))

        # Before anything is imported or read: who pressed Start sees at once that something happens.
        self._emit(ModelProgress("recognition", self._last_name, 0.0))
        recognizer = self._make(wanted, self._emit)
        recognizer.load(progress)
        previous, self._recognizer = self._recognizer, recognizer
        self._switch.reset()
        if self._transcriber is None:
            self._transcriber = Transcriber(recognizer, wanted, self._method, self._switch)
        else:
            self._transcriber.recognizer = recognizer
            self._transcriber.configure(wanted)
        if previous is not None:
            previous.close()
            give_back()
        self._last_name = recognizer.name
        self._emit(ModelProgress("recognition", recognizer.name, 1.0))
        self._on_ready()

    def _recognise(self, heard: Heard) -> None:
        assert self._transcriber is not None
        began = self.pacing.begins()
        try:
            update = self._transcriber.update(heard.segment)
        except Exception:
            self._keep_what_was_shown(heard)
            raise
        finally:
            self.pacing.ends()
        if (speech_end := self._transcriber.whole_until) is not None:
            self._on_whole(heard.segment.segment_id, speech_end)
        now = self._clock()
        self._has_worked = self._transcriber.has_decoded
        if update is not None:
            self._note_latency(update, heard, now)
            self._deliver(update, heard)
        if self._has_worked:
            self.latency["recognition"] = now - began
            self._keep_up(heard, began, now)

    def _note_latency(self, update: TranscriptUpdate, heard: Heard, now: float) -> None:
        if update.is_final:
            self.latency["final"] = now - heard.at + heard.trailing_silence
        else:
            last_word = update.words[-1].end if update.words else update.end
            self.latency["partial"] = now - heard.at + max(0.0, update.end - last_word)

    def _keep_up(self, heard: Heard, began: float, ended: float) -> None:
        """Do more or less from now on, if what was just decoded says so."""
        assert self._transcriber is not None
        if not self._transcriber.recognizer.capabilities.streaming:
            return
        segment = heard.segment
        waited = max(0.0, began - heard.at)
        seconds = self._transcriber.decoded_seconds
        if self.pacing.after(Decode(began, ended, seconds, segment.is_final or segment.is_pause, waited)):
            self._bring_up_to_date()

    def _deliver(self, update: TranscriptUpdate, heard: Heard) -> None:
        self._last = None if update.is_final else update
        self._emit(update)
        self._on_transcript(update, heard.at, heard.segment.samples)

    def _keep_what_was_shown(self, heard: Heard) -> None:
        """A final that cannot be decoded still ends its utterance, with the words that were shown."""
        last = self._last
        if heard.segment.is_final and last is not None and last.segment_id == heard.segment.segment_id:
            text = join_words(last.committed, last.unconfirmed, last.language)
            final = replace(last, revision=last.revision + 1, committed=text, unconfirmed="", is_final=True)
            self._deliver(final, heard)


def _seconds(item: object) -> float:
    """Of the audio in a piece of work that waits."""
    return item.segment.end - item.segment.start if isinstance(item, Heard) else 0.0
