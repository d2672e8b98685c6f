"""LocalAgreement-2 with a growing buffer, as in Macháček, Dabre, Bojar: "Turning Whisper into Real-Time Transcription
System" (IJCNLP-AACL 2023, demo), whose program is whisper_streaming. Written anew from the paper and the program's
behaviour, as a peer to measure against. Pure; the recogniser is in `runners/local_agreement.py`.

The whole buffer is decoded again at each step. Words are committed as far as two hypotheses in a row agree from the end
of what is committed on, spelling and punctuation included. When the buffer is longer than 15 s, it is cut at the end of
the last whole segment that is committed; text before the buffer goes into the prompt, its last 200 characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STEP = 1.0
"""least seconds of new audio before the buffer is decoded again"""
TRIM_AFTER = 15.0
"""seconds of buffer that are kept as they are"""
PROMPT_LENGTH = 200
"""characters"""
_OVERLAP = 0.1
_NEAR = 1.0
_LONGEST_REPEAT = 5


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word of a hypothesis with the space before it, as faster-whisper writes it; seconds of the audio."""

    start: float
    end: float
    text: str


class LocalAgreement:
    """The words of one recording; times count from its beginning.

    buffer_start: from where on the audio is still decoded."""

    def __init__(self) -> None:
        self.buffer_start = 0.0
        self.committed: list[TimedWord] = []
        self._last_end = 0.0
        self._previous: list[TimedWord] = []

    @property
    def unconfirmed(self) -> tuple[TimedWord, ...]:
        """What the last hypothesis says after the committed words."""
        return tuple(self._previous)

    def prompt(self) -> str:
        """The end of the committed text whose audio has left the buffer."""
        text = "".join(word.text for word in self.committed if word.end <= self.buffer_start)
        while len(text) > PROMPT_LENGTH:
            shorter = text.lstrip().partition(" ")
            if not shorter[2]:
                break
            text = " " + shorter[2]
        return text

    def update(self, words: Sequence[TimedWord]) -> None:
        """Take the hypothesis of the whole buffer, with times of the recording."""
        new = self._without_committed(words)
        agreed = 0
        for before, now in zip(self._previous, new, strict=False):
            if before.text != now.text:
                break
            agreed += 1
        self.committed += new[:agreed]
        if agreed:
            self._last_end = new[agreed - 1].end
        self._previous = new[agreed:]

    def trim(self, segment_ends: Sequence[float], audio_end: float) -> None:
        """Let audio leave the buffer. segment_ends: of the last hypothesis, times of the recording."""
        if audio_end - self.buffer_start <= TRIM_AFTER or not self.committed:
            return
        # The last segment may go on; of the others, the last one whose words are committed.
        whole = [end for end in segment_ends[:-1] if end <= self.committed[-1].end]
        if whole and whole[-1] > self.buffer_start:
            self.buffer_start = whole[-1]

    def finish(self) -> None:
        """The recording is over: what the last hypothesis says is final."""
        self.committed += self._previous
        self._previous = []

    def _without_committed(self, words: Sequence[TimedWord]) -> list[TimedWord]:
        new = [word for word in words if word.start > self._last_end - _OVERLAP]
        if not new or not self.committed or abs(new[0].start - self._last_end) >= _NEAR:
            return new
        held = [word.text for word in self.committed if word.end > self.buffer_start]
        for length in range(1, min(len(held), len(new), _LONGEST_REPEAT) + 1):
            if held[-length:] == [word.text for word in new[:length]]:
                return new[length:]
        return new
