"""What a synthesizer is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import Progress


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that can be chosen."""

    id: str
    """unique within the backend"""
    label: str
    """as shown to the user"""
    language: str
    """ISO 639 code"""


@dataclass(frozen=True, slots=True)
class SynthesizerCapabilities:
    """What a synthesizer can do."""

    languages: frozenset[str]
    needs_network: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SpeechChunk:
    """A piece of synthesized audio."""

    samples: Samples
    """float32 mono, -1..1, shape (n,)"""
    sample_rate: int
    """Hz"""


class Synthesizer(Protocol):
    """Speaks text. Used from one thread at a time."""

    @property
    def name(self) -> str:
        """As shown to the user."""

    @property
    def capabilities(self) -> SynthesizerCapabilities: ...

    def voices(self) -> tuple[Voice, ...]:
        """Every voice that is installed."""

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Make `voice` ready, or the best one for the language if `voice` is empty or speaks another
        language. Raises ModelMissing (says what to install), ModelBroken."""

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        """Speak one clause with the voice that was loaded for the language. rate: 1 is normal, 2 twice as
        fast. Raises BackendFailed."""

    def close(self) -> None:
        """Give the memory back. Idempotent."""
