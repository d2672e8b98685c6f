"""Which words of an utterance are kept in the end. Pure.

Live words are committed before their utterance is heard to its end; a decoding of the whole of it knows better, but
may have ended early or heard nothing.
"""

from collections.abc import Sequence

from desktop.engine.events import Word
from desktop.engine.recognition.settling.stabilizer import is_leak, joint

_LEAST_SHARE = 0.75
"""of the committed words that the whole must have at least; with fewer it has lost a sentence, rather than corrected
it"""


class HeardLast:
    """The words of an utterance by the last decoding that had their audio: it heard more behind them than those with
    which they were committed."""

    def __init__(self) -> None:
        self._left: tuple[Word, ...] = ()
        self._window: tuple[Word, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """All of them."""
        is_doubled = self._left and self._window and is_leak(self._left[-1], self._window[0])
        return (*self._left, *self._window[1 if is_doubled else 0 :])

    def hear(self, words: Sequence[Word]) -> None:
        """The words of the next decoding of the window."""
        self._window = tuple(words)

    def leave(self, committed: Sequence[Word]) -> None:
        """The audio of these committed words leaves the window."""
        count = joint(committed, self._window)
        self._left += tuple(final_words(committed, self._window[:count]))
        self._window = self._window[count:]


def final_words(committed: Sequence[Word], whole: Sequence[Word] | None) -> Sequence[Word]:
    """The words to keep: those of the whole utterance, unless it lost some. whole: None if it was not decoded."""
    if not whole or len(whole) < _LEAST_SHARE * len(committed):
        return committed
    return whole
