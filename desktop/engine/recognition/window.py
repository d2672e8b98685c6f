"""Which committed words may leave the window that is decoded, and where it is cut then. Pure."""

from collections.abc import Sequence

from desktop.engine.events import SpeechSegment, Word
from desktop.engine.hearing.level import quietest
from desktop.engine.text.sentences import ends_sentence

_INTO_WORD = 0.05
"""seconds before the end of a word, and twice that behind the start of the next, where a cut may lie"""
_PAUSE = 0.3
"""seconds in which the next word begins, where none is known"""


def whole_sentences(words: Sequence[Word], gone: int) -> int:
    """How many words end with the last whole sentence; 0: none of those behind the first `gone` ends one."""
    return next((count for count in range(len(words), gone, -1) if ends_sentence(words[count - 1].text)), 0)


def ended_by(words: Sequence[Word], gone: int, time: float) -> int:
    """How many words are over at that time, in seconds; at least the first `gone`."""
    count = gone
    while count < len(words) and words[count].end <= time:
        count += 1
    return count


def cut_behind(segment: SpeechSegment, words: Sequence[Word], count: int) -> float:
    """The time, in seconds, at which it is quietest between the first `count` words, at least one, and the next."""
    last = words[count - 1]
    following = words[count].start if count < len(words) else last.end + _PAUSE
    return quietest(segment, last.end - _INTO_WORD, max(following, last.end) + 2 * _INTO_WORD)
