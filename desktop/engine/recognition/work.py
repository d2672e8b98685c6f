"""The work that recognition asks for, and the kind of its answer. Plain values. Pure."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest


@dataclass(frozen=True, slots=True, eq=False)
class Decode:
    """Recognise one window of audio. Answer: Hypothesis."""

    samples: Samples
    """shape (n,), 16 kHz"""
    request: RecognitionRequest
    end: float
    """session time of the last sample, seconds"""
    is_optional: bool = False
    """not worth doing once newer audio waits; the answer is None then"""

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return len(self.samples) / SAMPLE_RATE


T = TypeVar("T")
Decoding = Generator[Decode, Hypothesis, T]
"""Yields decodings, is sent their hypotheses (or thrown their BackendFailed), returns a T."""
OptionalDecoding = Generator[Decode, Hypothesis | None, T]
"""The same, of decodings that may be left out: then it is sent None."""


def moved(words: Sequence[Word], by: float) -> tuple[Word, ...]:
    """Words of a window that begins at that session time, at session times."""
    return tuple(replace(word, start=word.start + by, end=word.end + by) for word in words)


@dataclass(frozen=True, slots=True, eq=False)
class StreamChunk:
    """The next audio of an utterance for a StreamRecognizer. Answer: StreamResult."""

    stream: int
    """which utterance: the recogniser's state of it begins with its first chunk and ends with its last"""
    samples: Samples
    """shape (n,), 16 kHz; what follows the chunk before"""
    request: RecognitionRequest
    end: float
    is_last: bool
