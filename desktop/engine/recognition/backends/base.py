"""What a recogniser is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from desktop.engine.events import Samples, Word

Progress = Callable[[float], None]
"""Called with 0..1 while a model loads, from the loading thread."""


@dataclass(frozen=True, slots=True)
class RecognizerCapabilities:
    """What a recogniser can do."""

    languages: frozenset[str]
    """ISO 639 codes it recognises"""
    detects_language: bool
    streaming: bool
    """decodes fast enough to be run again and again on growing audio; if not, only finals are decoded"""
    needs_network: bool = False


@dataclass(frozen=True, slots=True)
class RecognitionRequest:
    """How one window of audio is to be decoded."""

    language: str | None
    """fixed language, or None to detect it"""
    candidates: tuple[str, ...] = ()
    """when detecting: the languages to choose from; empty is any"""
    prompt: str = ""
    """text that came right before the window"""
    is_final: bool = False
    """the utterance is over: accuracy before speed"""
    may_widen: bool = True
    """a result that cannot stand is decoded again with more context, which takes several times as long"""
    is_buffered: bool = False
    """the window is the whole utterance, because it is not streamed or that failed"""
    vocabulary: str = ""
    """names and terms that the user expects"""
    beam_size: int = 0
    """beam width of a final; 0 is what the recogniser was made with"""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser heard in one window."""

    language: str
    words: tuple[Word, ...]
    """times are seconds from the start of the window"""
    no_speech: float = 0.0
    """probability that nothing was said, 0..1"""
    log_probability: float = 0.0
    """average per token, <= 0"""
    language_probability: float = 1.0
    """how sure `language` is among the candidates, 0..1; 1 when it was given"""
    has_repeated: bool = False
    """the recogniser went round in circles, and what was repeated is cut off"""
    is_trusted: bool = True
    """no loop, no guess, not cut off; always so where the recogniser does not say"""


class Recognizer(Protocol):
    """Turns audio into words. Used from one thread at a time; `load` may run on another one before."""

    @property
    def name(self) -> str:
        """As shown to the user, for example "Whisper small"."""

    @property
    def capabilities(self) -> RecognizerCapabilities: ...

    def load(self, progress: Progress) -> None:
        """Bring the model into memory. Raises ModelError."""

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one window, samples of shape (n,) at 16 kHz. Raises BackendFailed."""

    def close(self) -> None:
        """Give the memory back. Idempotent."""
