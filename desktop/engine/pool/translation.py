"""The translator that all sessions share; each pair of languages is loaded once.

On the thread of its slot, but for what says otherwise.
"""

from collections.abc import Callable

from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import ErrorEvent, Event, ModelProgress, Severity
from desktop.engine.translation.backends.base import SpeechTranslator, Translator, TranslatorCapabilities
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech


class TranslationModel:
    """make: makes the translator that the options ask for; nothing is loaded yet.

    emit: gets the progress of loading, and once for each pair why it stays untranslated.
    """

    def __init__(self, make: Callable[[], Translator], emit: Callable[[Event], None]) -> None:
        self._make = make
        self._emit = emit
        self._translator: Translator | None = None
        self._usable: dict[tuple[str, str], bool] = {}
        self._is_outdated = False
        self._looks_again = False
        self.latency = 0.0
        """seconds that the latest translation took; any thread"""

    @property
    def name(self) -> str:
        """As shown to the user; empty while none is made. Any thread."""
        translator = self._translator
        return translator.name if translator else ""

    def look_again(self) -> None:
        """Pairs that were missing are looked for again. Any thread."""
        self._looks_again = True

    def renew(self) -> None:
        """Another translator is to be made: the old one is not what the options ask for. Any thread."""
        self._is_outdated = True

    def run(self, work: LoadTranslation | Translate | TranslateSpeech) -> TranslatorCapabilities | str | None:
        """Answer it. Raises what the translator raises."""
        self._bring_up_to_date()
        if isinstance(work, LoadTranslation):
            return self.load(work.source, work.target)
        translator = self._translator if self._is_usable(work.source, work.target) else None
        if translator is None:
            raise BackendFailed("translator-changed", recoverable=True)
        if isinstance(work, Translate):
            return translator.translate(work.text, work.source, work.target, work.prefix, work.is_final)
        assert isinstance(translator, SpeechTranslator)
        return translator.translate_speech(work.samples, work.source, work.target, work.transcript)

    def load(self, source: str, target: str) -> TranslatorCapabilities | None:
        """What can be done for a pair; loads it the first time. None: it cannot be translated."""
        self._bring_up_to_date()
        if not self._is_usable(source, target):
            return None
        assert self._translator is not None
        return self._translator.capabilities

    def unload(self) -> str:
        """Give the memory back; the next text loads again. Returns the name of what was loaded."""
        name = self.name
        self.close()
        self._usable = {pair: False for pair, usable in self._usable.items() if not usable}
        return name

    def close(self) -> None:
        if self._translator is not None:
            self._translator.close()
        self._translator = None

    def _bring_up_to_date(self) -> None:
        if self._looks_again:
            self._looks_again = False
            self._usable = {pair: True for pair, usable in self._usable.items() if usable}
        if self._is_outdated:
            self._is_outdated = False
            self._usable = {}
            self.close()

    def _is_usable(self, source: str, target: str) -> bool:
        """Whether the pair can be translated; loads it the first time."""
        pair = (source, target)
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
        self._emit(ModelProgress("translation", self.name, min(fraction, 0.99)))
