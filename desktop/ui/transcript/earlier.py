"""Lines of earlier runs beside those of this one: their numbers and their times do not meet. Pure, no Qt."""

from collections.abc import Sequence
from dataclasses import replace

from desktop.ui.transcript.lines import TranscriptLine, shifted

_NEWEST = -2
"""number of the newest earlier line; -1 is what belongs to no session"""


def joined(runs: Sequence[Sequence[TranscriptLine]]) -> list[TranscriptLine]:
    """The lines of several runs, oldest first, as one: numbered below zero, each run after the one before."""
    lines: list[TranscriptLine] = []
    offset = 0.0
    for run in runs:
        lines += [replace(line, heard=shifted(line.heard, offset)) for line in run]
        offset = max((line.heard.end for line in lines), default=0.0)
    return renumbered(lines, _NEWEST)


def renumbered(lines: Sequence[TranscriptLine], newest: int) -> list[TranscriptLine]:
    """Copies of the lines that end with this number."""
    first = newest - len(lines) + 1
    return [_numbered(line, first + place) for place, line in enumerate(lines)]


def _numbered(line: TranscriptLine, number: int) -> TranscriptLine:
    heard = replace(line.heard, segment_id=number)
    if not heard.is_final:  # the run ended in the middle of it
        text = line.original.text
        heard = replace(heard, committed=text, unconfirmed="", is_final=True)
    translated = replace(line.translated, segment_id=number) if line.translated is not None else None
    return replace(line, heard=heard, translated=translated)
