"""What of a growing hypothesis is committed, and so never changes again. Pure.

LocalAgreement-2 (Macháček, Dabre, Bojar: "Turning Whisper into Real-Time Transcription System", 2023): a word is
committed when two hypotheses in a row agree on it and on everything before it. Two things are added: words near the
end of the audio are held back, because they may be cut; and a word long past that Whisper is sure of needs no
second look.

New hypotheses may disagree with words that are committed already. They are lined up with them, and only what follows
is taken, so that no word is said twice at the joint and none is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from desktop.engine.events import Word
from desktop.engine.text.compare import normalized as normalized

_MISPLACED = 0.6
"""Cost of a word on the wrong side of the joint by its time; below that of a word too many or too few, because
Whisper's times are rough."""
_OFF_TIME = 0.1
"""Cost per second between the joint and the end of what is committed; only breaks ties."""
_LEAK = 0.15
APART = 0.25
"""Seconds: two hypotheses are two opinions if the audio of the second is this much longer; those in between say
nothing."""


@dataclass(frozen=True, slots=True)
class CommitRules:
    """How near the audio's edge words are trusted; seconds.

    The knee of errors against delay for people in five languages with Whisper base, see decision 29."""

    apart: float = APART
    """seconds; see there"""
    agreed: float = 0.3
    """a word that two hypotheses agree on ends at least this long before the edge"""
    unsure: float = 1.2
    """the same for a word that is less probable than `probability`"""
    doubtful: float = 2.0
    """the same for one that is less probable than `doubt`"""
    doubt: float = 0.5
    """below that a word is more likely wrong than right"""
    sure: float = 0.6
    """a word ends at least this long before the edge to be committed at first sight"""
    probability: float = 0.9
    """and is at least this probable"""

    def hold(self, word: Word) -> float:
        """How long before the edge a word ends at least that two hypotheses agree on."""
        if word.probability >= self.probability:
            return self.agreed
        return self.unsure if word.probability >= self.doubt else self.doubtful


class Stabilizer:
    """The words of one utterance: committed ones and the unconfirmed tail. Times are session seconds."""

    def __init__(self, rules: CommitRules | None = None) -> None:
        self._rules = rules or CommitRules()
        self._committed: list[Word] = []
        self._tail: tuple[Word, ...] = ()
        self._heard_since: tuple[float, ...] = ()
        """of each word of the tail: the audio's end when it was heard first and, with all before it, ever since"""
        self._trimmed = 0

    @property
    def committed(self) -> tuple[Word, ...]:
        """Only grows."""
        return tuple(self._committed)

    @property
    def unconfirmed(self) -> tuple[Word, ...]:
        """What the last hypothesis says after the committed words."""
        return self._tail

    @property
    def trimmed(self) -> int:
        """How many committed words are no longer in the audio."""
        return self._trimmed

    @property
    def gone(self) -> tuple[Word, ...]:
        """The committed words that are no longer in the audio."""
        return tuple(self._committed[: self._trimmed])

    def trim(self, count: int) -> None:
        """The audio of the first `count` committed words is no longer part of the hypotheses to come."""
        if not self._trimmed <= count <= len(self._committed):
            raise ValueError("only committed words can be trimmed, and only forward")
        self._trimmed = count

    def update(self, words: Sequence[Word], audio_end: float, *, is_final: bool = False) -> None:
        """Take the next hypothesis for the audio from after the trimmed words to `audio_end`."""
        tail = tuple(words[self._joint(words) :])
        agreed = self._agreed(tail)
        since = self._heard_since[:agreed] + (audio_end,) * (len(tail) - agreed)
        count = len(tail) if is_final else self._count(tail, since, audio_end)
        self._committed += tuple(map(_placed, self._tail[:agreed], tail[:agreed]))[:count] + tail[agreed:count]
        self._tail, self._heard_since = tail[count:], since[count:]

    def force(self, before: float) -> None:
        """Commit the unconfirmed words that end before the time `before`."""
        count = 0
        while count < len(self._tail) and self._tail[count].end <= before:
            count += 1
        self._committed += self._tail[:count]
        self._tail, self._heard_since = self._tail[count:], self._heard_since[count:]

    def end(self, open_words: Sequence[Word]) -> None:
        """Commit these words, which follow the committed ones: the utterance is over and nothing else was heard."""
        self._committed += open_words
        self._tail = self._heard_since = ()

    def _agreed(self, tail: tuple[Word, ...]) -> int:
        """How many words of the tail the hypothesis before says, too."""
        agreed = 0
        for before, now in zip(self._tail, tail, strict=False):
            if normalized(before.text) != normalized(now.text):
                break
            agreed += 1
        return agreed

    def _count(self, tail: tuple[Word, ...], since: tuple[float, ...], audio_end: float) -> int:
        """How many words of the tail can be committed."""
        rules = self._rules
        count = 0
        # The last word stays open whatever its time: the next one may still change it.
        for word, heard_since in zip(tail[:-1], since[:-1], strict=True):
            hold = rules.hold(word)
            is_agreed = audio_end - heard_since >= rules.apart and word.end <= audio_end - hold
            is_far = word.is_placed and word.end <= audio_end - rules.sure
            is_sure = is_far and word.probability >= rules.probability
            if not is_agreed and not is_sure:
                break
            count += 1
        return count

    def _joint(self, words: Sequence[Word]) -> int:
        """Index of the first word of the hypothesis that is not committed yet."""
        if not self._committed or not words:
            return 0
        present = self._committed[self._trimmed :]
        if not present and self._trimmed and is_leak(self._committed[self._trimmed - 1], words[0]):
            return 1
        return joint(present, words)


def _placed(before: Word, now: Word) -> Word:
    """The word as it is heard now, at the place where it was heard before if it has none any more."""
    return now if now.is_placed or not before.is_placed else replace(now, start=before.start, end=before.end)


def joint(committed: Sequence[Word], words: Sequence[Word]) -> int:
    """How many of `words` say what `committed` says: the split of least edit distance, times as the tie-break."""
    if not committed:
        return 0
    end = committed[-1].end
    distances = _edit_distances([normalized(word.text) for word in committed], [normalized(w.text) for w in words])
    late = [(word.start + word.end) / 2 > end for word in words]
    best, least = 0, float("inf")
    for index, distance in enumerate(distances):
        misplaced = sum(late[:index]) + sum(not is_late for is_late in late[index:])
        place = words[index].start if index < len(words) else words[-1].end if words else end
        cost = distance + _MISPLACED * misplaced + _OFF_TIME * abs(place - end)
        if cost < least:
            best, least = index, cost
    return best


def _edit_distances(committed: list[str], words: list[str]) -> list[float]:
    """Edit distance of all of `committed` to each beginning of `words`, of 0, 1, 2… words."""
    row = [float(index) for index in range(len(words) + 1)]
    for done, one in enumerate(committed, start=1):
        above, row = row, [float(done)]
        for index, other in enumerate(words, start=1):
            change = 0.0 if one == other else 1.0 - 0.5 * SequenceMatcher(None, one, other, autojunk=False).ratio()
            row.append(min(above[index - 1] + change, above[index] + 1, row[index - 1] + 1))
    return row


def is_leak(trimmed: Word, first: Word) -> bool:
    """Whether the first word is the rest of the sound of a word whose audio was cut off."""
    return normalized(trimmed.text) == normalized(first.text) and (
        first.end <= trimmed.end + _LEAK or (first.start + first.end) / 2 <= trimmed.end
    )
