"""The practice window in the middle of a reading, and behind one. GUI thread."""

from datetime import UTC, datetime, timedelta
from itertools import cycle

from desktop.practice.ending.fluency import fluency_of
from desktop.practice.ending.score import score_of, to_practise
from desktop.practice.feedback import PassageFeedback, PracticeResult, WordFeedback, WordStatus
from desktop.practice.progress import HardWord, Point
from desktop.practice.text import Line, PracticeText
from desktop.ui.practice.keeping import Shown
from desktop.ui.practice.window import PracticeWindow

_NEXT = cycle((*("correct",) * 5, "minor_mistake", *("correct",) * 3, "wrong", "correct", "missing"))


def text_of(language: str, *lines: str) -> PracticeText:
    """A text of whole lines, the second of which begins a paragraph."""
    return PracticeText(
        "The lines of the meeting on Thursday",
        language,
        tuple(Line(line, f"1:{number + 1}", number == 1) for number, line in enumerate(lines)),
    )


def feedback_of(text: PracticeText, read: int) -> PassageFeedback:
    """The first words of it have been read, with every kind of mistake, and one word too many."""
    words = []
    for index, word in enumerate(text.words):
        status = WordStatus(next(_NEXT)) if index < read else WordStatus.PENDING
        is_heard = status not in (WordStatus.PENDING, WordStatus.MISSING)
        start = 0.5 * index if is_heard else None
        end = 0.5 * index + 0.4 if is_heard else None
        words.append(WordFeedback(index, word.text, status, word.text if is_heard else "", start, end, 0.8))
    extra = WordFeedback(min(3, read), "", WordStatus.EXTRA, text.words[0].text, 1.4, 1.5, 0.8)
    return PassageFeedback(tuple(words), (extra,), read, 1)


def show_reading(window: PracticeWindow, text: PracticeText) -> None:
    """Two thirds of it have been read."""
    window.read_text(text)
    window.reading.show_state("listening")
    window.reading.show_feedback(feedback_of(text, 2 * len(text.words) // 3))


def show_result(window: PracticeWindow, text: PracticeText) -> None:
    """It has been read to its end, for the fourth time."""
    window.read_text(text)
    feedback = feedback_of(text, len(text.words))
    fluency = fluency_of(text, feedback, 1)
    score = score_of(feedback, fluency)
    result = PracticeResult(
        text.title, text.language, feedback, score, fluency, to_practise(feedback), 0.5 * len(text.words)
    )
    first = datetime(2026, 1, 5, 18, tzinfo=UTC)
    points = tuple(
        Point(first + timedelta(days=3 * number), total, total + 3, 96.0, 90.0, 110.0)
        for number, total in enumerate((61.0, 70.0, 68.0, score.total))
    )
    words = tuple(HardWord(text.words[index].text, 2, 4) for index in result.to_practise[:3])
    note = "This result is kept on this computer, without its sound."
    window._finished(result, Shown(points, words, note, "reading"))
