"""Plain text: a line is a line, an empty one is a gap between paragraphs. Pure; any thread."""

from desktop.practice.texts.document import Chapter, Document, checked, lines_of, split_lines


def read_plain(text: str, name: str) -> Document:
    """A text as one chapter. name: what it is called. Raises TextUnreadable if there is nothing in it, or too much."""
    return checked(name, Document(name, "text", (Chapter(name, lines_of(split_lines(text))),)))
