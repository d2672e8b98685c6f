"""The work that translation asks for, and the kind of its answer. Plain values. Pure."""

from dataclasses import dataclass

from desktop.engine.events import Samples


@dataclass(frozen=True, slots=True)
class LoadTranslation:
    """Bring a pair of languages into memory. Answer: TranslatorCapabilities, or None if it cannot be translated."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Translate:
    """Translate a sentence or clause, beginning with `prefix`. Answer: the text, or None if it is not known."""

    text: str
    source: str
    target: str
    prefix: str
    is_final: bool


@dataclass(frozen=True, slots=True, eq=False)
class TranslateSpeech:
    """Translate one utterance from its sound. Answer: the text, or None if what came out is no translation."""

    samples: Samples
    """shape (n,), 16 kHz"""
    source: str
    target: str
    transcript: str
