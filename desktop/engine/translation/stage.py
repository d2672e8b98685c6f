"""The translation stage: TranscriptUpdates in, TranslationUpdates out. Runs on its own thread."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, ModelProgress, Samples, Severity, TranscriptUpdate, TranslationUpdate
from desktop.engine.stages.stage import OUTSIDE_SESSION, Emit, EndOfSpeech, Expect, Stage
from desktop.engine.text.languages import join_words
from desktop.engine.translation.backends.base import Translator
from desktop.engine.translation.incremental import LiveTranslator
from desktop.settings.declaration import TranslationSettings

MakeTranslator = Callable[[], Translator]


@dataclass(frozen=True, slots=True)
class Transcribed:
    """A transcript, with when its newest audio arrived (time.monotonic)."""

    update: TranscriptUpdate
    at: float
    samples: Samples | None = None
    """sound of the whole utterance, shape (n,), 16 kHz; of a final only"""


@dataclass(frozen=True, slots=True)
class ToTranslate:
    """A text of its own; `tell` gets its translation, which is final, on the stage's thread."""

    text: str
    language: str
    tell: Callable[[TranslationUpdate], None]


class TranslationStage(Stage[Transcribed | ToTranslate | Expect]):
    """Translates into the target of the newest settings; loads each pair when it is first heard.

    A pair that cannot be translated is passed on untranslated and reported once; so is what a translator does not know.
    on_translation: gets each update. masks: see `Method`.
    """

    def __init__(
        self,
        settings: TranslationSettings,
        make: MakeTranslator,
        emit: Emit,
        on_translation: Callable[[TranslationUpdate], None],
        on_end: Callable[[EndOfSpeech], None],
        *,
        masks: bool = True,
    ) -> None:
        super().__init__("translation", emit, on_end)
        self.settings = settings
        self._make = make
        self._on_translation = on_translation
        self._translator: Translator | None = None
        self._live = LiveTranslator(None, "", masks=masks)
        self._usable: dict[tuple[str, str], bool] = {}
        self._told: set[tuple[str, str]] = set()
        self._reload = False
        self._renew = False
        self._last: TranslationUpdate | None = None
        self.latency: dict[str, float] = {}
        """latest seconds: `translation`"""

    @property
    def backend_name(self) -> str:
        return self._translator.name if self._translator else ""

    def configure(self, settings: TranslationSettings, *, renew: bool = False) -> None:
        """Any thread; takes effect with the next update. Pairs that were missing are looked for again.

        renew: another translator is to be made, for the old one is not what the settings ask for."""
        self.settings = settings
        self._renew = self._renew or renew
        self._reload = True

    def handle(self, item: Transcribed | ToTranslate | Expect) -> None:
        if self._reload:
            self._reload = False
            self._usable = {pair: True for pair, usable in self._usable.items() if usable}
        if self._renew:
            self._renew = False
            previous, self._translator = self._translator, None
            self._usable = {}
            if previous is not None:
                previous.close()
        if isinstance(item, ToTranslate):
            self._translate(item)
        elif isinstance(item, Expect):
            if self.settings.target and self.settings.target != item.language:
                self._load((item.language, self.settings.target))
        else:
            self._follow(item)

    def _translate(self, item: ToTranslate) -> None:
        target = self.settings.target
        if not target:
            return
        text = TranscriptUpdate(OUTSIDE_SESSION, 0, item.language, item.text, "", (), 0.0, 0.0, is_final=True)
        translator = self._translator if self._load((item.language, target)) else None
        try:
            translation = LiveTranslator(translator, target).update(text)
        except Exception:
            item.tell(_untranslated(text, target))
            raise
        self._tell_limits(translation)
        item.tell(translation)

    def _follow(self, item: Transcribed) -> None:
        settings, update = self.settings, item.update
        if not settings.target or not (settings.live or update.is_final):
            return
        pair = (update.language, settings.target)
        self._live.configure(self._translator if self._load(pair) else None, settings.target)
        if self._live.awaits_end(update):
            return
        began = time.monotonic()
        try:
            translation = self._live.update(update, item.samples)
        except Exception:
            if update.is_final:
                self._pass_on(self._salvaged(update))
            raise
        self.latency["translation"] = time.monotonic() - began
        self._pass_on(translation)

    def unload(self) -> str:
        name = self.backend_name
        self.release()
        self._translator = None
        self._live.configure(None, self.settings.target)
        self._usable = {pair: False for pair, usable in self._usable.items() if not usable}
        return name

    def release(self) -> None:
        if self._translator is not None:
            self._translator.close()

    def _salvaged(self, update: TranscriptUpdate) -> TranslationUpdate:
        """A final that cannot be translated ends with what was shown, or with the original text."""
        last = self._last
        if last is None or last.segment_id != update.segment_id or last.target_language != self.settings.target:
            return _untranslated(update, self.settings.target)
        text = join_words(last.committed, last.unconfirmed, last.target_language)
        return replace(last, revision=last.revision + 1, committed=text, unconfirmed="", is_final=True)

    def _pass_on(self, translation: TranslationUpdate) -> None:
        self._last = translation
        self._tell_limits(translation)
        self._emit(translation)
        self._on_translation(translation)

    def _tell_limits(self, translation: TranslationUpdate) -> None:
        """Say once for each pair why sentences of it stay untranslated, before the first one does."""
        pair = (translation.source_language, translation.target_language)
        if translation.is_translated or self._translator is None or pair in self._told:
            return
        if message := self._translator.capabilities.limits.get(pair):
            self._told.add(pair)
            self._emit(ErrorEvent("untranslated", message, Severity.WARNING))

    def _load(self, pair: tuple[str, str]) -> bool:
        """Whether the pair can be translated; loads it the first time."""
        if pair[0] == pair[1]:
            return self._translator is not None
        if pair in self._usable:
            return self._usable[pair]
        try:
            if self._translator is None:
                self._emit(ModelProgress("translation", "", 0.0))
                self._translator = self._make()
            self._translator.load(*pair, self._progress)
        except EngineError as error:
            self._usable[pair] = False
            self._emit(ErrorEvent("untranslated", error.message, Severity.WARNING))
            return False
        self._usable[pair] = True
        self._emit(ModelProgress("translation", self._translator.name, 1.0))
        return True

    def _progress(self, fraction: float) -> None:
        self._emit(ModelProgress("translation", self.backend_name, min(fraction, 0.99)))


def _untranslated(update: TranscriptUpdate, target: str) -> TranslationUpdate:
    return TranslationUpdate(
        update.segment_id,
        update.revision,
        update.language,
        target,
        committed=update.committed,
        unconfirmed=update.unconfirmed,
        is_final=update.is_final,
        is_translated=False,
    )
