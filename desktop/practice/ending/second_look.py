"""Where something else was heard than the text says: which of both fits the sound better? Pure but for the model that
is handed in; one thread at a time.

The recogniser writes what is most likely, and now and then that is not what was said. For each doubt the same model is
asked for the probability of both texts, given the sound (a likelihood ratio, as goodness of pronunciation is judged:
Witt and Young 2000). A word that was really misread makes its text many times less likely than what was heard.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.text.compare import normalized
from desktop.practice.ending.assessment import Assessment, Cell, Doubt
from desktop.practice.ending.silences import without_silence
from desktop.practice.feedback import WordStatus

MARGIN = 3.0
"""nats by which the text may be less likely than what was heard: then it was said"""
DOUBTFUL = 7.5
"""nats up to which it may have been said, not quite clearly; a word that was really misread makes it 12 and more"""
MARGIN_MISSING = 0.5
"""as MARGIN, where nothing was heard in its place: a word more fits nearly anywhere"""
POSSIBLE, BARELY = 0.02, 0.001
"""least probability of a word that was said, or may have been: where nothing fits, the likelier of two is no better"""
_LONGEST = 25.0
"""seconds of a window"""
_BEFORE, _BEHIND = 0.3, 0.4
"""seconds of sound around it"""


class Aligned(Protocol):
    """A text beside a window (`AlignedText`)."""

    @property
    def words(self) -> tuple[Word, ...]: ...
    @property
    def log_probability(self) -> float: ...


class TextModel(Protocol):
    """What places a text in a window of sound (`TextAligner`)."""

    def encode(self, samples: Samples) -> Any: ...
    def count(self, words: Sequence[str], language: str) -> int: ...
    def align(self, window: Any, words: Sequence[str], language: str) -> Aligned: ...


@dataclass(frozen=True, slots=True)
class _Window:
    """Heard words `first`..`last - 1`."""

    first: int
    last: int


def look_again(
    assessment: Assessment,
    samples: Samples,
    model: TextModel,
    most_tokens: int,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Settle the doubts of an assessment, and give its words their times. samples: the recording that the times of its
    words belong to. Ends early when it is cancelled."""
    doubts = assessment.doubts()
    for window in _windows(assessment.heard, model, assessment.text.language, most_tokens):
        if is_cancelled():
            return
        some = [one for one in doubts if window.first <= one.first < window.last or _is_at_end(one, window, assessment)]
        _Look(assessment, samples, model, most_tokens, window).settle(some)


def _windows(heard: Sequence[Word], model: TextModel, language: str, most_tokens: int) -> Iterator[_Window]:
    """Stretches of words that fit into a window; they end where the pause is longest."""
    counts = [model.count([word.text], language) for word in heard]
    first = 0
    while first < len(heard):
        last = first + 1
        tokens = counts[first]
        while (
            last < len(heard)
            and heard[last].end - heard[first].start <= _LONGEST
            and tokens + counts[last] <= most_tokens * 0.8
        ):
            tokens += counts[last]
            last += 1
        if last < len(heard):
            # In the second half, at the longest pause.
            middle = (first + last) // 2
            last = max(range(middle + 1, last + 1), key=lambda one: heard[one].start - heard[one - 1].end)
        yield _Window(first, last)
        first = last


def _is_at_end(doubt: Doubt, window: _Window, assessment: Assessment) -> bool:
    """Whether it stands behind the last word of all, which ends the window."""
    return doubt.first == window.last == len(assessment.heard)


