"""From what came to figures, the same for every server: when the last word of a sentence stood for good. Pure.

A sentence is late by the time from its last sound until the text holds its last recognised word, and all before it, for
good. One of which no word was recognised is late for ever.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.bench.figures.errors import Errors, matched_words, normalized, pooled, word_errors
from desktop.bench.load.talks import Talk
from desktop.bench.peers.measures import lasting

LIMIT = 2.0
"""seconds until a sentence stands, p95"""


@dataclass(frozen=True, slots=True)
class State:
    """What stood on a speaker's screen."""

    at: float
    """seconds since he began to speak"""
    settled: str
    """what the server says will not change"""
    shown: str
    """that, and what may change"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server made of one talk."""

    states: tuple[State, ...]
    refused: str = ""
    """why it did not, or not to the end; empty: it did"""

    @property
    def text(self) -> str:
        return self.states[-1].shown if self.states else ""


@dataclass(frozen=True, slots=True)
class Level:
    """So many speakers at a time."""

    speaking: int
    refused: int
    shown_p95: float
    """seconds until a sentence stood on the screen for good; infinite: more than one in twenty never did"""
    settled_p95: float
    """the same until the server called it settled"""
    errors: Errors
    memory: int = 0
    """bytes of the server, at the most"""

    @property
    def is_borne(self) -> bool:
        """Everybody was served within the limit. The more lenient of both delays counts."""
        return not self.refused and self.shown_p95 <= LIMIT


def level(talks: Sequence[Talk], heard: Sequence[Heard], memory: int = 0) -> Level:
    """What came of all talks together."""
    pairs = list(zip(talks, heard, strict=True))
    return Level(
        len(pairs),
        sum(bool(one.refused) for one in heard),
        _p95([late for talk, one in pairs for late in lateness(talk, one, is_settled=False)]),
        _p95([late for talk, one in pairs for late in lateness(talk, one, is_settled=True)]),
        pooled(word_errors(talk.text, one.text) for talk, one in pairs),
        memory,
    )


def lateness(talk: Talk, heard: Heard, *, is_settled: bool) -> list[float]:
    """Seconds for each sentence of the talk."""
    final = normalized(heard.text)
    times = lasting([(one.at, normalized(one.settled if is_settled else one.shown)) for one in heard.states], final)
    if is_settled and heard.states:  # what is on the screen when everything is over will not change any more either
        settled = len(normalized(heard.states[-1].settled))
        times[settled:] = [heard.states[-1].at] * (len(times) - settled)
    owner = [index for index, text in enumerate(talk.texts) for _ in normalized(text)]
    found = [math.inf] * len(talk.sentences)
    for said, place in sorted(matched_words(normalized(" ".join(talk.texts)), final).items()):
        found[owner[said]] = times[place] - talk.sentences[owner[said]][1]
    return found


def _p95(values: Sequence[float]) -> float:
    """Nearest rank, so that what never came counts; infinite without any."""
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.inf
