"""How much of what was shown was taken back. Pure.

Normalized erasure (Arivazhagan, Cherry, Macherey, Foster: "Re-translation versus Streaming for Simultaneous
Translation", 2020): words deleted by all changes of a text, for each word of its final form. Spelling, case and
punctuation count, because a reader sees them change.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.engine.text.languages import writes_spaces


@dataclass(frozen=True, slots=True)
class Erasure:
    """Of one text or, added, of several."""

    deleted: int = 0
    """words that were shown and replaced or removed, each time"""
    final: int = 0
    """words of the final text"""

    @property
    def normalized(self) -> float:
        """0 if nothing was ever taken back; a text that vanished counts as of one word."""
        return self.deleted / max(self.final, 1)

    def __add__(self, other: "Erasure") -> "Erasure":
        return Erasure(self.deleted + other.deleted, self.final + other.final)


def erasure(shown: Sequence[str], language: str) -> Erasure:
    """Of the texts that one place showed one after the other, the last one final."""
    deleted = 0
    before: list[str] = []
    for text in shown:
        now = _units(text, language)
        kept = 0
        while kept < min(len(before), len(now)) and before[kept] == now[kept]:
            kept += 1
        deleted += len(before) - kept
        before = now
    return Erasure(deleted, len(before))


def total(parts: Iterable[Erasure]) -> Erasure:
    """Several texts as one."""
    return sum(parts, Erasure())


def revisions(committed: Sequence[str]) -> int:
    """How often a committed text did not just grow; there should be none."""
    return sum(not now.startswith(before) for before, now in itertools.pairwise(committed))


def _units(text: str, language: str) -> list[str]:
    """Words, or characters where no spaces are written."""
    return text.split() if writes_spaces(language) else list(text)
