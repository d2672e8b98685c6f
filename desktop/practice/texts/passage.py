"""The part of a text that is practised. Pure; any thread."""

from dataclasses import dataclass

from desktop.practice.text import Line, PracticeText
from desktop.practice.texts.document import Document

MOST_CHARACTERS = 100_000
"""of a passage: more than anybody reads in one go, and as much as is followed at full speed"""


@dataclass(frozen=True, slots=True)
class Passage:
    """Some lines of a chapter, from one to another."""

    chapter: int
    """index in the document"""
    first: int
    """index of its first line in the chapter"""
    last: int
    """index of its last line, not less than `first`"""


def whole_chapter(document: Document, chapter: int = 0) -> Passage:
    """A chapter from its first line on, as far as a passage may go."""
    return fitting(document, Passage(chapter, 0, len(document.chapters[chapter].lines) - 1))


def fitting(document: Document, passage: Passage) -> Passage:
    """The passage inside its document and no longer than a passage may be; at least one line of it stays."""
    chapter = min(max(passage.chapter, 0), len(document.chapters) - 1)
    lines = document.chapters[chapter].lines
    first = min(max(passage.first, 0), len(lines) - 1)
    last = min(max(passage.last, first), len(lines) - 1)
    room = MOST_CHARACTERS
    for index in range(first, last + 1):
        room -= len(lines[index].text) + 1
        if room < 0:
            return Passage(chapter, first, max(first, index - 1))
    return Passage(chapter, first, last)


def lines_of_passage(document: Document, passage: Passage) -> tuple[Line, ...]:
    """Its lines."""
    passage = fitting(document, passage)
    return document.chapters[passage.chapter].lines[passage.first : passage.last + 1]


def practice_text(document: Document, passage: Passage, language: str) -> PracticeText:
    """What is practised. language: that it is read in."""
    passage = fitting(document, passage)
    return PracticeText(title_of_passage(document, passage), language, lines_of_passage(document, passage))


def title_of_passage(document: Document, passage: Passage) -> str:
    """What it is called: the document, the chapter, the lines, as far as they say something."""
    chapter = document.chapters[passage.chapter]
    parts = [document.title] if chapter.title == document.title else [document.title, chapter.title]
    if (passage.first, passage.last) != (0, len(chapter.lines) - 1):
        first, last = chapter.lines[passage.first], chapter.lines[passage.last]
        names = [line.reference or str(place + 1) for line, place in ((first, passage.first), (last, passage.last))]
        parts.append(names[0] if names[0] == names[1] else f"{names[0]}–{names[1]}")
    return " · ".join(parts)
