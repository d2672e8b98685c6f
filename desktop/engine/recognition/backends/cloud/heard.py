"""What a cloud engine has said of an utterance, over all the connections that its sound took. Pure."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.engine.events import Word
from desktop.engine.recognition.backends.base import StreamResult
from desktop.engine.text.compare import normalized
from desktop.engine.text.languages import writes_spaces


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message of an engine says. Times are seconds from the start of the connection's sound."""

    settled: tuple[Word, ...] = ()
    """words that follow those settled before, and stay"""
    open: tuple[Word, ...] | None = None
    """what is heard after them so far; replaces what was open before; None: as before"""
    until: float | None = None
    """up to here all words are settled; None: as before"""
    language: str = ""
    """that was heard; empty: it does not say"""


class Heard:
    """language: until the engine says another one."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.covered = 0.0
        """seconds of the utterance whose words are settled"""
        self._settled: tuple[Word, ...] = ()
        self._open: tuple[Word, ...] = ()
        self._origin = 0.0
        self._uncovered = 0
        """the newest settled words, which are of sound that is not covered"""
        self._known: tuple[Word, ...] = ()
        """those of them that the newest connection hears again"""
        self._again: tuple[Word, ...] = ()
        """what it settled so far of that"""

    def connect(self) -> float:
        """Another connection begins with the sound from here on: seconds of the utterance. What was open stays in sight
        until it says something."""
        self._origin = self.covered
        self._known = self._settled[len(self._settled) - self._uncovered :]
        self._again = ()
        return self._origin

    def take(self, answer: Answer) -> None:
        """An answer on the newest connection."""
        settled = self._placed(answer.settled)
        still_open = self._open if answer.open is None else self._placed(answer.open)
        if self._known:
            settled, still_open = self._without_known(settled, still_open, is_covered=answer.until is not None)
        self._settled += settled
        self._open = still_open
        self._uncovered += len(settled)
        if answer.until is not None:
            self.covered = max(self.covered, self._origin + answer.until)
            self._uncovered = 0
        self.language = answer.language or self.language

    def _without_known(
        self, settled: tuple[Word, ...], still_open: tuple[Word, ...], *, is_covered: bool
    ) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
        """What of this is not settled already."""
        self._again += settled
        again = (*self._again, *still_open)
        known = rest_after([word.text for word in self._known], [word.text for word in again])
        if not is_covered and len(self._again) <= known:
            return (), again[known:]
        settled, still_open = self._again[known:], again[max(known, len(self._again)) :]
        self._known = self._again = ()
        return settled, still_open

    @property
    def is_settled(self) -> bool:
        """Nothing is open."""
        return not self._open

    def done(self, sent: float) -> None:
        """The connection ended in good order: all that was sent, seconds of the utterance, is answered."""
        self.covered = max(self.covered, sent)

    def result(self, seconds: float, *, is_last: bool) -> StreamResult:
        """seconds: how much of the utterance there is; no word ends later."""
        words = (*self._settled, *self._open)
        placed, least = [], 0.0
        for word in words:
            least = max(least, min(word.start, seconds))
            placed.append(replace(word, start=least, end=min(max(word.end, least), seconds)))
        return StreamResult(self.language, tuple(placed), len(words) if is_last else len(self._settled))

    def _placed(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        by = self._origin
        return tuple(replace(word, start=word.start + by, end=word.end + by) for word in words)


def spread(text: str, start: float, end: float, language: str, probability: float = 1.0) -> tuple[Word, ...]:
    """The words of a text whose times nobody says: one after the other from start to end, long ones longer."""
    texts = text.split() if writes_spaces(language) else [text.strip()] if text.strip() else []
    whole = sum(map(len, texts))
    words, at = [], start
    for one in texts:
        until = at + max(0.0, end - start) * len(one) / whole
        words.append(Word(one, at, until, probability))
        at = until
    return tuple(words)


def rest_after(settled: Sequence[str], whole: Sequence[str]) -> int:
    """How many of the words of the whole say what the settled ones said; the two may differ in some of them.

    As the best alignment of the two has it: behind the last word they share, as many more as are left of the settled
    ones."""
    before, after = [normalized(word) for word in settled], [normalized(word) for word in whole]
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    shared = [block for block in blocks if block.size]
    if not shared:
        return min(len(before), len(after))
    last = shared[-1]
    return min(last.b + last.size + len(before) - (last.a + last.size), len(after))
