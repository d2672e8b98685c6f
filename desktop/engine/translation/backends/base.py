"""What a translator is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from desktop.engine.events import Samples
from desktop.engine.message import Message
from desktop.engine.recognition.backends.base import Progress


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
    reads: frozenset[tuple[str, str]] = frozenset()
    """those of `hears` that it can translate from text, too, where there is no sound"""
    phrasebook: frozenset[tuple[str, str]] = frozenset()
    """those of `pairs` of which it knows a phrasebook only: whole sentences, most of which stay untranslated"""
    limits: Mapping[tuple[str, str], Message] = field(default_factory=dict)
    """what to tell the user when the first sentence of a pair stays untranslated"""


class Translator(Protocol):
    """Turns text into text of another language. Used from one thread at a time."""

    @property
    def name(self) -> str:
        """As shown to the user."""

    @property
    def capabilities(self) -> TranslatorCapabilities: ...

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Bring the pair's models into memory. Raises ModelMissing (says what to install), ModelBroken."""

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        """Translate one sentence or clause; the result begins with `prefix` where that is supported. None: it does not
        know this text, which stays as it was said; nothing is made up. Not final: speed before accuracy. Raises
        BackendFailed."""

    def close(self) -> None:
        """Give the memory back. Idempotent."""


@runtime_checkable
class SpeechTranslator(Translator, Protocol):
    """A Translator that also turns speech into text of another language."""

    def translate_speech(self, samples: Samples, source: str, target: str, transcript: str = "") -> str | None:
        """Translate one utterance, shape (n,), 16 kHz; empty if nothing is said in it, None if what came out is no
        translation. transcript: what was recognised in it; empty if that is not known. For pairs in
        `capabilities.hears`. Raises BackendFailed."""
