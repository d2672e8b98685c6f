"""Matches what the engine commits with an endless script, period by period, without keeping what is done."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.bench.figures.errors import Errors, matched_words, normalized, word_errors
from desktop.bench.live.script import Recording
from desktop.engine.events import ErrorEvent, Event, Metrics, Severity, State, StateChanged, TranscriptUpdate
from desktop.messages import text_of

_OLDEST = 120.0
"""seconds for which words wait to be committed before they count as lost"""


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence of the script; times in seconds of the pushed audio."""

    start: float
    end: float
    words: tuple[tuple[str, float], ...]
    """(normalised word, when it ends)"""


class ScriptMatcher:
    """Aligns committed words with the endless script, one period at a time. `say` on the main thread, `take` on the
    engine's."""

    def __init__(self) -> None:
        self.began = 0.0
        self.metrics: Metrics | None = None
        self.state = State.IDLE
        self.problems: list[str] = []
        self.changed = threading.Condition()
        self._said: deque[_Said] = deque()
        self._commits: dict[int, list[tuple[float, int]]] = {}
        self._finals: list[tuple[TranscriptUpdate, list[tuple[float, int]]]] = []

    def say(self, recording: Recording, start: float) -> None:
        """The recording is pushed from second `start` on."""
        words = tuple(
            (plain, start + end) for one in recording.sentences for word, end in one.words for plain in normalized(word)
        )
        first, last = recording.sentences[0], recording.sentences[-1]
        with self.changed:
            self._said.append(_Said(start + first.start, start + last.end, words))

    def take(self, event: Event) -> None:
        now = time.monotonic()
        with self.changed:
            if isinstance(event, Metrics):
                self.metrics = event
            elif isinstance(event, StateChanged):
                self.state = event.state
            elif isinstance(event, ErrorEvent) and event.severity is not Severity.INFO:
                self.problems = [*self.problems, text_of(event)][-20:]
            elif isinstance(event, TranscriptUpdate):
                counts = self._commits.setdefault(event.segment_id, [])
                counts.append((now, len(normalized(event.committed))))
                if event.is_final:
                    self._finals.append((event, self._commits.pop(event.segment_id)))
            self.changed.notify_all()

    def period(self, until: float) -> tuple[list[float], Errors]:
        """Delays of the words that were committed, and the errors in all that was said up to second `until` and not
        asked for before. What was said later waits for the next period."""
        with self.changed:
            # An utterance that is still running may hold the last of what was said.
            ended = max((one.end for one, _ in self._finals), default=0.0)
            said = []
            while self._said and (self._said[0].end < ended or self._said[0].end < until - _OLDEST):
                said.append(self._said.popleft())
            horizon = max((one.end for one in said), default=0.0)
            finals = [one for one in self._finals if one[0].start < horizon]
            self._finals = [one for one in self._finals if one[0].start >= horizon]
        return _compared(said, finals, self.began)


def _compared(
    said: Sequence[_Said], finals: Sequence[tuple[TranscriptUpdate, list[tuple[float, int]]]], began: float
) -> tuple[list[float], Errors]:
    script = [word for one in said for word in one.words]
    heard: list[str] = []
    times: list[float] = []
    for update, counts in finals:
        words = normalized(update.committed)
        heard += words
        times += [next(now for now, count in counts if count > index) for index in range(len(words))]
    if not script:
        return [], Errors(insertions=len(heard))
    plain = [word for word, _ in script]
    matched = matched_words(plain, heard)
    lags = [times[index] - (began + script[place][1]) for place, index in matched.items()]
    return lags, word_errors(" ".join(plain), " ".join(heard))
