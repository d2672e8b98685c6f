"""Plain text as lines to read. Pure."""

from desktop.practice.text import Line, PracticeText


def text_of(content: str, title: str, language: str) -> PracticeText:
    """Each line of the content that is not empty is a line of the text."""
    lines = (" ".join(line.split()) for line in content.splitlines())
    return PracticeText(title, language, tuple(Line(line) for line in lines if line))
