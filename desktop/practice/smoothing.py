"""When a mark changes on the screen, so that none flickers. Pure; one thread at a time.

The newest window says what a word is; but that it was read wrong is shown only when so many windows on end say so.
"""

from dataclasses import dataclass

from desktop.practice.feedback import WordStatus
from desktop.practice.options import Following


@dataclass(frozen=True, slots=True)
class Patience:
    """How many windows on end must say the same before it is shown."""

    right: int
    other: int


PATIENCE = {
    Following.CALM: Patience(2, 3),
    Following.NORMAL: Patience(1, 2),
    Following.QUICK: Patience(1, 2),
}


class Smoothing:
    """The mark of one word."""

    __slots__ = ("_agreeing", "_latest", "shown")

    def __init__(self) -> None:
        self.shown = WordStatus.PENDING
        self._latest = WordStatus.PENDING
        self._agreeing = 0

    @property
    def is_settled(self) -> bool:
        """Whether what the newest window says is shown."""
        return self.shown is self._latest

    def see(self, status: WordStatus, patience: Patience) -> bool:
        """What the newest window says. Returns whether the mark changes."""
        self._agreeing = self._agreeing + 1 if status is self._latest else 1
        self._latest = status
        needed = patience.right if status is WordStatus.CORRECT else patience.other
        if status is self.shown or self._agreeing < needed:
            return False
        self.shown = status
        return True
