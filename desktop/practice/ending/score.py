"""How well a passage was read, from what is said of its words. Pure."""

from collections import Counter

from desktop.practice.ending.fluency import evenness
from desktop.practice.feedback import Fluency, PassageFeedback, Score, WordStatus

_MINOR = 0.5
"""what a minor mistake counts of a right word"""
_FLUENCY = 0.1
"""share of fluency in the total"""
_NEEDED = (WordStatus.WRONG, WordStatus.MISSING, WordStatus.MINOR_MISTAKE)
"""what is to be practised, the most needed first"""


def score_of(feedback: PassageFeedback, fluency: Fluency) -> Score:
    """Of a passage that is over: no word is pending."""
    found = Counter(one.status for one in (*feedback.words, *feedback.extra))
    counts = {status: found.get(status, 0) for status in WordStatus}
    right = counts[WordStatus.CORRECT] + _MINOR * counts[WordStatus.MINOR_MISTAKE]
    read = counts[WordStatus.CORRECT] + counts[WordStatus.MINOR_MISTAKE] + counts[WordStatus.WRONG]
    said = read + counts[WordStatus.EXTRA]
    accuracy = 100 * right / said if said else 0.0
    completeness = 100 * read / len(feedback.words) if feedback.words else 0.0
    even = evenness(fluency, said)
    total = completeness / 100 * ((1 - _FLUENCY) * accuracy + _FLUENCY * even)
    return Score(round(total, 1), round(accuracy, 1), round(completeness, 1), round(even, 1), counts)


def to_practise(feedback: PassageFeedback) -> tuple[int, ...]:
    """The words that were not right: what is wrong before what is missing, before minor mistakes."""
    words = [one for one in feedback.words if one.status in _NEEDED]
    return tuple(one.index for one in sorted(words, key=lambda one: (_NEEDED.index(one.status), one.index)))
