"""A text to practise with, as every reader gives it: chapters of lines. Pure; any thread."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from desktop.engine.errors import EngineError
from desktop.practice.text import Line

MOST_LINES = 200_000
LONGEST_LINE = 2_000
"""characters; what is longer goes on in another line: nobody finds the place again in a longer one"""

Kind = Literal["text", "book", "subtitles", "verses"]


class TextUnreadable(EngineError):
    """A file, or what was pasted, is no text that can be practised with."""

    code = "text-unreadable"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a text."""

    title: str
    lines: tuple[Line, ...]
    """at least one; what is read in one go: a line, a paragraph of a book, a verse, a subtitle. Their texts are clean
    (`clean`) and not empty"""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text."""

    title: str
    kind: Kind
    chapters: tuple[Chapter, ...]
    """at least one"""
    language: str = ""
    """ISO 639 code, if the text says it"""
    encoding: str = ""
    """how a file was written, if that is not Unicode: it may have been guessed wrong"""


_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_SENTENCE_END = re.compile(r"[.!?…؟۔।]['\")\]”’»]?(?= )|[。！？]")
_SPACES = re.compile(r"[^\S\n]+")


def clean(text: str) -> str:
    """The text of a line: no line ends, no control characters, single spaces, none around it. What joins or turns
    letters, as Persian and Arabic need, stays."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", _BREAKS.sub(" ", text))).strip()


def split_lines(text: str) -> list[str]:
    """The lines of a text, whatever ends them, empty ones included; not cleaned."""
    return _BREAKS.split(text)


def lines_of(texts: Iterable[str]) -> tuple[Line, ...]:
    """Lines from raw ones; an empty one is a gap. At most MOST_LINES: whoever calls refuses more."""
    found: list[Line] = []
    gap = False
    for raw in texts:
        text = clean(raw)
        if not text:
            gap = bool(found)
            continue
        for piece in _pieces(text):
            found.append(Line(piece, begins_paragraph=gap))
            gap = False
        if len(found) > MOST_LINES:
            break
    return tuple(found)


def checked(name: str, document: Document) -> Document:
    """The document, if there is something in it and not too much. Raises TextUnreadable."""
    count = sum(len(one.lines) for one in document.chapters)
    if not count:
        raise TextUnreadable("text-empty", name=name)
    if count > MOST_LINES:
        raise TextUnreadable("text-too-many-lines", name=name, most=MOST_LINES)
    return document


def _pieces(text: str) -> Iterable[str]:
    """A line in parts of at most LONGEST_LINE characters, cut behind a sentence, else at a space, else anywhere."""
    at = 0
    while len(text) - at > LONGEST_LINE:
        least, most = at + LONGEST_LINE // 4, at + LONGEST_LINE
        ends = [found.end() for found in _SENTENCE_END.finditer(text, least, most)]
        cut = ends[-1] if ends else text.rfind(" ", least, most)
        cut = cut if cut > 0 else most
        yield text[at:cut].rstrip()
        at = cut + (text[cut] == " ")
    if rest := text[at:].rstrip():
        yield rest
