"""Where in a recording the words of a known text are, and how well they fit what was said: forced alignment with
Whisper's cross-attention, and the probability of the text given the sound. It shares the recogniser's model in memory.
Any thread; one at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.models import whisper_directory
from desktop.engine.recognition.whisper import context
from desktop.engine.recognition.whisper.context import ContextLimits, limits_of
from desktop.engine.recognition.whisper.decoder import WhisperDecoder
from desktop.engine.recognition.whisper.shared_models import Lease, in_use, lease
from desktop.engine.recognition.whisper.words import token_begins, without_leading_silence
from desktop.engine.text.languages import writes_spaces

LONGEST = context.FRAMES * context.HOP / SAMPLE_RATE
"""seconds of a window"""
MOST_TOKENS = 200
"""of a text: with the special ones, what a window holds"""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class EncodedWindow:
    """What the model heard in a window of audio."""

    encoded: Any
    frames: int
    samples: int


@dataclass(frozen=True, slots=True)
class AlignedText:
    """A text beside a window."""

    words: tuple[Word, ...]
    """with seconds from the window's start, and the probability of each word's least likely piece"""
    log_probability: float
    """of the whole text, <= 0"""


class TextAligner:
    """A context manager on a Whisper model that is open; see `open_aligner`."""

    def __init__(self, held: Lease) -> None:
        self._lease = held
        self._decoder = WhisperDecoder(held.whisper, "transcribe")
        directory = whisper_directory.describe(held.terms.path)
        self._limits: ContextLimits | None = limits_of(directory, "auto")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lease.release()

    def encode(self, samples: Samples) -> EncodedWindow:
        """samples: shape (n,), 16 kHz, at most LONGEST seconds; what is behind is cut off."""
        samples = np.nan_to_num(samples[: context.FRAMES * context.HOP]).astype(np.float32, copy=False)
        frames = context.sizes(len(samples), self._limits)[0]
        return EncodedWindow(self._decoder.encode(samples, frames, self._limits), frames, len(samples))

    def count(self, words: Sequence[str], language: str) -> int:
        """Tokens of a text; at most MOST_TOKENS can be aligned."""
        return sum(map(len, self._pieces(words, language)))

    def align(self, window: EncodedWindow, words: Sequence[str], language: str) -> AlignedText:
        """The words where they fit best, in their order, whether or not they were said. Raises ValueError for a text
        that is too long, or empty."""
        pieces = self._pieces(words, language)
        tokens = [token for some in pieces for token in some]
        if not 0 < len(tokens) <= MOST_TOKENS:
            raise ValueError(f"{len(tokens)} tokens cannot be aligned")
        found = self._decoder.alignment(window.encoded, window.frames, language, tokens, window.samples)
        chances = np.maximum(np.array(found.text_token_probs[: len(tokens)], dtype=np.float64), _LEAST)
        begin_of = token_begins(found)
        seconds = window.samples / SAMPLE_RATE
        aligned: list[Word] = []
        position, clock = 0, 0.0
        for text, ids in zip(words, pieces, strict=True):
            first, position = position, position + len(ids)
            start = min(max(begin_of.get(first, clock), clock), seconds)
            end = min(max(begin_of.get(position, seconds), start), seconds)
            chance = float(chances[first:position].min(initial=1.0))
            aligned.append(Word(text, start, end, chance))
            clock = start
        return AlignedText(tuple(without_leading_silence(aligned)), float(np.log(chances).sum()))

    def _pieces(self, words: Sequence[str], language: str) -> list[list[int]]:
        tokenizer = self._decoder.tokenizer(language)
        space = " " if writes_spaces(language) else ""
        return [list(tokenizer.encode(space + word)) for word in words]


def open_aligner(language: str) -> TextAligner | None:
    """On the Whisper model that is open now and knows the language; None: there is none."""
    for terms in in_use():
        if language in whisper_directory.describe(terms.path).languages:
            return TextAligner(lease(terms, lambda _: None, None))
    return None
