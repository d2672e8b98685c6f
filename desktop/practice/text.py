"""The text that somebody reads: its lines, and their words as they are written. Pure; any thread."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from desktop.engine.text.graphemes import clusters
from desktop.engine.text.languages import is_spaced_letter, writes_spaces
from desktop.engine.text.sentences import has_words

_SPACED = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a sentence, a verse, a subtitle."""

    text: str
    """as shown, without line breaks"""
    reference: str = ""
    """how the line is named, for example its verse "1:2"; empty: only by its number"""
    begins_paragraph: bool = False
    """there is a gap before it"""


@dataclass(frozen=True, slots=True)
class TextWord:
    """A word of the text, as it is written."""

    text: str
    """with its punctuation"""
    line: int
    """index of its line"""
    start: int
    """where it begins in the text of its line; `line.text[start:end] == text`"""
    end: int


@dataclass(frozen=True)
class PracticeText:
    """A text, or the passage of one, to be read aloud. Lines may be empty; they have no words."""

    title: str
    language: str
    """code as Whisper uses it ("en", "ar")"""
    lines: tuple[Line, ...] = field(default=())

    @cached_property
    def words(self) -> tuple[TextWord, ...]:
        """All words in order. Feedback names them by their index in here."""
        return tuple(
            word for number, line in enumerate(self.lines) for word in words_of(line.text, number, self.language)
        )

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Index in `words` of each line's first word, or of the word behind an empty line; one more for the end."""
        starts = [0] * (len(self.lines) + 1)
        for word in self.words:
            starts[word.line + 1] += 1
        for number in range(len(self.lines)):
            starts[number + 1] += starts[number]
        return tuple(starts)

    def passage(self, first: int, last: int) -> "PracticeText":
        """The lines from `first` to `last`, both included, as a text of its own."""
        return PracticeText(self.title, self.language, self.lines[first : last + 1])


def words_of(text: str, line: int, language: str) -> list[TextWord]:
    """The words of a line. What holds no letter or digit (a dash, a quote) is no word. Where the language writes no
    spaces, each character is one, and each word of a script with spaces."""
    spans = [match.span() for match in _SPACED.finditer(text)]
    if not writes_spaces(language):
        spans = [piece for start, end in spans for piece in _pieces(text, start, end)]
    return [TextWord(text[start:end], line, start, end) for start, end in spans if has_words(text[start:end])]


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the characters of a stretch without spaces are; those of scripts with spaces stay together."""
    found: list[tuple[int, int]] = []
    stop = start
    for cluster in clusters(text[start:end]):
        begin, stop = stop, stop + len(cluster)
        if found and is_spaced_letter(text[begin - 1]) and is_spaced_letter(text[begin]):
            found[-1] = (found[-1][0], stop)
        else:
            found.append((begin, stop))
    return found
