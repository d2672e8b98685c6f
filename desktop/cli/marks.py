"""A text with its marks in the terminal: by colour and by a sign. Pure but for the console."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from desktop.engine.text.visible import visible
from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.practice.text import PracticeText

_SIGNS = {
    WordStatus.PENDING: "",
    WordStatus.CORRECT: "",
    WordStatus.MINOR_MISTAKE: "~",
    WordStatus.WRONG: "✗",
    WordStatus.MISSING: "–",
    WordStatus.EXTRA: "+",
}
LEGEND = "~ nearly right, ✗ wrong, – left out, + not in the text; in brackets what was heard."
_STYLES = {
    WordStatus.PENDING: "dim",
    WordStatus.CORRECT: "green",
    WordStatus.MINOR_MISTAKE: "yellow",
    WordStatus.WRONG: "red",
    WordStatus.MISSING: "magenta",
    WordStatus.EXTRA: "cyan",
}
_AROUND = 3
"""lines that are shown before and behind the one that is read"""


def marked_word(word: WordFeedback) -> str:
    """A word with its sign, and what was heard where that is another one."""
    if word.status is WordStatus.EXTRA:
        return _SIGNS[word.status] + visible(word.heard)
    is_other = word.status in (WordStatus.MINOR_MISTAKE, WordStatus.WRONG) and word.heard
    return _SIGNS[word.status] + visible(word.word) + (f" ({visible(word.heard)})" if is_other else "")


def marked_lines(text: PracticeText, feedback: PassageFeedback) -> list[Text]:
    """Each line of the text that has words; those that were said between two lines stand with the second one."""
    by_line: dict[int, list[WordFeedback]] = {}
    last = text.words[-1].line if text.words else 0
    for word in feedback.in_order:
        by_line.setdefault(text.words[word.index].line if word.index < len(text.words) else last, []).append(word)
    return [_line(words, feedback.position) for _, words in sorted(by_line.items())]


def around(text: PracticeText, feedback: PassageFeedback) -> list[Text]:
    """The lines near the word that is expected next."""
    lines = marked_lines(text, feedback)
    if not lines:
        return []
    numbers: Sequence[int] = sorted({word.line for word in text.words})
    here = text.words[min(feedback.position, len(text.words) - 1)].line
    at = numbers.index(here)
    return lines[max(0, at - _AROUND) : at + _AROUND + 1]


def _line(words: Iterable[WordFeedback], position: int) -> Text:
    found = Text()
    for word in words:
        if found:
            found.append(" ")
        is_next = word.index == position and word.status is WordStatus.PENDING
        found.append(marked_word(word), style="bold reverse" if is_next else _STYLES[word.status])
    return found
