"""Which unconfirmed words are shown, and how they are written, so that little of what is shown is taken back. Pure.

Whisper guesses how a sentence goes on, and says itself that it is guessing: such a word has a low probability. It is
shown as soon as the model is sure, or a little less sure twice in a row; somebody who has waited long for the next
word rather sees a guess. A word that is shown stays as long as the model hears it, and changes its spelling only when
the new one persists. A full stop waits until it is sure: most of them are gone with the next word.

Runs on the recognition thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.engine.events import Word
from desktop.engine.recognition.settling.stabilizer import APART, normalized
from desktop.engine.text.punctuation import CLAUSE_ENDS, SENTENCE_ENDS

_MARKS = SENTENCE_ENDS + CLAUSE_ENDS


@dataclass(frozen=True, slots=True)
class PreviewRules:
    """What keeps an unconfirmed word from being shown."""

    new: float = 0.9
    """least probability of a word that is heard for the first time"""
    repeated: float = 0.75
    """the same of a word that the hypothesis before heard, too"""
    patience: float = 0.9
    """seconds of audio without a new word, after which less will do"""
    new_late: float = 0.5
    repeated_late: float = 0.3
    """what does then"""
    first: float = 0.3
    """the same of an utterance's first word: something must be seen soon"""
    at_once: float = 0.7
    """the same of a first word at the edge: so likely, it was as often right there as away from it (400 sentences)"""
    mark: float = 0.9
    """the same of the punctuation behind the last word"""
    words: int = 3
    """words of an utterance before punctuation is shown behind its last one; who lists or spells is just beginning"""
    apart: float = APART
    """seconds between two opinions"""
    edge: float = 0.1
    """seconds; a word that ends nearer to the end of the audio may be cut. Not in a pause"""


FOLLOWED = PreviewRules(new=0.5, edge=0.0)
"""where the recogniser tells what it has heard, see `RecognizerCapabilities.tells_heard`"""


class Preview:
    """The unconfirmed words of one utterance as they are shown."""

    def __init__(self, rules: PreviewRules | None = None) -> None:
        self._rules = rules or PreviewRules()
        self._before: tuple[Word, ...] = ()
        self._before_at = 0.0
        self._shown: tuple[Word, ...] = ()
        self._grown_at: float | None = None
        """when the last new word was shown"""

    def show(
        self, committed: Sequence[Word], unconfirmed: Sequence[Word], audio_end: float, *, is_pause: bool = False
    ) -> tuple[Word, ...]:
        """What to show of a new hypothesis behind the committed words: a beginning of `unconfirmed`, perhaps in
        another spelling. All committed words of the utterance are given each time. Times are session seconds."""
        words = (*committed, *unconfirmed)
        if unconfirmed:
            words = (*words[:-1], self._without_unsure_mark(words[-1], len(words)))
        if self._grown_at is None:
            self._grown_at = audio_end
        is_late = audio_end - self._grown_at >= self._rules.patience
        is_other_opinion = not self._before or audio_end - self._before_at >= self._rules.apart
        before = self._before if is_other_opinion else ()
        shown = list(committed)
        for index in range(len(committed), len(words)):
            word = words[index]
            here = self._shown[index] if index < len(self._shown) else None
            last = before[index] if index < len(before) else None
            if here is not None and normalized(here.text) == normalized(word.text):
                persists = last is not None and last.text == word.text
                shown.append(word if persists else replace(word, text=here.text))
            elif not self._is_sure(word, last, index, is_late=is_late):
                break
            elif is_pause or not self._may_be_cut(word, index, audio_end):
                shown.append(word)
            else:
                break
        if is_other_opinion:
            self._before, self._before_at = words, audio_end
        if len(shown) > len(self._shown):
            self._grown_at = audio_end
        self._shown = tuple(shown)
        return tuple(shown[len(committed) :])

    def _without_unsure_mark(self, last: Word, count: int) -> Word:
        if last.mark >= self._rules.mark and count >= self._rules.words:
            return last
        return replace(last, text=last.text.rstrip(_MARKS) or last.text)

    def _is_sure(self, word: Word, last: Word | None, index: int, *, is_late: bool) -> bool:
        rules = self._rules
        if index == 0:
            return word.probability >= rules.first
        is_repeated = last is not None and normalized(last.text) == normalized(word.text)
        new, repeated = (rules.new_late, rules.repeated_late) if is_late else (rules.new, rules.repeated)
        return word.probability >= (repeated if is_repeated else new)

    def _may_be_cut(self, word: Word, index: int, audio_end: float) -> bool:
        if index == 0 and word.probability >= self._rules.at_once:
            return False
        return word.end > audio_end - self._rules.edge
