"""Which words of an utterance are kept in the end. Pure.

Live words are committed before their utterance is heard to its end; a decoding of the whole of it knows better, but
may have ended early or heard nothing.
"""

from collections.abc import Sequence

from desktop.engine.events import Word

_LEAST_SHARE = 0.75
"""of the committed words that the whole must have at least; with fewer it has lost a sentence, rather than corrected
it"""


def final_words(committed: Sequence[Word], whole: Sequence[Word] | None) -> Sequence[Word]:
    """The words to keep: those of the whole utterance, unless it lost some. whole: None if it was not decoded."""
    if not whole or len(whole) < _LEAST_SHARE * len(committed):
        return committed
    return whole
