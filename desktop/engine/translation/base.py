"""What a translator is."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from desktop.engine.events import Samples
from desktop.engine.stt.base import Progress


@dataclass(frozen=True, slots=True)
class TranslatorCapabilities:
    """What a translator can do."""

    pairs: frozenset[tuple[str, str]]
    """(source, target) it can translate, pivoted ones included"""
    forces_prefix: bool
    """honours `prefix` of `translate`"""
    needs_network: bool = False
    hears: frozenset[tuple[str, str]] = frozenset()
    """those of `pairs` that are translated from the sound of whole utterances, not from their text; a translator with
    any is a `SpeechTranslator`"""


class Translator(Protocol):
    """Turns text into text of another language. Used from one thread at a time."""

    @property
    def name(self) -> str:
        """As shown to the user."""

    @property
    def capabilities(self) -> TranslatorCapabilities: ...

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Bring the pair's models into memory. Raises ModelMissing (says what to install), ModelBroken."""

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str:
        """Translate one sentence or clause; the result begins with `prefix` where that is supported.
        Not final: speed before accuracy. Raises BackendFailed."""

    def close(self) -> None:
        """Give the memory back. Idempotent."""


@runtime_checkable
class SpeechTranslator(Translator, Protocol):
    """A Translator that also turns speech into text of another language."""

    def translate_speech(self, samples: Samples, source: str, target: str) -> str:
        """Translate one utterance, shape (n,), 16 kHz; empty if nothing is said in it. For pairs in
        `capabilities.hears`. Raises BackendFailed."""
