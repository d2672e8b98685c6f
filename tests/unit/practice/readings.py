"""Results of readings for tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from desktop.practice.feedback import (
    Fluency,
    PassageFeedback,
    PracticeResult,
    Score,
    WordFeedback,
    WordStatus,
)
from desktop.practice.history import Kept, text_key
from desktop.practice.text import Line, PracticeText

FOX = PracticeText("Fox", "en", (Line("The quick brown fox jumps"), Line("over the lazy dog.")))
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def result(
    text: PracticeText = FOX, marks: Mapping[int, WordStatus] | None = None, total: float = 80.0
) -> PracticeResult:
    """A reading of a text. marks: of the words that were not correct, by their index."""
    marks = marks or {}
    words = tuple(
        WordFeedback(
            index, word.text, marks.get(index, WordStatus.CORRECT), word.text, index * 0.4, index * 0.4 + 0.3, 0.9
        )
        for index, word in enumerate(text.words)
    )
    counts = {status: sum(word.status is status for word in words) for status in WordStatus}
    return PracticeResult(
        title=text.title,
        language=text.language,
        feedback=PassageFeedback(words, (), len(words), 7),
        score=Score(total, 90.0, 95.5, 60.0, counts),
        fluency=Fluency(120.0, ((3, 1.5),), 1),
        to_practise=tuple(marks),
        duration=0.4 * len(words),
    )


def kept(
    number: int, text: PracticeText = FOX, marks: Mapping[int, WordStatus] | None = None, total: float = 80.0
) -> Kept:
    """The reading of a text `number` hours after noon."""
    at = NOON + timedelta(hours=number)
    return Kept(f"{at:%Y%m%d-%H%M%S}-00000000", at, text_key(text), result(text, marks, total))
