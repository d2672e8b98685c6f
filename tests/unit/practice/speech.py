"""What a session tells while somebody speaks, for tests."""

from collections.abc import Sequence

from desktop.engine.events import TranscriptUpdate, Word
from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.practice.text import Line, PracticeText

SHORT = {
    WordStatus.PENDING: "",
    WordStatus.CORRECT: "",
    WordStatus.MINOR_MISTAKE: "~",
    WordStatus.WRONG: "!",
    WordStatus.MISSING: "-",
    WordStatus.EXTRA: "+",
}


def text_of(*lines: str, language: str = "en") -> PracticeText:
    return PracticeText("Text", language, tuple(map(Line, lines)))


def words_at(said: str, start: float = 0.0, probability: float = 0.9) -> tuple[Word, ...]:
    """A word each 0.4 s."""
    return tuple(
        Word(word, start + 0.4 * number, start + 0.4 * number + 0.3, probability)
        for number, word in enumerate(said.split())
    )


class Speaker:
    """Makes the updates of one session."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._segment = 0
        self._revision = 0
        self._start = 0.0

    def says(self, said: str, *, is_final: bool = False) -> TranscriptUpdate:
        """What is known of the running utterance."""
        self._revision += 1
        words = words_at(said, self._start)
        end = words[-1].end if words else self._start
        made = TranscriptUpdate(
            self._segment, self._revision, self._language, said, "", words, self._start, end, is_final
        )
        if is_final:
            self._segment, self._revision, self._start = self._segment + 1, 0, end + 1.0
        return made


def marks(feedback: PassageFeedback) -> str:
    """The words that are marked, each with a sign unless it is correct; pending ones are left out."""
    return " ".join(
        SHORT[one.status] + (one.word or one.heard) for one in feedback.in_order if one.status is not WordStatus.PENDING
    )


def statuses(words: Sequence[WordFeedback]) -> list[str]:
    return [one.status.value for one in words]
