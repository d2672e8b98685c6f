"""The text of a page of XHTML: a line for each block, a chapter for each great heading. Pure; any thread."""

_SKIPPED = frozenset(
    ("script", "style", "head", "svg", "math", "rt", "rp", "audio", "video", "iframe", "object", "template", "noscript",
     "form", "button", "select", "textarea")
)  # fmt: skip
"""what is not read: programs, pictures, forms, and how characters are pronounced"""
_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt",
     "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p",
     "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
_HEADINGS = ("h1", "h2")


class ChapterReader:
    """Takes markup as `markup.Reader` and gives the chapters in it."""

    def __init__(self) -> None:
        self._found: list[tuple[str, list[str]]] = [("", [])]
        self._line: list[str] = []
        self._skipped = ""
        """the element that is being left out"""
        self._depth = 0
        """how many of its name are open"""
        self._heading = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped:
            self._depth += name == self._skipped
            return
        if name in _SKIPPED:
            self._skipped, self._depth = name, 1
            return
        if name in _BLOCKS:
            self._end_line()
        if name in _HEADINGS:
            self._heading = name
            if self._found[-1][1]:
                self._found.append(("", []))

    def end(self, name: str) -> None:
        if self._skipped:
            self._depth -= name == self._skipped
            if not self._depth:
                self._skipped = ""
            return
        if name in _BLOCKS:
            self._end_line()
        if name == self._heading:
            self._heading = ""

    def text(self, text: str) -> None:
        if not self._skipped:
            self._line.append(text)

    def chapters(self) -> list[tuple[str, list[str]]]:
        """(title, raw lines) of each; an empty title where there is no heading."""
        self._end_line()
        return self._found

    def _end_line(self) -> None:
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if not text:
            return
        lines = self._found[-1][1]
        if self._heading and not lines:
            self._found[-1] = (text, lines)
        lines.append(text)
