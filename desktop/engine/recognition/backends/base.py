"""What a recogniser is: one that decodes windows of audio, or one that follows a stream.

Behind both is the same Session: what is shown, committed, translated and typed does not know which one it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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
    follows_stream: bool = False
    """it is a StreamRecognizer"""
    reads_groups: bool = False
    """a window that holds several utterances, up to 28 s, is recognised as well as one of them, or better"""
    tells_heard: bool = False
    """it followed the sound so far: no word is a guess from sound that was cut off"""


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
    is_thorough: bool = False
    """nobody waits: a final is searched wide also where the first look seems sure"""
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
    is_sure: bool = True
    """a wider search is not worth its time, or was made"""


@dataclass(frozen=True, slots=True)
class StreamResult:
    """What a StreamRecognizer has heard of an utterance so far, all of it."""

    language: str
    words: tuple[Word, ...]
    """times are seconds from the start of the utterance"""
    committed: int = 0
    """how many of the words, from the first, will not change any more; after the last chunk that is all"""


class Recognizer(Protocol):
    """What both kinds have. Used from one thread at a time; `load` may run on another one before."""

    @property
    def name(self) -> str:
        """As shown to the user, for example "Whisper small"."""

    @property
    def capabilities(self) -> RecognizerCapabilities: ...

    def load(self, progress: Progress) -> None:
        """Bring the model into memory. Raises ModelError."""

    def close(self) -> None:
        """Give the memory back. Idempotent."""


class WindowRecognizer(Recognizer, Protocol):
    """Turns a window of audio into words; keeps nothing from one call to the next. Whisper is one."""

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one window, samples of shape (n,) at 16 kHz. Raises BackendFailed."""


class RecognitionStream(Protocol):
    """The state of one utterance in a StreamRecognizer."""

    def feed(self, samples: Samples, *, is_last: bool) -> StreamResult:
        """Take the audio that follows, shape (n,), 16 kHz; n may be 0. Nothing is fed after the last. Raises
        BackendFailed."""

    def close(self) -> None:
        """Give the state back, also in mid-utterance. Idempotent."""


@runtime_checkable
class SettlingStream(RecognitionStream, Protocol):
    """A RecognitionStream that can be asked for a final in mid-stream, as at a pause after which somebody may go on."""

    def settle(self) -> StreamResult:
        """All words of what was fed, as if it were the last; waits for them. More may be fed. Raises BackendFailed."""


@runtime_checkable
class StreamRecognizer(Recognizer, Protocol):
    """Takes audio chunk by chunk and keeps a state for each utterance: streaming transducers, cloud engines."""

    def open(self, request: RecognitionRequest) -> RecognitionStream:
        """Begin an utterance; several may be open, one for each session. Raises BackendFailed."""
