"""A session's translation: TranscriptUpdates in, TranslationUpdates out. Pure."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

from desktop.engine.events import ErrorEvent, Samples, Severity, TranscriptUpdate, TranslationUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import join_words
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.incremental import IncrementalTranslator
from desktop.engine.translation.work import LoadTranslation


@dataclass(frozen=True, slots=True, eq=False)
class Transcribed:
    """A transcript to translate."""

    update: TranscriptUpdate
    samples: Samples | None = None
    """sound of the whole utterance, shape (n,), 16 kHz; of a final only"""


class Translation:
    """The translations of a session's transcripts into the target of its options; a pair is loaded when it is heard.

    A pair that cannot be translated is passed on untranslated; what a translator does not know is told once.
    notify: gets what the user should know. on_update: gets each update. on_failed: gets what failed; a final is
    delivered before, with what was shown. live: decides what is translated when; a benchmark may leave an idea out.
    """

    def __init__(
        self,
        options: SessionOptions,
        notify: Callable[[ErrorEvent], None],
        on_update: Callable[[TranslationUpdate], None],
        on_failed: Callable[[Exception], None],
        live: IncrementalTranslator | None = None,
    ) -> None:
        self._options = options
        self._notify = notify
        self._on_update = on_update
        self._on_failed = on_failed
        self._live = live or IncrementalTranslator(None, "")
        self._able: dict[tuple[str, str], TranslatorCapabilities | None] = {}
        self._told: set[tuple[str, str]] = set()
        self._last: TranslationUpdate | None = None

    def configure(self, options: SessionOptions) -> None:
        """Take new options between two pieces of work."""
        self._options = options

    def forget(self, *, only_missing: bool = False) -> None:
        """Ask again which pairs can be translated. only_missing: those that could not."""
        if only_missing:
            self._able = {pair: able for pair, able in self._able.items() if able is not None}
        else:
            self._able = {}
            self._live.forget()

    def handle(self, item: Transcribed) -> Generator[Any, Any, None]:
        """Translate one transcript: yields LoadTranslation, Translate or TranslateSpeech, and is sent their answers."""
        options, update = self._options, item.update
        if not options.target or not (options.live_translation or update.is_final):
            return
        try:
            able = yield from self._load(update.language, options.target)
            self._live.configure(able, options.target)
            if self._live.awaits_end(update):
                return
            translation = yield from self._live.update(update, item.samples)
            if translation.is_final:
                translation = replace(translation, final_text=(yield from self._final_text(update, translation)))
        except Exception as error:
            if update.is_final:
                self._pass_on(self._salvaged(update, options.target))
            self._on_failed(error)
            return
        self._tell_limits(translation, able)
        self._pass_on(translation)

    def _load(self, source: str, target: str) -> Generator[Any, Any, TranslatorCapabilities | None]:
        """What can be done for a pair; None: nothing."""
        if source == target:
            return next((able for able in self._able.values() if able is not None), None)
        if (source, target) not in self._able:
            self._able[source, target] = yield LoadTranslation(source, target)
        return self._able[source, target]

    def _final_text(self, update: TranscriptUpdate, translation: TranslationUpdate) -> Generator[Any, Any, str]:
        """The translation to keep: another one only where the transcript to keep is another one."""
        if not update.final_text or update.final_text == update.committed:
            return translation.committed
        if not translation.is_translated or translation.source_language == translation.target_language:
            return update.final_text
        if not self._live.reads(update.language):
            return translation.committed
        return (yield from self._live.whole(update.final_text, update.language))

    def _salvaged(self, update: TranscriptUpdate, target: str) -> TranslationUpdate:
        """A final that cannot be translated ends with what was shown, or with the original text."""
        last = self._last
        if last is None or last.segment_id != update.segment_id or last.target_language != target:
            return untranslated(update, target)
        text = join_words(last.committed, last.unconfirmed, last.target_language)
        return replace(last, revision=last.revision + 1, committed=text, unconfirmed="", is_final=True, final_text=text)

    def _pass_on(self, translation: TranslationUpdate) -> None:
        self._last = translation
        self._on_update(translation)

    def _tell_limits(self, translation: TranslationUpdate, able: TranslatorCapabilities | None) -> None:
        """Say once for each pair why sentences of it stay untranslated, before the first one does."""
        pair = (translation.source_language, translation.target_language)
        if translation.is_translated or able is None or pair in self._told:
            return
        if message := able.limits.get(pair):
            self._told.add(pair)
            self._notify(ErrorEvent("untranslated", message, Severity.WARNING))


def untranslated(update: TranscriptUpdate, target: str) -> TranslationUpdate:
    """The transcript as it is, where nothing can translate it."""
    return TranslationUpdate(
        update.segment_id,
        update.revision,
        update.language,
        target,
        committed=update.committed,
        unconfirmed=update.unconfirmed,
        is_final=update.is_final,
        is_translated=False,
        final_text=update.final_text if update.is_final else "",
        lane=update.lane,
    )
