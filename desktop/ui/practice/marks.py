"""How each word that was read looks and is called: a colour, a shape, words for screen readers. Pure."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.ui.widgets.icons import Role

Shape = Literal["line", "dots", "wave", "dashes", "plus", "frame", "none"]
"""what is drawn with a word: a thin line under it, dots, a wave, a dashed frame around it, a plus before it, a frame"""
Hide = Literal["nothing", "some", "everything"]


@dataclass(frozen=True, slots=True)
class Mark:
    """How words of one status are shown."""

    name: str
    """as the legend and screen readers say it"""
    role: Role
    """colour of the look, of the word and its shape"""
    shape: Shape


MARKS: dict[WordStatus, Mark] = {
    WordStatus.PENDING: Mark("Not read yet", "text", "none"),
    WordStatus.CORRECT: Mark("Correct", "good", "line"),
    WordStatus.MINOR_MISTAKE: Mark("Small mistake", "warning", "dots"),
    WordStatus.WRONG: Mark("Wrong", "bad", "wave"),
    WordStatus.MISSING: Mark("Left out", "muted", "dashes"),
    WordStatus.EXTRA: Mark("Added", "accent", "plus"),
}
EXPECTED = Mark("Next", "accent", "frame")


def described(word: WordFeedback, *, is_expected: bool = False, is_hidden: bool = False) -> str:
    """One word in words: "fox: wrong, heard “box”"."""
    name = "hidden word" if is_hidden else isolated(word.word)
    if word.status is WordStatus.EXTRA:
        return f"Added: “{isolated(word.heard)}”"
    said = MARKS[word.status].name.lower()
    if is_expected and word.status is WordStatus.PENDING:
        said = "next"
    heard = f", heard “{isolated(word.heard)}”" if word.heard and word.status in _OTHERWISE else ""
    return f"{name}: {said}{heard}"


_OTHERWISE = (WordStatus.MINOR_MISTAKE, WordStatus.WRONG)
"""where it matters what was heard"""


def isolated(text: str) -> str:
    """A word in a sentence whose direction it must not change."""
    return text if text.isascii() else f"\u2068{text}\u2069"


def is_turned(text: str) -> bool:
    """Whether a text is written from right to left, as its first letter says."""
    kinds = (unicodedata.bidirectional(one) for one in text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def is_covered(index: int, hide: Hide) -> bool:
    """Whether a word is one of those that are hidden until they are read."""
    return hide == "everything" or (hide == "some" and index % 2 == 1)


def changed(old: PassageFeedback | None, new: PassageFeedback) -> set[int]:
    """Indices of the words that look different now; an extra word belongs to the one behind it, which may be none."""
    if old is None or len(old.words) != len(new.words):
        return set(range(len(new.words) + 1))
    found = {index for index, (a, b) in enumerate(zip(old.words, new.words, strict=True)) if a is not b and a != b}
    if old.position != new.position:
        found |= {old.position, new.position}
    if old.extra != new.extra:
        found |= {word.index for word in set(old.extra) ^ set(new.extra)}
    return found


def counted(counts: dict[WordStatus, int]) -> str:
    """How many words of each kind there are, for people: "41 correct, 2 wrong"."""
    parts = [f"{counts[status]} {MARKS[status].name.lower()}" for status in MARKS if counts.get(status)]
    return ", ".join(parts) or "nothing was read"
