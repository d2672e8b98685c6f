"""The stages and how they are connected: source -> hearing -> recognition -> translation -> speech.

One thread per stage (hearing here, the others in `stage.py`); this module only moves data between them.
Methods are called from the engine's thread.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.audio.sources.base import Source
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    AudioFrame,
    ErrorEvent,
    Metrics,
    Samples,
    Severity,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.hearing.stage import Hearing
from desktop.engine.models.load.load_control import ModelsToUse
from desktop.engine.models.load.load_levels import Kind
from desktop.engine.models.load.smaller_models import models_to_use
from desktop.engine.recognition.ablation import Method
from desktop.engine.recognition.backends.choose import make_recognizer, tune_recognizer
from desktop.engine.recognition.stage import Heard, MakeRecognizer, Prepare, RecognitionStage, Tune
from desktop.engine.speech.backends.choose import make_synthesizer
from desktop.engine.speech.stage import MakeOutput, MakeSynthesizer, Output, Say, SpeechStage
from desktop.engine.stages.stage import Emit, EndOfSpeech, Expect, Unload
from desktop.engine.stages.work_queue import SOUND_WAITING, FrameQueue
from desktop.engine.takeover import Notify
from desktop.engine.translation.backends.base import Translator
from desktop.engine.translation.backends.choose import make_translator
from desktop.engine.translation.stage import ToTranslate, Transcribed, TranslationStage
from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)

_SOUND_TO_LOAD = 60.0
"""seconds of live sound that wait until a model is loaded"""
_QUIET = 60.0
"""seconds after which it is told again that sound is lost"""
_DROPPED = "This computer cannot keep up, and some sound was left out; close other programs, or choose a smaller model."


def open_speaker(output_id: str, on_playing: Callable[[bool], None], on_error: Callable[[EngineError], None]) -> Output:
    """The system's audio output."""
    from desktop.engine.audio.playback.speaker import Speaker

    return Speaker(output_id, on_playing, on_error)


def find_source(source_id: str) -> Source:
    """The source that an id of the settings names."""
    from desktop.engine.audio.sources.choose import source_for

    return source_for(source_id)


@dataclass(frozen=True)
class Backends:
    """What the engine is made of; tests and front ends replace parts."""

    recognizer: MakeRecognizer = make_recognizer
    tune: Tune = tune_recognizer
    translator: Callable[[Settings, Notify], Translator] = make_translator
    synthesizer: MakeSynthesizer = make_synthesizer
    output: MakeOutput = open_speaker
    source: Callable[[str], Source] = find_source
    method: Method | None = None
    models: ModelsToUse = models_to_use
    clock: Callable[[], float] = time.monotonic
    """of all times that are compared: when sound came, how long decoding took"""


@dataclass(frozen=True, slots=True)
class Flush:
    """Ends the running utterance at this place of the audio."""


