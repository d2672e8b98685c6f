"""All models of the process: what is loaded, who has the next turn, and what left the memory."""

import logging
import time
from collections.abc import Callable, Hashable
from typing import Any

from desktop.engine.events import Event, ModelUnloaded
from desktop.engine.failures import Failures
from desktop.engine.hearing.hearing import VoiceDetector
from desktop.engine.options import ModelOptions, VoiceOptions
from desktop.engine.pool.backends import ModelBackends
from desktop.engine.pool.clouds import Clouds
from desktop.engine.pool.preferred import PreferredBackends
from desktop.engine.pool.recognition import RecognitionModel
from desktop.engine.pool.slot import Slot
from desktop.engine.pool.speech import SpeechModel
from desktop.engine.pool.translation import TranslationModel
from desktop.engine.recognition.work import Decode, StreamChunk
from desktop.engine.requests import Stage
from desktop.engine.settings_options import settings_of
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech
from desktop.settings.declaration import Settings
from desktop.system.heap import give_back

log = logging.getLogger(__name__)

Work = Decode | StreamChunk | LoadTranslation | Translate | TranslateSpeech


class Models:
    """Owns the weights, each loaded once, whoever uses them. Nothing is loaded before it is needed.

    backends: makes the models. emit: gets what happens to them (ModelProgress, ModelUnloaded, ErrorEvent), on any
    thread. on_ready, on_failed, on_unloaded: the recogniser was loaded, cannot be, left the memory. Any thread; `run`
    belongs on the slot of its stage (`slots`).
    """

    def __init__(
        self,
        options: ModelOptions | None = None,
        backends: ModelBackends | None = None,
        emit: Callable[[Event], None] = lambda _: None,
        on_ready: Callable[[], None] = lambda: None,
        on_failed: Callable[[Exception], None] = lambda _: None,
        on_unloaded: Callable[[], None] = lambda: None,
    ) -> None:
        self._options = options = options or ModelOptions()
        self._settings = settings = settings_of(options)
        backends = backends or ModelBackends()
        self.clock = backends.clock
        self._emit = emit
        self._is_in_real_time = True
        self._failures = Failures()
        self.clouds = Clouds(lambda: self._settings.cloud)
        self._preferred = preferred = PreferredBackends(backends, lambda: self._settings, self.clouds)
        self.recognition = RecognitionModel(
            settings.recognition, backends, emit, on_ready, on_failed, on_unloaded, preferred.recognizer
        )
        self.translation = TranslationModel(lambda: preferred.translator(self._settings, emit), emit)
        self.speech = SpeechModel(settings.speech, preferred.synthesizer, emit)
        workers = {Stage.RECOGNITION: max(1, options.workers)}
        self.slots = {stage: Slot(stage.value, backends.clock, workers.get(stage, 1)) for stage in Stage}
        if options.workers > 1:
            from desktop.engine.recognition.whisper import shared_models

            shared_models.allow(options.workers + 1)  # and a translation beside them

    def configure(self, options: ModelOptions) -> None:
        """Follow other options from the next work on; nothing that waits is lost."""
        before, self._options, self._settings = self._settings, options, settings_of(options)
        self.recognition.configure(self._settings.recognition)
        self.speech.configure(self._settings.speech)
        self.keep_to_real_time(is_wanted=self._is_in_real_time)
        if self._settings.server != before.server:
            self.recognition.renew()
            self.speech.renew()
        if self._settings.cloud != before.cloud:
            self._preferred.rearrange()
            self.translation.look_again()
        if _translator_terms(self._settings) != _translator_terms(before):
            self.translation.renew()

    def keep_to_real_time(self, *, is_wanted: bool) -> None:
        """Whether recognition has to keep up with a live source; otherwise it is done as set, however slow."""
        self._is_in_real_time = is_wanted
        self.recognition.load.in_real_time = is_wanted and self._options.lowers_load

    def voice_detector(self, options: VoiceOptions) -> VoiceDetector:
        """One for each stream; the network is loaded once. Raises ModelMissing."""
        from desktop.engine.hearing.voice_activity import SpeechDetector

        return SpeechDetector(options)

    def run(self, owner: Hashable, work: Work, waited: float | None) -> Any:
        """Answer a session's work, but Speak, whose sound comes in pieces (`speech.synthesize`).

        owner: whose it is. waited: seconds since its newest audio was heard; None: nobody listens live. Raises what the
        model raises."""
        if isinstance(work, Decode):
            return self.recognition.decode(owner, work, waited)
        if isinstance(work, StreamChunk):
            return self.recognition.follow(owner, work)
        began = self.clock()
        try:
            return self.translation.run(work)
        finally:
            self.translation.latency = self.clock() - began

    def prepare(self, source: str, target: str, *, speaks: bool) -> None:
        """Load now what the first words will need; returns at once. source, target: languages, empty if unknown."""
        self.recognition.is_wanted.set()
        self.submit(Stage.RECOGNITION, self.recognition.prepare)
        if source and target and source != target:
            self.submit(Stage.TRANSLATION, lambda: self.translation.load(source, target))
        if target and speaks:
            self.submit(Stage.SPEECH, lambda: self.speech.load(target))

    def unload(self, *, is_rest: bool) -> None:
        """Give all memory back, behind the work that waits; returns at once. is_rest: nobody needs the models for now,
        so what suits this machine may be measured."""
        self.recognition.is_wanted.clear()

        def unload_recognition() -> None:
            self._unloaded(Stage.RECOGNITION, self.recognition.unload())
            if is_rest:
                self.recognition.rest()

        self.submit(Stage.RECOGNITION, unload_recognition)
        self.submit(Stage.TRANSLATION, lambda: self._unloaded(Stage.TRANSLATION, self.translation.unload()))
        self.unload_voice()

    def unload_voice(self) -> None:
        """Give the voice's memory back; the next text looks for one again. Returns at once."""
        self.submit(Stage.SPEECH, lambda: self._unloaded(Stage.SPEECH, self.speech.unload()))

    def report(self, stage: Stage, error: Exception) -> None:
        """Tell of an error, once as long as the same thing keeps failing."""
        if (event := self._failures.failed(stage, error)) is not None:
            self._emit(event)

    def close(self, timeout: float = 5.0) -> bool:
        """Drop what waits, end every thread, give the memory back. False: something still runs after `timeout` s."""
        deadline = time.monotonic() + timeout
        self.recognition.is_wanted.set()
        closings = {
            Stage.RECOGNITION: self.recognition.close,
            Stage.TRANSLATION: self.translation.close,
            Stage.SPEECH: self.speech.close,
        }
        for slot in self.slots.values():
            slot.close()
        ended = True
        for stage, slot in self.slots.items():
            if not slot.join(max(0.0, deadline - time.monotonic())):
                log.warning("stage %s did not end in time", stage.value)
                ended = False
                continue
            try:
                closings[stage]()
            except Exception:
                log.exception("stage %s did not close cleanly", stage.value)
        self.clouds.close()
        return ended

    def submit(self, stage: Stage, run: Callable[[], object]) -> None:
        """Have `run` called in a stage's slot, behind the finals that wait; what fails is reported. Returns at once."""

        def guarded() -> None:
            try:
                run()
            except Exception as error:
                self.report(stage, error)
            else:
                self._failures.worked(stage)

        self.slots[stage].submit_once(guarded)

    def _unloaded(self, stage: Stage, name: str) -> None:
        if name:
            give_back()
            log.info("%s: %s left the memory", stage.value, name)
            self._emit(ModelUnloaded(stage.value, name))


def _translator_terms(settings: Settings) -> tuple[object, ...]:
    """What another translator is made for. Whisper's own translation runs on the recogniser's model."""
    return (settings.translation.backend, settings.server, *settings.recognition.model_terms)
