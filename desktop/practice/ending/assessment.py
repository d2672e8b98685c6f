"""All that was heard of a reading that is over, beside the text: what of it is in doubt, and what is said of each word
in the end. Pure; one thread at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.engine.events import Word
from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.practice.matching.alignment import Aligner, Step
from desktop.practice.matching.judgement import HeardToken, Judge, Marks, extra_words
from desktop.practice.matching.normalization import tokens_of
from desktop.practice.matching.similarity import Sounds, Substitutions
from desktop.practice.matching.tokens import TextTokens
from desktop.practice.text import PracticeText


@dataclass(frozen=True, slots=True)
class Cell:
    """A word of the text beside a word that was heard, in the order of speaking."""

    text: int | None
    """index of the text's word; None: an extra word"""
    heard: int | None
    """index of the heard word; None: left out"""
    is_right: bool
    begins_pass: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch in which something else was heard than the text says: one of both is right."""

    first: int
    """heard words `first`..`last - 1` stand there"""
    last: int
    text: tuple[int, ...]
    """words of the text that stand in their place; empty: the heard ones are extra"""


class Assessment:
    """heard: all words of the recording, in order. sounds: as for `Reading`."""

    def __init__(self, text: PracticeText, heard: Sequence[Word], sounds: Sounds | None) -> None:
        self.text = text
        self.heard = tuple(heard)
        self._tokens = TextTokens.of(text)
        self._judge = Judge(text, self._tokens, sounds)
        tokens = [
            (HeardToken(one, word), number)
            for number, word in enumerate(self.heard)
            for one in tokens_of(word.text, text.language)
        ]
        aligner = Aligner(self._tokens.texts, self._tokens.line_starts, Substitutions(self._tokens.forms))
        before = aligner.update([token.text for token, _ in tokens])
        steps = (*before.settled, *aligner.finish().settled)
        self._marks = Marks()
        self._marks.follow(steps, {index: token for index, (token, _) in enumerate(tokens)})
        self._judged = [self._judge.of_word(index, self._marks) for index in range(len(text.words))]
        self.cells = self._cells(steps, [number for _, number in tokens])
        self._believed: dict[int, WordStatus] = {}
        """words of the text that were said, or may have been, although something else was heard"""
        self._taken: set[int] = set()
        """heard words that are no extra ones after all"""
        self._timed: dict[int, Word] = {}

    @property
    def repetitions(self) -> int:
        """Words that were said again."""
        return len(self._marks.repeated)

    def doubts(self) -> tuple[Doubt, ...]:
        """The stretches in which something is not right, as they were read last."""
        found: list[Doubt] = []
        run: list[tuple[Cell, int]] = []
        heard = 0
        for cell in self.cells:
            if run and (cell.is_right or cell.begins_pass):
                found.append(_doubt(run))
                run = []
            if not cell.is_right:
                run.append((cell, heard))
            if cell.heard is not None:
                heard = max(heard, cell.heard + 1)
        if run:
            found.append(_doubt(run))
        return tuple(found)

    def believe(self, doubt: Doubt, status: WordStatus) -> None:
        """The words of the text were said there (CORRECT), or may have been (MINOR_MISTAKE)."""
        for index in doubt.text:
            if self._believed.get(index) is not WordStatus.CORRECT:
                self._believed[index] = status
        self._taken.update(range(doubt.first, doubt.last))

    def time(self, index: int, word: Word) -> None:
        """When a word of the text was said, and how surely; its text counts for nothing."""
        self._timed[index] = word

    def feedback(self) -> PassageFeedback:
        """In the end."""
        words = tuple(self._of_word(index) for index in range(len(self.text.words)))
        return PassageFeedback(words, tuple(self._extra()), len(words), 1)

    def _of_word(self, index: int) -> WordFeedback:
        judged, word = self._judged[index], self.text.words[index].text
        plain = WordStatus.MISSING if judged.status is WordStatus.PENDING else judged.status
        status = self._believed.get(index, plain)
        timed = self._timed.get(index)
        if timed is None and not judged.heard:
            return WordFeedback(index, word, status)
        said = judged.heard or (timed,)
        found = [one for one in said if one is not None]
        start, end = (timed.start, timed.end) if timed is not None else (found[0].start, found[-1].end)
        sure = timed.probability if timed is not None else sum(one.probability for one in found) / len(found)
        is_said = self._believed.get(index) is WordStatus.CORRECT
        heard = word if is_said else " ".join(one.text for one in found)
        return WordFeedback(index, word, status, heard, start, end, sure)

    def _extra(self) -> Iterable[WordFeedback]:
        taken = {self.heard[number] for number in self._taken}
        for one in extra_words(self._marks, self._tokens):
            if not any(word.text == one.heard and word.start == one.start for word in taken):
                yield one

    def _cells(self, steps: Sequence[Step], heard: Sequence[int]) -> tuple[Cell, ...]:
        """heard: by token, the heard word that it is of."""
        pairs: list[tuple[int | None, int | None, bool]] = []
        for step in steps:
            pair = (
                None if step.text is None else self._tokens.words[step.text],
                None if step.heard is None else heard[step.heard],
            )
            if pairs and pairs[-1][:2] == pair and not step.begins_pass:
                continue
            pairs.append((*pair, step.begins_pass))
        last = {text: number for number, (text, _, _) in enumerate(pairs) if text is not None}
        return tuple(
            Cell(
                text,
                word,
                text is not None and (last[text] != number or self._judged[text].status is WordStatus.CORRECT),
                begins,
            )
            for number, (text, word, begins) in enumerate(pairs)
        )


def _doubt(run: Sequence[tuple[Cell, int]]) -> Doubt:
    """run: cells that are not right, each with the number of heard words before it."""
    heard = [cell.heard for cell, _ in run if cell.heard is not None]
    text = tuple(dict.fromkeys(cell.text for cell, _ in run if cell.text is not None))
    first = min(heard) if heard else run[0][1]
    return Doubt(first, max(heard) + 1 if heard else first, text)
