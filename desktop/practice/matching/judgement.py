"""From an alignment to what is to be said of each word, before anything is smoothed. Pure; one thread at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from desktop.engine.events import Word
from desktop.practice.feedback import WordFeedback, WordStatus
from desktop.practice.matching.alignment import Step
from desktop.practice.matching.normalization import readings_of
from desktop.practice.matching.similarity import Sounds, likeness
from desktop.practice.matching.tokens import TextTokens
from desktop.practice.text import PracticeText

NEAR_SOUNDS = 0.7
"""likeness of their phonemes from which on two words sound nearly alike"""
NEAR_LETTERS = 0.75
"""the same of their letters"""
_ORDER = (WordStatus.CORRECT, WordStatus.MINOR_MISTAKE, WordStatus.WRONG)


@dataclass(frozen=True, slots=True)
class HeardToken:
    """A token of what was recognised."""

    text: str
    word: Word
    """that it is of"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the alignment says of a word of the text, or of an extra one."""

    status: WordStatus
    heard: tuple[Word, ...] = ()


PENDING = Judged(WordStatus.PENDING)


@dataclass(frozen=True, slots=True)
class Extra:
    """A word that is not in the text."""

    word: Word
    before: int
    """token of the text before which it was said"""


@dataclass(frozen=True, slots=True)
class _Read:
    """How a token of the text was read the last time."""

    heard: tuple[HeardToken, ...] = ()
    """empty: left out"""
    is_joined: bool = False


@dataclass(slots=True)
class Marks:
    """What the steps up to some point say."""

    read: dict[int, _Read] = field(default_factory=dict)
    """by token of the text"""
    extra: dict[int, Extra] = field(default_factory=dict)
    """by index of the heard token"""
    repeated: set[int] = field(default_factory=set)
    """heard tokens that say again what was said before"""
    place: int = 0
    """token of the text that is expected next"""

    def copy(self) -> "Marks":
        """One that can be changed apart."""
        return Marks(dict(self.read), dict(self.extra), set(self.repeated), self.place)

    def follow(self, steps: Iterable[Step], heard: Mapping[int, HeardToken]) -> set[int]:
        """Take the steps in. Returns the tokens of the text of which something is said."""
        touched: set[int] = set()
        for step in steps:
            if step.begins_pass:
                touched |= self._leave_out(range(self.place, step.place))
            self.place = step.place
            if step.text is None:
                assert step.heard is not None
                self.extra[step.heard] = Extra(heard[step.heard].word, step.place)
                continue
            self.place = step.text + 1
            if step.heard is None:
                touched |= self._leave_out((step.text,))
                continue
            token, before = heard[step.heard], self.read.get(step.text)
            goes_on = before is not None and step.is_joined and before.is_joined and not step.begins_pass
            if before is not None and before.heard and not goes_on:
                self.repeated.add(step.heard)
            earlier = before.heard if before is not None and goes_on else ()
            self.read[step.text] = _Read((*earlier, token), step.is_joined)
            touched.add(step.text)
        return touched

    def _leave_out(self, tokens: Iterable[int]) -> set[int]:
        """What was read once is not missing when it is left out the next time."""
        new = {token for token in tokens if token not in self.read}
        self.read.update(dict.fromkeys(new, _Read()))
        return new


class Judge:
    """Says of the words of a text how they were read. sounds: their phonemes; None: they are compared by letters."""

    def __init__(self, text: PracticeText, tokens: TextTokens, sounds: Sounds | None) -> None:
        self._text = text
        self._tokens = tokens
        self._sounds = sounds
        self._known: dict[tuple[int, str], WordStatus] = {}

    def matches(self, step: Step, heard: Mapping[int, HeardToken]) -> bool:
        """Whether a step takes a token of the text for what it is."""
        if step.heard is None or step.text is None:
            return False
        return step.is_joined or heard[step.heard].text in self._tokens.forms[step.text]

    def of_word(self, index: int, marks: Marks) -> Judged:
        """How a word of the text was read."""
        first, last = self._tokens.firsts[index], self._tokens.firsts[index + 1]
        reads = [marks.read.get(token) for token in range(first, last)]
        found = [one for one in reads if one is not None]
        if len(found) < len(reads):
            return PENDING
        said = list(dict.fromkeys(token for one in found for token in one.heard))
        if not said:
            return Judged(WordStatus.MISSING)
        words = tuple(dict.fromkeys(token.word for token in said))
        statuses = [self._of_token(first + number, one) for number, one in enumerate(found)]
        worst = max(statuses, key=_ORDER.index)
        if worst is not WordStatus.CORRECT:
            together = "".join(token.text for token in said)
            if together in readings_of(self._text.words[index].text, self._text.language):
                worst = WordStatus.CORRECT
            elif len(statuses) > 1 and worst is WordStatus.WRONG:
                worst = self._compared("".join(self._tokens.texts[first:last]), together)
        return Judged(worst, words)

    def _of_token(self, token: int, read: _Read) -> WordStatus:
        if not read.heard:
            return WordStatus.WRONG  # a part of its word was left out
        if read.is_joined or any(one.text in self._tokens.forms[token] for one in read.heard):
            return WordStatus.CORRECT
        key = (token, "".join(one.text for one in read.heard))
        if key not in self._known:
            self._known[key] = self._compared(self._tokens.texts[token], key[1])
        return self._known[key]

    def _compared(self, written: str, heard: str) -> WordStatus:
        if written == heard:
            return WordStatus.CORRECT
        if self._sounds is not None:
            one, other = self._sounds([written, heard])
            if one and one == other:
                return WordStatus.CORRECT
            if one and other and likeness(one, other) >= NEAR_SOUNDS:
                return WordStatus.MINOR_MISTAKE
        return WordStatus.MINOR_MISTAKE if likeness(written, heard) >= NEAR_LETTERS else WordStatus.WRONG


def feedback_of(index: int, word: str, judged: Judged) -> WordFeedback:
    """A word's feedback as the newest window has it."""
    if not judged.heard or judged.status is WordStatus.PENDING:
        return WordFeedback(index, word, judged.status)
    return WordFeedback(
        index,
        word,
        judged.status,
        " ".join(one.text for one in judged.heard),
        judged.heard[0].start,
        judged.heard[-1].end,
        sum(one.probability for one in judged.heard) / len(judged.heard),
    )


def extra_words(marks: Marks, tokens: TextTokens) -> tuple[WordFeedback, ...]:
    """The words that are not in the text, each once; not those of which another token is in it."""
    if not marks.extra:
        return ()
    last = len(tokens.firsts) - 1
    found: dict[Word, Extra] = {}
    for one in marks.extra.values():
        found.setdefault(one.word, one)
    read = {
        token.word
        for one in found.values()
        for place in range(max(0, one.before - 2), one.before + 2)
        if place in marks.read
        for token in marks.read[place].heard
    }
    return tuple(
        feedback_of(
            tokens.words[one.before] if one.before < len(tokens.words) else last,
            "",
            Judged(WordStatus.EXTRA, (one.word,)),
        )
        for one in found.values()
        if one.word not in read
    )
