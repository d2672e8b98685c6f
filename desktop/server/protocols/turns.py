"""Which events of OpenAI's Realtime interface tell of what a stream heard. Pure.

An item is an utterance (turn detection), or all that was heard up to a commit.
"""

import itertools
import secrets
from collections.abc import Iterator
from typing import Any

from desktop.engine.events import TranscriptUpdate
from desktop.engine.text.languages import join_words
from desktop.engine.transcript.reducer import passage

Told = tuple[str, dict[str, Any]]
"""type of an event, and its fields"""
_BUFFER = "input_audio_buffer"
_TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Turns:
    """Of one session. is_detected: each utterance is an item."""

    def __init__(self, *, is_detected: bool) -> None:
        self.is_detected = is_detected
        self._names = (f"item_{secrets.token_hex(6)}{number:06}" for number in itertools.count(1))
        self._item = next(self._names)
        """the running one"""
        self._before: str | None = None
        self._segment: int | None = None
        """whose words are told"""
        self._told = ""
        """of the running item"""
        self._sent = ""
        """committed words of the running segment that were told"""
        self._kept = ""
        """the words to keep of the item's segments that are over"""
        self._is_first = True
        """nothing is told of the running item"""
        self._completed = 0
        """items since the last commit"""
        self._begin = 0.0
        """seconds of the stream where the running item begins"""

    def heard(self, update: TranscriptUpdate) -> Iterator[Told]:
        """What to tell of it."""
        if self._segment != update.segment_id:
            self._segment, self._sent = update.segment_id, ""
            if self.is_detected and self._is_first:
                self._is_first = False
                self._begin = update.start
                yield f"{_BUFFER}.speech_started", {"item_id": self._item, "audio_start_ms": _ms(update.start)}
        if len(update.committed) > len(self._sent):
            delta = update.committed[len(self._sent) :]
            if not self._sent:
                delta = join_words(self._told, delta, update.language)[len(self._told) :]
            self._told += delta
            self._sent = update.committed
            yield f"{_TRANSCRIPTION}.delta", {"item_id": self._item, "content_index": 0, "delta": delta}
        if update.is_final:
            self._segment = None
            self._kept = join_words(self._kept, passage(update).text, update.language).strip()
            if self.is_detected:
                yield f"{_BUFFER}.speech_stopped", {"item_id": self._item, "audio_end_ms": _ms(update.end)}
                yield from self._complete(update.end)

    def committed(self, now: float) -> Iterator[Told]:
        """The client's commit, when all that was heard was told. now: seconds of the stream."""
        # With turn detection all may be told already; a client that waits for an answer gets an empty one.
        if not self.is_detected or not self._completed:
            yield from self._complete(now)
        self._completed = 0

    def cleared(self) -> None:
        """What was heard of the running item is dropped."""
        self._kept = self._told = self._sent = ""
        self._segment = None
        self._is_first = True

    def _complete(self, end: float) -> Iterator[Told]:
        yield f"{_BUFFER}.committed", {"item_id": self._item, "previous_item_id": self._before}
        content = {"type": "input_audio", "transcript": None}
        item = {"id": self._item, "object": "realtime.item", "type": "message", "role": "user", "status": "completed"}
        yield "conversation.item.added", {"previous_item_id": self._before, "item": {**item, "content": [content]}}
        usage = {"type": "duration", "seconds": round(max(0.0, end - self._begin), 3)}
        fields = {"item_id": self._item, "content_index": 0, "transcript": self._kept, "usage": usage}
        yield f"{_TRANSCRIPTION}.completed", fields
        self._before, self._item = self._item, next(self._names)
        self._begin = end
        self._completed += 1
        self.cleared()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
