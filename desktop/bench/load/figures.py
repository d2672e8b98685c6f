"""What a load test shows: latencies, and what was lost or said twice. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.bench.figures.errors import Summary, pooled, summarized, word_errors
from desktop.bench.load.speaker import Came, Spoken

_EARLY = 1.5
"""seconds before its first sound in which the segment of a sentence may begin"""


@dataclass(frozen=True, slots=True)
class Latencies:
    """Seconds; None: nothing of the kind happened."""

    first: Summary | None
    """from the first sound of a sentence to its first word"""
    gap: Summary | None
    """between two updates of an utterance that is running"""
    final: Summary | None
    """from the end of speech to the final text"""


def latencies(spoken: Sequence[Spoken]) -> Latencies:
    """Of all talks together."""
    first = [seconds for one in spoken for seconds in first_words(one)]
    gaps = [seconds for one in spoken for seconds in gaps_of(one.came)]
    finals = [one.at - one.speech_end for talk in spoken for one in _finals(talk.came)]
    return Latencies(*(summarized(values) if values else None for values in (first, gaps, finals)))


def first_words(spoken: Spoken) -> list[float]:
    """Of each sentence that begins a segment: seconds from its first sound to its first word."""
    shown: dict[int, Came] = {}
    for one in spoken.came:
        if one.text and one.segment not in shown:
            shown[one.segment] = one
    found = []
    for onset, _ in spoken.talk.sentences:
        begun = [one for one in shown.values() if onset - _EARLY <= one.start <= onset + 0.2]
        if begun:
            found.append(min(one.at for one in begun) - onset)
    return found


def gaps_of(came: Sequence[Came]) -> list[float]:
    """Seconds between two updates of the same utterance, each."""
    last: dict[int, float] = {}
    found = []
    for one in came:
        if one.segment in last:
            found.append(one.at - last[one.segment])
        last[one.segment] = one.at
    return found


def _finals(came: Sequence[Came]) -> list[Came]:
    """The first final of each segment, where something was said."""
    seen: set[int] = set()
    found = []
    for one in came:
        if one.is_final and one.segment not in seen:
            seen.add(one.segment)
            if one.final_text:
                found.append(one)
    return found


def success(spoken: Sequence[Spoken]) -> float:
    """Share of the talks that were taken and told to their end, 0..1."""
    return sum(one.is_told and not one.refused for one in spoken) / len(spoken) if spoken else 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """Against what the same server understands of the same talk when nobody else speaks."""

    said: int
    lost: int
    doubled: int
    changed: int


def words(alone: Sequence[str], loaded: Sequence[str]) -> Words:
    """alone, loaded: the text of each talk."""
    errors = pooled(word_errors(one, other) for one, other in zip(alone, loaded, strict=True))
    return Words(errors.words, errors.deletions, errors.insertions, errors.substitutions)
