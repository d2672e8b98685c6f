"""Translators elsewhere in front of those on this machine, or behind them, or beside: what one fails at the next one
translates within the same sentence.

On the translation thread.
"""

from collections.abc import Callable
from typing import TypeVar

from desktop.engine.errors import BackendFailed
from desktop.engine.events import Samples
from desktop.engine.order import Arrangement, Order
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.takeover import Notify
from desktop.engine.translation.backends.base import SpeechTranslator, Translator, TranslatorCapabilities

_Pair = tuple[str, str]
_Answer = TypeVar("_Answer")


class PreferredTranslator:
    """A SpeechTranslator. arrangement: those elsewhere, and which is asked first. make_local: the one of this machine,
    made when it is needed; may raise ModelError."""

    def __init__(
        self,
        arrangement: Arrangement[Translator],
        make_local: Callable[[], Translator],
        notify: Notify,
    ) -> None:
        self._engines: Order[Translator] = Order(arrangement, self._open, notify)
        self._make_local = make_local
        self._local: Translator | None = None
        self._pair: _Pair | None = None
        """loaded last"""
        self._loaded: dict[int, set[_Pair]] = {}
        """pairs by the engine that has them"""

    @property
    def name(self) -> str:
        used = self._engines.used or self._local
        return used.name if used is not None else ""

    @property
    def capabilities(self) -> TranslatorCapabilities:
        """Those of the one that is used now; another one may take over, also in the midst of an utterance."""
        if self._engines.first == "local" and not self._translates_here():
            elsewhere = self._engines.elsewhere.used
            if elsewhere is not None:
                return elsewhere.capabilities
        used = self._engines.used or self._here()
        return used.capabilities

    def arrange(self, arrangement: Arrangement[Translator]) -> None:
        """Other engines, or another order, from the next sentence on. Any thread."""
        self._engines.arrange(arrangement)

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Load the pair where it is used. Raises what the local one raises where nobody can translate it."""
        self._pair = (source, target)
        self._engines.open(lambda: self._here_with(self._pair, progress), self._name_here)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        return self._do((source, target), lambda one: one.translate(text, source, target, prefix, is_final))

    def translate_speech(self, samples: Samples, source: str, target: str, transcript: str = "") -> str | None:
        def work(one: Translator) -> str | None:
            pair = (source, target)
            if isinstance(one, SpeechTranslator) and pair in one.capabilities.hears:
                return one.translate_speech(samples, source, target, transcript)
            if not transcript:
                raise BackendFailed("translator-reads-only", name=one.name, recoverable=True)
            return one.translate(transcript, source, target)

        return self._do((source, target), work)

    def close(self) -> None:
        self._engines.close()
        if self._local is not None:
            self._local.close()
        self._local = None
        self._loaded.clear()

    def _do(self, pair: _Pair, work: Callable[[Translator], _Answer]) -> _Answer:
        def there(one: Translator) -> _Answer:
            self._with(one, pair, lambda _: None)
            return work(one)

        return self._engines.do(there, lambda: work(self._here_with(pair, lambda _: None)), self._name_here)

    def _open(self, one: Translator) -> None:
        """Also on the thread of a trial."""
        if self._pair is not None:
            self._loaded.get(id(one), set()).discard(self._pair)  # it may be another server process by now
            self._with(one, self._pair, lambda _: None)

    def _with(self, one: Translator, pair: _Pair, progress: Progress) -> Translator:
        """The translator, with the pair loaded."""
        loaded = self._loaded.setdefault(id(one), set())
        if pair not in loaded:
            one.load(*pair, progress)
            loaded.add(pair)
        return one

    def _translates_here(self) -> bool:
        """Whether the pair that was loaded last is loaded on this machine."""
        return self._local is not None and self._pair in self._loaded.get(id(self._local), ())

    def _here(self) -> Translator:
        if self._local is None:
            self._local = self._make_local()
        return self._local

    def _here_with(self, pair: _Pair | None, progress: Progress) -> Translator:
        here = self._here()
        return self._with(here, pair, progress) if pair is not None else here

    def _name_here(self) -> str:
        return self._local.name if self._local is not None else ""
