"""Utterances of a recording that are decoded together. Pure.

Whisper was trained on 30 s of speech, and reads several sentences better than one. Who writes down a recording has its
whole future, so neighbours are put into one window; each word is given back to its utterance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment, Word
from desktop.engine.text.sentences import ends_sentence

MOST = 28.0
"""seconds of a window: Whisper's own, less some silence at its end"""
_MOST_SILENCE = 1.0
"""seconds between two utterances in a window; of longer ones the rest is left out"""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechGroup:
    """Utterances that are over, in order; at least one."""

    segments: tuple[SpeechSegment, ...]

    @property
    def start(self) -> float:
        return self.segments[0].start

    @property
    def end(self) -> float:
        return self.segments[-1].end


class Grouping:
    """Collects utterances until a window is full."""

    def __init__(self) -> None:
        self._waiting: list[SpeechSegment] = []

    def add(self, segment: SpeechSegment) -> SpeechGroup | None:
        """Take an utterance that is over; gives those that came before it if it does not fit to them any more."""
        full = None
        if self._waiting and _length([*self._waiting, segment]) > MOST:
            full = self.end()
        self._waiting.append(segment)
        return full

    def end(self) -> SpeechGroup | None:
        """What waits: no more comes soon."""
        waiting, self._waiting = self._waiting, []
        return SpeechGroup(tuple(waiting)) if waiting else None


def window(segments: Sequence[SpeechSegment]) -> tuple[Samples, tuple[float, ...]]:
    """The audio of the utterances with the silence between them, and where in it each begins, seconds."""
    pieces: list[Samples] = []
    starts: list[float] = []
    for at, segment in enumerate(segments):
        if at:
            pieces.append(np.zeros(round(_silence(segments[at - 1], segment) * SAMPLE_RATE), np.float32))
        starts.append(sum(map(len, pieces)) / SAMPLE_RATE)
        pieces.append(segment.samples)
    return np.concatenate(pieces), tuple(starts)


def shared_out(
    words: Sequence[Word], segments: Sequence[SpeechSegment], starts: Sequence[float]
) -> list[tuple[Word, ...]]:
    """The words of a window by utterance, at session times. A word belongs where its middle lies; one on the border
    belongs before it if a sentence ends with it, or with the one before."""
    found: list[tuple[Word, ...]] = []
    first = 0
    for at, segment in enumerate(segments):
        last = len(words)
        if at + 1 < len(segments):
            end = starts[at] + len(segment.samples) / SAMPLE_RATE
            last = _border(words, first, (end + starts[at + 1]) / 2)
        shift = segment.start - starts[at]
        found.append(tuple(_moved(word, shift, segment) for word in words[first:last]))
        first = last
    return found


def _border(words: Sequence[Word], first: int, time: float) -> int:
    """Index of the first word behind a time in the window."""
    at = first
    while at < len(words) and (words[at].start + words[at].end) / 2 <= time:
        at += 1
    for near in (at, at - 1, at + 1):
        if first < near <= len(words) and ends_sentence(words[near - 1].text):
            return near
    return at


def _moved(word: Word, shift: float, segment: SpeechSegment) -> Word:
    start = min(max(word.start + shift, segment.start), segment.end)
    return replace(word, start=start, end=min(max(word.end + shift, start), segment.end))


def _silence(before: SpeechSegment, after: SpeechSegment) -> float:
    return min(max(0.0, after.start - before.end), _MOST_SILENCE)


def _length(segments: Sequence[SpeechSegment]) -> float:
    speech = sum(len(one.samples) for one in segments) / SAMPLE_RATE
    return speech + sum(_silence(one, other) for one, other in pairwise(segments))