class Pipeline:
    """All stages. on_ready, on_failed, on_unloaded and on_drained are called from stage threads.

    on_ready, on_failed, on_unloaded: the recogniser was loaded, cannot be, left the memory.

    on_drained: everything that was heard before an `end(session)` is done.
    """

    def __init__(
        self,
        settings: Settings,
        backends: Backends,
        emit: Emit,
        on_ready: Callable[[], None],
        on_failed: Callable[[Exception], None],
        on_unloaded: Callable[[], None],
        on_drained: Callable[[EndOfSpeech], None],
    ) -> None:
        self._settings = settings
        self._governs = backends.method is None or backends.method.governs
        self._emit = emit
        self.frames: FrameQueue[Flush | EndOfSpeech] = FrameQueue(_SOUND_TO_LOAD, clock=backends.clock)
        self._clock = backends.clock
        self._dropped = 0.0
        self._dropped_at = -math.inf
        self._hearing: Hearing | None = None
        self._hears_itself = False
        self._hearing_thread = threading.Thread(target=self._hear, name="parley-hearing", daemon=True)
        self._speech = SpeechStage(
            settings.speech, backends.synthesizer, backends.output, emit, self._on_playing, on_drained
        )
        self._translation = TranslationStage(
            settings.translation,
            lambda: backends.translator(self._settings, emit),
            emit,
            self._speech.put,
            self._speech.queue.put_final,
            masks=backends.method is None or backends.method.masks,
        )
        self._recognition = RecognitionStage(
            settings.recognition,
            backends.recognizer,
            backends.tune,
            emit,
            self._on_transcript,
            self._on_whole,
            self._with_sound(SOUND_WAITING, on_ready),
            on_failed,
            self._with_sound(_SOUND_TO_LOAD, on_unloaded),
            self._translation.queue.put_final,
            backends.method,
            backends.models,
            backends.clock,
        )
        self._stages = (self._recognition, self._translation, self._speech)

    def start(self) -> None:
        """Start every thread."""
        self._hearing_thread.start()
        for stage in self._stages:
            stage.start()

    def prepare(self) -> None:
        """Load now what the first words will need."""
        self._recognition.is_wanted.set()
        self._recognition.queue.put_final(Prepare())
        spoken, target = self._settings.recognition.language, self._settings.translation.target
        if target and spoken != "auto":
            self._translation.queue.put_final(Expect(spoken))
        if target and self._settings.speech.enabled:
            self._speech.queue.put_final(Expect(target))

    def unload(self, *, is_rest: bool) -> None:
        """Give the memory of all models back, each on its stage's thread, behind the work that waits.

        is_rest: nobody needs them for now, so what suits this machine may be measured."""
        self._recognition.is_wanted.clear()
        for stage in self._stages:
            stage.queue.put_final(Unload(is_rest))

    def look_for_models(self) -> None:
        """Models came or went while listening: what was missing is looked for again; the recogniser stays."""
        self._translation.configure(self._settings.translation, renew=True)
        self._speech.queue.put_final(Unload())

    def end(self, session: int) -> None:
        """Finish what was heard; `on_drained` tells when."""
        self.frames.put_mark(EndOfSpeech(session))

    def flush(self) -> None:
        """End the running utterance."""
        self.frames.put_mark(Flush())

    def say(self, text: str, language: str) -> None:
        self._speech.put(Say(text, language))

    def translate(self, text: str, language: str, tell: Callable[[TranslationUpdate], None]) -> None:
        self._translation.queue.put_final(ToTranslate(text, language, tell))

    def stop_speaking(self) -> None:
        self._speech.stop_speaking()

    def configure(self, settings: Settings, hears_itself: bool) -> None:
        """Apply settings to every stage; nothing that waits is lost.

        hears_itself: the source would hear what Parley says."""
        previous, self._settings = self._settings, settings
        self._hears_itself = hears_itself
        self._recognition.configure(settings.recognition)
        renew = _translator_of(settings) != _translator_of(previous)
        if renew or settings.translation != self._translation.settings:
            self._translation.configure(settings.translation, renew=renew)
        self._speech.configure(settings.speech)

    def keep_to_real_time(self, *, is_wanted: bool) -> None:
        """Whether recognition has to keep up with the source; one that can wait is recognised as set."""
        self._recognition.pacing.in_real_time = is_wanted and self._governs

    def metrics(self) -> Metrics:
        """How well it keeps up; tells of sound that was lost."""
        self._tell_dropped()
        latency: dict[str, float] = {}
        for stage in self._stages:
            latency |= stage.latency
        return Metrics(
            latency=latency,
            queued={stage.name: len(stage.queue) for stage in self._stages},
            dropped_seconds=self.frames.dropped_seconds,
            coalesced=sum(stage.queue.coalesced for stage in self._stages),
            recognizer=self._recognition.backend_name,
            translator=self._translation.backend_name,
            synthesizer=self._speech.backend_name,
            spoken_queue=self._speech.queued_seconds,
            pace=self._recognition.pacing.words,
            busy=self._recognition.pacing.busy(),
            backlog=self.frames.waiting_seconds + self._recognition.queue.waiting,
            mode=self._recognition.mode,
        )

    def close(self, timeout: float) -> None:
        """Drop what waits, join every thread within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        self._speech.stop_speaking()
        self.frames.close()
        for stage in self._stages:
            stage.begin_close()
        if self._hearing_thread.is_alive():
            self._hearing_thread.join(max(0.0, deadline - time.monotonic()))
        for stage in self._stages:
            if not stage.join(max(0.0, deadline - time.monotonic())):
                log.warning("stage %s did not end in time", stage.name)

    def _hear(self) -> None:
        try:
            while True:
                item, at = self.frames.get()
                try:
                    self._hear_one(item, at)
                except Exception as error:
                    self._recognition.report(error)
        except EOFError:
            return

    def _hear_one(self, item: AudioFrame | Flush | EndOfSpeech, at: float) -> None:
        hearing = self._current_hearing()
        pace = self._recognition.pacing.pace
        hearing.look_every(pace.step, pace.first_step)
        for segment in hearing.feed(item.samples) if isinstance(item, AudioFrame) else hearing.end():
            heard = Heard(segment, at)
            if segment.is_final:
                self._recognition.queue.put_final(heard)
            elif pace.level.kind is not Kind.FINALS:
                self._recognition.queue.put_partial(heard)
        if isinstance(item, EndOfSpeech):
            self._recognition.queue.put_final(item)

    def _with_sound(self, seconds: float, on_change: Callable[[], None]) -> Callable[[], None]:
        """`on_change`, after which so much live sound may wait."""

        def changed() -> None:
            self.frames.limit_live(seconds)
            on_change()

        return changed

    def _tell_dropped(self) -> None:
        """Once for each time that sound begins to be lost."""
        dropped, now = self.frames.dropped_seconds, self._clock()
        if dropped == self._dropped:
            return
        if now - self._dropped_at > _QUIET:
            self._emit(ErrorEvent("audio-dropped", _DROPPED, Severity.WARNING))
        self._dropped, self._dropped_at = dropped, now

    def _current_hearing(self) -> Hearing:
        settings = self._settings
        if self._hearing is None:
            self._hearing, self._heard_with = Hearing(settings, self._emit), settings
        elif settings is not self._heard_with:
            self._hearing.configure(settings)
            self._heard_with = settings
        return self._hearing

    def _on_transcript(self, update: TranscriptUpdate, at: float, samples: Samples) -> None:
        item = Transcribed(update, at, samples if update.is_final else None)
        if update.is_final:
            self._translation.queue.put_final(item)
        else:
            self._translation.queue.put_partial(item)

    def _on_whole(self, segment_id: int, speech_end: float) -> None:
        if self._hearing is not None:
            self._hearing.settle(segment_id, speech_end)

    def _on_playing(self, playing: bool) -> None:
        if self._hearing is not None:
            self._hearing.set_muted(playing and self._hears_itself)


def _translator_of(settings: Settings) -> tuple[object, ...]:
    """What of the settings another translator is made for. Whisper's own translation runs on the recogniser's model."""
    return (settings.translation.backend, *settings.recognition.model_terms)


class PipelineSink:
    """What a source delivers to: hands its frames on while it is the active source.

    on_end: the source has no more audio.
    """

    def __init__(
        self, frames: FrameQueue[Flush | EndOfSpeech], is_live: bool, emit: Emit, on_end: Callable[[], None]
    ) -> None:
        self._frames = frames
        self._is_live = is_live
        self._emit = emit
        self._on_end = on_end
        self.is_active = True

    def release(self) -> None:
        """Take nothing any more; a source that waits here to deliver goes on. Any thread."""
        self.is_active = False
        self._frames.wake()

    def frame(self, frame: AudioFrame) -> None:
        if self.is_active:
            self._frames.put(frame, is_live=self._is_live, is_wanted=lambda: self.is_active)

    def ended(self) -> None:
        if self.is_active:
            self._on_end()

    def interrupted(self, error: EngineError) -> None:
        if self.is_active:
            self._frames.put_mark(Flush())
            self._emit(ErrorEvent(error.code, error.message, Severity.WARNING))

    def resumed(self) -> None:
        if self.is_active:
            self._emit(ErrorEvent("resumed", "The sound is back.", Severity.INFO))
