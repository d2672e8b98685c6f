"""Translators of clouds: each text passes the guard (`cloud/guard.py`). On the translation thread, and on that of a
trial while one is not used (`preference.py`)."""

from desktop.engine.cloud.guard import Guard
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.retrying import AGAIN, retried
from desktop.engine.errors import ModelMissing
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.translation.backends.base import Translator, TranslatorCapabilities

_LOADING = 12.0
"""seconds for bringing the library into memory and connecting"""
_SIZE = 60.0
"""characters that take about as long as fewer"""


class GuardedTranslator:
    """A Translator."""

    def __init__(self, translator: Translator, guard: Guard) -> None:
        self._translator = translator
        self._guard = guard

    @property
    def name(self) -> str:
        return self._translator.name

    @property
    def meter(self) -> Meter:
        return self._guard.meter

    @property
    def capabilities(self) -> TranslatorCapabilities:
        return self._translator.capabilities

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Raises CloudFailed, or ModelMissing for a pair that it does not translate."""
        self._guard.do(
            "load",
            lambda: self._translator.load(source, target, progress),
            most=_LOADING,
            size=10.0,
            part="opening",
        )
        if (source, target) not in self.capabilities.pairs:
            raise ModelMissing("no-translator", source=source, target=target)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        return self._guard.do(
            "translate",
            lambda: retried(lambda: self._translator.translate(text, source, target, prefix, is_final), AGAIN),
            characters=len(text),
            size=max(1.0, len(text) / _SIZE),
        )

    def close(self) -> None:
        self._guard.aside(self._translator.close)
        self._guard.close()
