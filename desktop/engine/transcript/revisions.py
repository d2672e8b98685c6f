"""Where the text that is kept of an utterance differs from the one that was shown while it was spoken. Pure."""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from desktop.engine.text.compare import normalized

if TYPE_CHECKING:  # numpy comes with them, and the window is on screen before it is imported
    from desktop.engine.events import TranscriptUpdate

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Revision:
    """A stretch of the kept text."""

    start: int
    end: int
    """characters of the kept text; where words were taken out, those of the word before, or of the first"""
    shown: str
    """what was shown there; empty where words were added"""


def revisions(update: "TranscriptUpdate") -> tuple[Revision, ...]:
    """The differences of an utterance that is over, in order; those of case and punctuation are none."""
    kept = update.final_text.strip()
    if not kept or kept == update.committed.strip():
        return ()
    # Imported when texts differ: the window is on screen before.
    from rapidfuzz.distance import Levenshtein

    shown_words, kept_words = list(_WORD.finditer(update.committed)), list(_WORD.finditer(kept))
    blocks = Levenshtein.opcodes(
        [normalized(one[0]) for one in shown_words], [normalized(one[0]) for one in kept_words]
    )
    found = []
    for same, edits in groupby(blocks, key=lambda one: one.tag == "equal"):
        if same or not kept_words:
            continue
        here = list(edits)
        first, last = here[0].dest_start, here[-1].dest_end - 1
        if last < first:  # words were taken out
            first = last = max(0, first - 1)
        shown = " ".join(one[0] for one in shown_words[here[0].src_start : here[-1].src_end])
        found.append(Revision(kept_words[first].start(), kept_words[last].end(), shown))
    return tuple(found)
