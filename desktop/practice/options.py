"""How a reading is followed. Pure data; any thread."""

from dataclasses import dataclass
from enum import StrEnum


class Following(StrEnum):
    """How fast the marks follow the reader: quick marks come sooner and are changed more often."""

    CALM = "calm"
    NORMAL = "normal"
    QUICK = "quick"


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """One reader's wishes."""

    following: Following = Following.NORMAL
    uses_prompt: bool = False
    """the recogniser is told the words that come next; it then hears names better, and mistakes less"""
    hears_sounds: bool = True
    """words that sound nearly alike (by espeak-ng, where it is installed) are minor mistakes, not wrong"""