class _Look:
    """One window."""

    def __init__(
        self, assessment: Assessment, samples: Samples, model: TextModel, most_tokens: int, window: _Window
    ) -> None:
        self._assessment = assessment
        self._model = model
        self._most_tokens = most_tokens
        self._first = window.first
        self._heard = assessment.heard[window.first : window.last]
        self._language = assessment.text.language
        self._start = max(0.0, self._heard[0].start - _BEFORE)
        end = self._heard[-1].end + _BEHIND
        self._samples = samples[round(self._start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        self._encoded = model.encode(self._samples)
        self._plain = self._aligned([word.text for word in self._heard])

    def settle(self, doubts: Sequence[Doubt]) -> None:
        believed: list[Doubt] = []
        for doubt in doubts:
            for part in [doubt, *_parts(doubt, self._assessment.cells)]:
                status = self._status(part)
                if status is None or any(_overlap(part, one) for one in believed):
                    continue
                self._assessment.believe(part, status)
                if status is WordStatus.CORRECT:
                    believed.append(part)
                if part is doubt:
                    break
        self._time(believed)

    def _status(self, doubt: Doubt) -> WordStatus | None:
        """What is to be said of the text there: it was said, or may have been. None: something else was."""
        if not doubt.text and doubt.last - self._first >= len(self._heard):
            return None  # a text that ends earlier is always likelier: nothing tells that it does end
        words, text = self._with([doubt])
        other = self._aligned(words)
        if other is None or self._plain is None:
            return None
        lost = self._plain.log_probability - other.log_probability
        found = zip(text, other.words, strict=True)
        least = min((word.probability for index, word in found if index in doubt.text), default=1.0)
        margin = MARGIN if doubt.text and doubt.last > doubt.first else MARGIN_MISSING
        if lost <= margin and least >= POSSIBLE:
            return WordStatus.CORRECT
        is_doubtful = margin == MARGIN and lost <= DOUBTFUL and least >= BARELY
        return WordStatus.MINOR_MISTAKE if is_doubtful else None

    def _with(self, doubts: Sequence[Doubt]) -> tuple[list[str], list[int | None]]:
        """The words of the window with the text in place of what was heard there; and the text's word that each is."""
        of_heard = {
            cell.heard: cell.text for cell in self._assessment.cells if cell.heard is not None and cell.text is not None
        }
        words: list[str] = []
        text: list[int | None] = []
        position = 0
        for doubt in sorted(doubts, key=lambda one: one.first):
            first, last = doubt.first - self._first, doubt.last - self._first
            for number in range(position, first):
                words.append(self._heard[number].text)
                text.append(of_heard.get(number + self._first))
            before = self._heard[first].text if first < len(self._heard) and last > first else ""
            for index in doubt.text:
                words.append(_in_place(self._assessment.text.words[index].text, before))
                text.append(index)
                before = ""
            if doubt.text and last > first:
                words[-1] += _marks_behind(self._heard[last - 1].text)
            position = last
        for number in range(position, len(self._heard)):
            words.append(self._heard[number].text)
            text.append(of_heard.get(number + self._first))
        return words, text

    def _time(self, believed: Sequence[Doubt]) -> None:
        """Give the words their times."""
        words, text = self._with(believed)
        aligned = self._aligned(words) if believed else self._plain
        if aligned is None:
            return
        found: dict[int, list[Word]] = {}
        before: int | None = None
        for index, word in zip(text, without_silence(aligned.words, self._samples), strict=True):
            if index is not None:
                # Of a word that was read twice the last time counts.
                found[index] = [*(found[index] if index == before else ()), word]
            before = index
        for index, some in found.items():
            start, end = some[0].start + self._start, some[-1].end + self._start
            self._assessment.time(index, Word("", start, end, min(one.probability for one in some)))

    def _aligned(self, words: Sequence[str]) -> Aligned | None:
        if not words or self._model.count(words, self._language) > self._most_tokens:
            return None
        return self._model.align(self._encoded, words, self._language)


def _parts(doubt: Doubt, cells: Sequence[Cell]) -> list[Doubt]:
    """What may be right where the whole is not: it without its first or last word of the text, with or without the
    heard word there, and its pairs of a heard word and the text's."""
    first, last, text = doubt.first, doubt.last, doubt.text
    if len(text) < 2 or last <= first:
        return []
    smaller = [Doubt(first, last, text[1:]), Doubt(first, last, text[:-1])]
    if last - first > 1:
        smaller = [Doubt(first + 1, last, text[1:]), Doubt(first, last - 1, text[:-1]), *smaller]
    pairs = [
        Doubt(cell.heard, cell.heard + 1, (cell.text,))
        for cell in cells
        if not cell.is_right
        and cell.heard is not None
        and cell.text is not None
        and doubt.first <= cell.heard < doubt.last
        and cell.text in doubt.text
    ]
    heard = [one.first for one in pairs]
    singles = [one for one in pairs if heard.count(one.first) == 1]
    return list(dict.fromkeys((*smaller, *singles)))


def _overlap(one: Doubt, other: Doubt) -> bool:
    return bool(set(one.text) & set(other.text)) or (one.first < other.last and other.first < one.last)


def _in_place(word: str, heard: str) -> str:
    """A word of the text as the recogniser would write it there: without marks, its first letter as the heard one's."""
    letters = word.strip("".join(one for one in set(word) if not one.isalnum()))
    if heard[:1].isupper():
        return letters[:1].upper() + letters[1:]
    if heard[:1].islower() and letters[1:].islower():
        return letters[:1].lower() + letters[1:]
    return letters


def _marks_behind(word: str) -> str:
    """The punctuation that ends a word."""
    kept = word.rstrip("".join(one for one in set(word) if not one.isalnum()))
    return word[len(kept) :] if normalized(word) else ""
