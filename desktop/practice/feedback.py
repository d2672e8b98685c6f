"""What is said of each word that was read, and of the whole. Pure data; any thread.

Times are seconds since the recording (or the session) began.
"""

from dataclasses import dataclass
from enum import StrEnum


class WordStatus(StrEnum):
    """How a word was read."""

    PENDING = "pending"
    """not yet read, or not yet decided"""
    CORRECT = "correct"
    MINOR_MISTAKE = "minor_mistake"
    """something that sounds nearly the same was said"""
    WRONG = "wrong"
    """something else was said in its place"""
    MISSING = "missing"
    """it was left out, although what follows it was read"""
    EXTRA = "extra"
    """said, but not in the text"""


@dataclass(frozen=True, slots=True)
class WordFeedback:
    """One word of the text, or one that is not in it."""

    index: int
    """in `PracticeText.words`; of an extra word: of the one behind it (the number of words at the end)"""
    word: str
    """as the text spells it; empty for an extra word"""
    status: WordStatus
    heard: str = ""
    """what was recognised in its place; empty where nothing was"""
    start: float | None = None
    """None where nothing was heard"""
    end: float | None = None
    confidence: float | None = None
    """0..1: how sure the recogniser is that this was said; None where nothing was heard"""


@dataclass(frozen=True, slots=True)
class PassageFeedback:
    """A whole snapshot: replaces the one before it."""

    words: tuple[WordFeedback, ...]
    """one for each word of the text, in its order; none of them is extra"""
    extra: tuple[WordFeedback, ...] = ()
    """in the order in which they were said"""
    position: int = 0
    """index of the word that is expected next; the number of words when the text has been read"""
    revision: int = 0
    """grows by one with each snapshot of a reading"""

    @property
    def is_complete(self) -> bool:
        """Whether the last word has been read."""
        return self.position >= len(self.words)

    @property
    def in_order(self) -> tuple[WordFeedback, ...]:
        """The words of the text, and before each the extra ones that were said there."""
        return tuple(
            sorted((*self.extra, *self.words), key=lambda one: (one.index, one.status is not WordStatus.EXTRA))
        )


@dataclass(frozen=True, slots=True)
class Score:
    """How well a passage was read: 0..100, and what it is made of."""

    total: float
    """`completeness` of nine tenths of `accuracy` and a tenth of `fluency`: who reads half has 50 at most"""
    accuracy: float
    """of the words that were read, those that were right; minor mistakes count half, extra words against it"""
    completeness: float
    """of the words of the text, those that were read"""
    fluency: float
    """share of the time without long pauses that the text does not ask for, less what was said again"""
    counts: dict[WordStatus, int]
    """how many words have each status; every status is in it"""


@dataclass(frozen=True, slots=True)
class Fluency:
    """How evenly a passage was read."""

    words_per_minute: float
    """of the time from the first word to the last; 0 where fewer than two words were read"""
    pauses: tuple[tuple[int, float], ...]
    """(index of the word behind it, seconds) of each long pause that no mark of the text asks for"""
    repetitions: int
    """words that were said again"""


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """What is kept of a reading: `record` makes JSON of it, `from_record` reads that again (record.py)."""

    title: str
    language: str
    feedback: PassageFeedback
    score: Score
    fluency: Fluency
    to_practise: tuple[int, ...]
    """indices of the words to practise, the most needed first"""
    duration: float
    """seconds of the recording"""
