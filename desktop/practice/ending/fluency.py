"""How evenly a passage was read. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from desktop.engine.text.punctuation import PAUSES, QUOTES
from desktop.practice.feedback import Fluency, PassageFeedback, WordFeedback
from desktop.practice.text import PracticeText

_LONG = 0.7
"""seconds of silence between two words from which on a pause is a long one"""


def fluency_of(text: PracticeText, feedback: PassageFeedback, repetitions: int) -> Fluency:
    """Of a passage whose words have their times."""
    spoken = _spoken(feedback.in_order)
    pauses: list[tuple[int, float]] = []
    for (before, _, end), (after, start, _) in pairwise(spoken):
        if start - end >= _LONG and not _is_asked_for(text, before, after):
            pauses.append((after.index, start - end))
    seconds = spoken[-1][2] - spoken[0][1] if len(spoken) > 1 else 0.0
    rate = 60 * len(spoken) / seconds if seconds > 0 else 0.0
    return Fluency(rate, tuple(pauses), repetitions)


def evenness(fluency: Fluency, words: int) -> float:
    """0..100: the share of the time without long pauses, and of the words without those that were said again. words:
    that were said, of the text or not."""
    if not words or not fluency.words_per_minute:
        return 0.0
    seconds = 60 * words / fluency.words_per_minute
    silent = min(1.0, sum(one for _, one in fluency.pauses) / seconds)
    again = min(1.0, fluency.repetitions / (words + fluency.repetitions))
    return 100 * (1 - silent) * (1 - again)


def _spoken(words: Sequence[WordFeedback]) -> list[tuple[WordFeedback, float, float]]:
    """Those that were said, in the order of speaking, with start and end."""
    timed = [(one, one.start, one.end) for one in words if one.start is not None and one.end is not None]
    return sorted(timed, key=lambda one: one[1])


def _is_asked_for(text: PracticeText, before: WordFeedback, after: WordFeedback) -> bool:
    """Whether one pauses between two words: at the end of a line, behind a mark, or where the reader went elsewhere."""
    words = text.words
    if not 0 < after.index < len(words) or not before.index < len(words):
        return True
    goes_on = before.index in (after.index, after.index - 1)
    last = words[after.index - 1]
    is_line_end = last.line != words[after.index].line
    return not goes_on or is_line_end or last.text.rstrip(QUOTES)[-1:] in PAUSES
