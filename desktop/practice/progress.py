"""What several readings say together: how one text gets better, and which words go wrong again and again. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.engine.text.compare import normalized
from desktop.practice.feedback import WordStatus
from desktop.practice.history import Kept

RECENT = 20
"""readings that count for the words to practise"""


@dataclass(frozen=True, slots=True)
class Point:
    """One reading in the plot of a text."""

    at: datetime
    total: float
    """0..100, as the three below"""
    accuracy: float
    completeness: float
    fluency: float
    words_per_minute: float


@dataclass(frozen=True, slots=True)
class HardWord:
    """A word that was not right in several readings."""

    word: str
    """as it was written last"""
    missed: int
    """times that it was wrong, missing, or nearly right"""
    times: int
    """that it was to be read"""


def progress(readings: Iterable[Kept], text: str) -> tuple[Point, ...]:
    """The readings of a text (`history.text_key`), oldest first."""
    found = sorted((one for one in readings if one.text == text), key=lambda one: one.at)
    return tuple(_point(one) for one in found)


def hard_words(readings: Sequence[Kept], language: str, limit: int = 20) -> tuple[HardWord, ...]:
    """Words of a language that went wrong in more than one reading, the hardest first: missed most often, then in the
    greatest share of the times. readings: oldest first; the last `RECENT` of the language count, and of each of them
    what was read at all."""
    times: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    missed_in: dict[str, set[str]] = {}
    written: dict[str, str] = {}
    recent = [one for one in readings if one.result.language == language][-RECENT:]
    for reading, word in ((one.name, word) for one in recent for word in one.result.feedback.words):
        name = normalized(word.word)
        if not name or word.status is WordStatus.PENDING:
            continue
        times[name] += 1
        written[name] = word.word
        if word.status is not WordStatus.CORRECT:
            missed[name] += 1
            missed_in.setdefault(name, set()).add(reading)
    again = (name for name, readings_of in missed_in.items() if len(readings_of) > 1)
    hardest = sorted(again, key=lambda name: (-missed[name], times[name], name))
    return tuple(HardWord(written[name], missed[name], times[name]) for name in hardest[:limit])


def _point(one: Kept) -> Point:
    score = one.result.score
    return Point(
        one.at, score.total, score.accuracy, score.completeness, score.fluency, one.result.fluency.words_per_minute
    )
