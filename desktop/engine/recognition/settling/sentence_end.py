"""Whether what was said before a pause is surely a whole sentence, so that nobody needs to wait for more. Pure.

Whisper writes a full stop at almost any pause, and ends a sentence that it does not understand with words that it
knows. So the words must be sure, the full stop too, and they must account for all that was heard. Who lists or spells
pauses after each word: few words are never taken for whole.

Runs on the recognition thread.
"""

from collections.abc import Sequence

from desktop.engine.events import Word
from desktop.engine.text.languages import writes_spaces
from desktop.engine.text.sentences import is_complete, split

_TEXT = -0.2
"""least average log-probability of the text"""
_WORD = 0.6
"""least probability of the last word; one that was cut has less"""
_MARK = 0.9
"""least probability of the mark behind it: 0.5 to 0.9 where somebody pauses between digits, more where sentences end"""
_UNHEARD = 1.2
"""seconds of speech behind the last word that show that not all of it was understood"""
_WORDS = 3
"""least words of the sentence"""
_LETTERS = 6
"""the same in letters, where no spaces are written"""


def is_whole(
    text: str, words: Sequence[Word], language: str, *, speech_end: float, log_probability: float = 0.0
) -> bool:
    """Whether a text ends in a whole sentence.

    words: those of `text`; times are session seconds, as speech_end, up to which speech was heard.
    log_probability: average of the text's tokens.
    """
    if not words or not is_complete(text, language):
        return False
    sentence = split(text, language)[-1]
    is_long = len(sentence.split()) >= _WORDS or (not writes_spaces(language) and len(sentence) >= _LETTERS)
    last = words[-1]
    is_sure = log_probability >= _TEXT and last.probability >= _WORD and last.mark >= _MARK
    return is_long and is_sure and speech_end - last.end <= _UNHEARD
