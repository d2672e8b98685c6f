"""A reading in progress: what is heard becomes marks on the words of the text. Pure; one thread at a time.

Example::

    reading = Reading(text, ReadingOptions(), phonemes_of(text.language))
    session = Session(reading.session_options(SessionOptions()))
    for event in run_inline(session, models, samples):
        if isinstance(event, TranscriptUpdate) and (feedback := reading.hear(event)):
            show(feedback)
    result = verify(text, recording, models)  # verification.py: blocking, on a thread of its own
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from desktop.engine.events import TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.practice.matching.alignment import Aligner, Step
from desktop.practice.matching.judgement import HeardToken, Judge, Judged, Marks, extra_words, feedback_of
from desktop.practice.matching.normalization import tokens_of
from desktop.practice.matching.similarity import Sounds, Substitutions
from desktop.practice.matching.tokens import TextTokens
from desktop.practice.options import Following, ReadingOptions
from desktop.practice.smoothing import PATIENCE, Smoothing
from desktop.practice.text import PracticeText

_STEP = {Following.CALM: 0.6, Following.NORMAL: 0.3, Following.QUICK: 0.2}
"""least seconds between two windows"""
_PROMPT = 28
"""words that come next, for the recogniser: about as many as it takes"""


class Reading:
    """Follows somebody who reads `text`. A new one for each time that it is read.

    sounds: phonemes of words, to tell near misses by (`engine.speech.phonemes.phonemes_of`); it is asked now and then
    while `hear` runs. None: words are compared by their letters alone.
    """

    def __init__(self, text: PracticeText, options: ReadingOptions | None = None, sounds: Sounds | None = None) -> None:
        self.text = text
        self.options = options or ReadingOptions()
        self._tokens = TextTokens.of(text)
        self._aligner = Aligner(self._tokens.texts, self._tokens.line_starts, Substitutions(self._tokens.forms))
        self._judge = Judge(text, self._tokens, sounds if self.options.hears_sounds else None)
        self._patience = PATIENCE[self.options.following]
        self._settled = Marks()
        self._heard: dict[int, HeardToken] = {}
        """by index: those whose steps are not settled"""
        self._steps: Sequence[Step] = ()
        """those that are not settled"""
        self._final = 0
        """tokens of utterances that are over"""
        self._open: dict[int, tuple[HeardToken, ...]] = {}
        """by utterance"""
        self._revisions: dict[int, int] = {}
        self._ignored_until = float("-inf")
        self._latest = float("-inf")
        """end of the last word that was heard"""
        self._smoothing = [Smoothing() for _ in text.words]
        self._unsettled: set[int] = set()
        """words whose mark may change without anything new being heard of them"""
        self._touched: set[int] = set()
        """words of which the last window said something that is not settled"""
        self._judged: dict[int, Judged] = {}
        """what the newest window says, by word"""
        self._extra: frozenset[tuple[int, str]] = frozenset()
        self._prompt_from = 0
        self._words = [WordFeedback(index, word.text, WordStatus.PENDING) for index, word in enumerate(text.words)]
        self.feedback = PassageFeedback(tuple(self._words))
        """as it was last returned"""

    def session_options(self, options: SessionOptions) -> SessionOptions:
        """Those for the session that hears the reader: its language and speed, and the prompt if that is wanted.
        Where the prompt is used, call it again (and `Session.configure`) when `prompt` has changed."""
        return replace(
            options,
            language=self.text.language,
            step=_STEP[self.options.following],
            vocabulary=self.prompt or options.vocabulary,
        )

    @property
    def prompt(self) -> str:
        """The words that come next, for the recogniser; empty unless the options say so. It changes with each utterance
        that is over, and when the reader moves."""
        if not self.options.uses_prompt:
            return ""
        return " ".join(word.text for word in self.text.words[self._prompt_from : self._prompt_from + _PROMPT])

    def hear(self, update: TranscriptUpdate) -> PassageFeedback | None:
        """Take what is known of an utterance by now; the newest of each replaces the older ones. None: no mark has
        changed. Raises nothing."""
        if update.revision <= self._revisions.get(update.segment_id, -1):
            return None
        self._revisions[update.segment_id] = update.revision
        words = (update.final_words or update.words) if update.is_final else update.words
        self._open[update.segment_id] = tuple(self._heard_tokens(words))
        over = [one for one in sorted(self._open) if one <= update.segment_id] if update.is_final else []
        final = [token for one in over for token in self._open.pop(one)]
        tentative = [token for one in sorted(self._open) for token in self._open[one]]
        return self._follow(final, tentative)

    def move_to(self, index: int) -> PassageFeedback:
        """The reader goes on at this word of the text (a tap on a line), whatever was expected. What was read there
        before stands until it is read again. Raises IndexError for a word that is not there."""
        if not 0 <= index < len(self.text.words):
            raise IndexError(index)
        self._follow([token for one in sorted(self._open) for token in self._open[one]], [])
        # What was heard stays settled; the rest of a running utterance is told from it by its time.
        self._settled.follow(self._steps, self._heard)
        self._settled.place = self._tokens.firsts[index]
        self._steps = ()
        self._heard.clear()
        self._ignored_until = self._latest
        self._open.clear()
        self._aligner.move_to(self._tokens.firsts[index])
        self._prompt_from = index
        return self._snapshot(index)

    def _heard_tokens(self, words: Iterable[Word]) -> Iterable[HeardToken]:
        for word in words:
            if (word.start + word.end) / 2 <= self._ignored_until:
                continue
            for token in tokens_of(word.text, self.text.language):
                self._latest = max(self._latest, word.end)
                yield HeardToken(token, word)

    def _follow(self, final: Sequence[HeardToken], tentative: Sequence[HeardToken]) -> PassageFeedback | None:
        first = self._final
        self._final += len(final)
        self._heard = {index: token for index, token in self._heard.items() if index < first}
        self._heard.update(enumerate((*final, *tentative), start=first))
        alignment = self._aligner.update([one.text for one in final], [one.text for one in tentative])
        touched = self._words_of(self._settled.follow(alignment.settled, self._heard))
        for step in alignment.settled:
            if step.heard is not None:
                self._heard.pop(step.heard, None)
        self._steps = alignment.open
        marks = self._settled.copy()
        open_words = self._words_of(marks.follow(self._decided(alignment.open), self._heard))
        changed = False
        for index in sorted(touched | open_words | self._touched | self._unsettled):
            changed |= self._see(index, self._judge.of_word(index, marks))
        self._touched = open_words
        if final:
            self._prompt_from = self._word_at(alignment.position)
        return self._changed(marks, changed=changed, position=self._word_at(alignment.position))

    def _decided(self, steps: Sequence[Step]) -> Sequence[Step]:
        """The steps up to the last token that was read as it is written, and all of utterances that are over. What
        follows may still become another thing: the last word may be cut, and what seems to be missing may come."""
        for number in range(len(steps) - 1, -1, -1):
            heard = steps[number].heard
            if heard is not None and (heard < self._final or self._judge.matches(steps[number], self._heard)):
                return steps[: number + 1]
        return ()

    def _see(self, index: int, judged: Judged) -> bool:
        """Take what the newest window says of a word. Returns whether its feedback changes."""
        smoothing = self._smoothing[index]
        is_changed = smoothing.see(judged.status, self._patience)
        (self._unsettled.discard if smoothing.is_settled else self._unsettled.add)(index)
        if not smoothing.is_settled:
            return False
        found = feedback_of(index, self._words[index].word, judged)
        before, self._words[index] = self._words[index], found
        return is_changed or before.heard != found.heard

    def _changed(self, marks: Marks, *, changed: bool, position: int) -> PassageFeedback | None:
        extra = extra_words(marks, self._tokens)
        keys = frozenset((one.index, one.heard) for one in extra)
        stable = tuple(one for one in extra if (one.index, one.heard) in self._extra)
        self._extra = keys
        if not changed and position == self.feedback.position and _same(stable, self.feedback.extra):
            return None
        return self._snapshot(position, stable)

    def _snapshot(self, position: int, extra: tuple[WordFeedback, ...] | None = None) -> PassageFeedback:
        self.feedback = PassageFeedback(
            tuple(self._words),
            self.feedback.extra if extra is None else extra,
            position,
            self.feedback.revision + 1,
        )
        return self.feedback

    def _words_of(self, tokens: Iterable[int]) -> set[int]:
        return {self._tokens.words[token] for token in tokens}

    def _word_at(self, token: int) -> int:
        """The word that a token of the text is of; the number of words behind the last."""
        return self._tokens.words[token] if token < len(self._tokens.words) else len(self.text.words)


def _same(one: Sequence[WordFeedback], other: Sequence[WordFeedback]) -> bool:
    return [(a.index, a.heard) for a in one] == [(b.index, b.heard) for b in other]
