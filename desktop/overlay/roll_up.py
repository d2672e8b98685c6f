"""The lines of one language: they fill from the left, stay where they are, and scroll up by whole lines.

Pure, no Qt, no clock of its own; called on the thread of the caller. Committed words are laid out once and for
all; the unconfirmed words behind them are laid out anew at each update.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.engine.text.graphemes import writes_no_spaces
from desktop.overlay.line_breaks import (
    Measure,
    Piece,
    WordEnds,
    appended,
    is_right_to_left,
    pieces,
    split,
    take,
)

SECONDS_PER_WORD = 0.3
LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class UtteranceInfo:
    """Language, mark and ids of an utterance, shared by its lines."""

    segment_id: int
    language: str
    mark: str = ""
    """stands before each of its lines: the text is not translated"""
    session: int = 0
    """utterances are counted anew in each"""

    @property
    def key(self) -> tuple[int, int]:
        """Which utterance it is; later ones are greater."""
        return self.session, self.segment_id


@dataclass(frozen=True, slots=True)
class Row:
    """One line as shown."""

    number: int
    """counts the lines of a language; the same line keeps its number while it scrolls"""
    language: str
    mark: str
    committed: str
    unconfirmed: str
    """follows `committed`, with the space between them"""

    @property
    def text(self) -> str:
        return self.mark + self.committed + self.unconfirmed

    @property
    def right_to_left(self) -> bool:
        return is_right_to_left(self.language)


@dataclass(slots=True)
class RollUpLine:
    number: int
    heading: UtteranceInfo
    is_first: bool = True
    """of its utterance"""
    pieces: list[Piece] = field(default_factory=list)
    committed: str = ""
    unconfirmed: str = ""
    shown: float | None = None
    """when it was first visible"""
    grown: float = 0.0
    """when a committed word was last added"""

    @property
    def text(self) -> str:
        return self.heading.mark + self.committed + self.unconfirmed

    def seconds(self) -> float:
        """How long it takes to read."""
        return max(LEAST_SECONDS, SECONDS_PER_WORD * word_count(self.committed))

    def due(self, hurry: int = 1) -> float:
        """When it may scroll away. hurry: how many lines wait for it."""
        if self.shown is None:
            return float("inf")
        return max(self.shown + self.seconds() / max(1, hurry), self.grown + SECONDS_PER_WORD / max(1, hurry))


def word_count(text: str) -> float:
    """Words to read; two characters of a script without spaces count as one."""
    return sum(max(1.0, sum(map(writes_no_spaces, word)) / 2) for word in text.split())


class RollUp:
    """The lines of one language. At most `height` are visible; further ones wait below until the top one was read."""

    def __init__(self, measure: Measure, width: float, height: int, word_ends: WordEnds | None = None) -> None:
        """height: lines that are visible at most; word_ends: see `pieces`."""
        self._measure = measure
        self._width = width
        self._word_ends = word_ends
        self._lines: list[RollUpLine] = []
        self._tail: tuple[UtteranceInfo, Sequence[Piece]] | None = None
        self._next_number = 0
        self._begun: tuple[int, int] | None = None
        """the utterance of the newest line that there was"""
        self.height = height
        self._rows = 0

    @property
    def rows(self) -> int:
        """Lines of room it takes; grows only, until it is cleared."""
        return self._rows

    @property
    def oldest(self) -> tuple[int, int] | None:
        """The utterance of the top line; None while there is none."""
        return self._lines[0].heading.key if self._lines else None

    def visible(self) -> tuple[Row, ...]:
        return tuple(
            Row(line.number, line.heading.language, line.heading.mark, line.committed, line.unconfirmed)
            for line in self._lines[: self.height]
        )

    def write(
        self,
        heading: UtteranceInfo,
        committed: str,
        unconfirmed: str,
        now: float,
        *,
        show_unconfirmed: bool,
        more: bool,
    ) -> None:
        """Add committed text at the end, and replace the unconfirmed text, if it is that of the newest utterance.

        committed: only what is new. more: the utterance goes on.
        """
        tail = self._tail
        latest = tail[0] if tail else self._lines[-1].heading if self._lines else heading
        last = self._lines[-1] if self._lines else None
        before = last.committed if last is not None and last.heading.key == heading.key else ""
        new = pieces(committed, before, self._word_ends)
        ahead = pieces(unconfirmed, before + committed, self._word_ends)
        if heading.key >= latest.key:
            tail = (heading, ahead) if ahead else None
        else:
            ahead = []
        shown = self._strip_tail()
        self._lay_out(heading, new, ahead, now, more=more)
        self._tail = tail
        if tail and show_unconfirmed:
            self._lay_out(tail[0], tail[1], (), now, more=more, confirmed=False)
        for line in self._lines:
            if line.shown is None:
                line.shown = shown.get(line.number)

    def _strip_tail(self) -> dict[int, float | None]:
        """Take the unconfirmed words off; since when the lines that held nothing else were shown."""
        shown = {}
        while self._lines and not self._lines[-1].committed:
            line = self._lines.pop()
            shown[line.number] = line.shown
            self._next_number = line.number
            if line.is_first:
                self._begun = self._lines[-1].heading.key if self._lines else None
        for line in self._lines:
            line.unconfirmed = ""
        return shown

    def _lay_out(
        self,
        heading: UtteranceInfo,
        new: Sequence[Piece],
        ahead: Sequence[Piece],
        now: float,
        *,
        more: bool,
        confirmed: bool = True,
    ) -> None:
        left = list(new)
        line = self._lines[-1] if self._lines and self._lines[-1].heading == heading else None
        while left:
            text = line.text if line else heading.mark
            standing = text[len(heading.mark) :]
            count = take(
                standing, [*left, *ahead], self._measure_after(heading), self._width, heading.language, more=more
            )
            if not count and not standing:
                head, rest = split(left[0], self._measure_after(heading), self._width)
                left[:1] = [head] if rest is None else [head, rest]
                count = 1
            if count and line is None:
                line = RollUpLine(self._next_number, heading, heading.key != self._begun)
                self._begun = heading.key
                self._next_number += 1
                self._lines.append(line)
            for piece in left[:count]:
                assert line is not None
                if confirmed:
                    line.committed = appended(line.committed, piece)
                    line.pieces.append(piece)
                    line.grown = now
                else:
                    before = line.committed + line.unconfirmed
                    line.unconfirmed += appended(before, piece)[len(before) :]
            del left[:count]
            line = None

    def _measure_after(self, heading: UtteranceInfo) -> Measure:
        if not heading.mark:
            return self._measure
        return lambda text: self._measure(heading.mark + text)

    def advance(self, now: float, partner: tuple[int, int] | None = None) -> None:
        """Scroll by one line if it is time; note since when each line is visible. partner: see `scrolls_at`."""
        if self.scrolls_at(partner) <= now:
            del self._lines[0]
        for line in self._lines[: self.height]:
            if line.shown is None:
                line.shown = now
        self._rows = max(self._rows, min(self.height, len(self._lines)))

    def scrolls_at(self, partner: tuple[int, int] | None = None) -> float:
        """When the top line leaves; infinity if it stays, or is not yet certain.

        It leaves once it is read if a line waits below; if it is the rest of an utterance, whose beginning is gone, and
        the next one is there; and if it is the pair of nothing any more. partner: the oldest utterance that the other
        language shows.

        The more lines wait, the sooner: the wait for n lines grows as the logarithm of n, so that it stays bounded
        however fast somebody speaks, and yet no line is skipped.
        """
        if not self._lines or self._lines[0].unconfirmed or not self._lines[0].committed:
            return float("inf")
        top = self._lines[0]
        waiting = len(self._lines) - self.height
        if waiting > 0:
            return top.due(waiting)
        is_rest = not top.is_first and self._lines[-1].heading.key > top.heading.key
        is_alone = partner is not None and partner > top.heading.key
        return top.due() if is_rest or is_alone else float("inf")

    def read_at(self) -> float:
        """When everything visible was there long enough to be read."""
        return max((line.due() for line in self._lines[: self.height] if line.committed), default=float("-inf"))

    def is_empty(self) -> bool:
        return not self._lines

    def clear(self) -> None:
        """Take all lines away. Unconfirmed text comes back with the next update."""
        self._lines.clear()
        self._tail = None
        self._rows = 0

    def resize(
        self,
        measure: Measure,
        width: float,
        height: int,
        now: float,
        *,
        word_ends: WordEnds | None = None,
        show_unconfirmed: bool,
    ) -> None:
        """Lay the lines that are still there out anew, for another font or width."""
        old, tail = self._lines, self._tail
        self._measure, self._width, self.height, self._word_ends = measure, width, height, word_ends
        self._lines, self._rows, self._begun = [], 0, None
        for line in old:
            self._lay_out(line.heading, line.pieces, (), now, more=False)
        self._tail = tail
        if tail and show_unconfirmed:
            self._lay_out(tail[0], tail[1], (), now, more=True, confirmed=False)
