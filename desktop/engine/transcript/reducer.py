"""The newest state of each segment, out of the engine's updates. Pure, no clock; not thread-safe: one owner.

The one place that decides which of two updates of a segment counts, whatever order and however often they come:
a final one before one that is not, then the higher revision. Window, subtitles, typing, terminal, export and
benchmarks show what it holds.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # numpy comes with them, and the window is on screen before it is imported
    from desktop.engine.events import Event, TranscriptUpdate, TranslationUpdate

Key = int
"""Names a segment and says where it stands; from `key_of` only."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One language of a segment, to be read."""

    text: str
    """committed and unconfirmed together"""
    committed: int
    """characters of `text` that never change again"""
    language: str

    @property
    def certain(self) -> str:
        """What never changes again."""
        return self.text[: self.committed]

    @property
    def uncertain(self) -> str:
        """What follows it, with the space between them."""
        return self.text[self.committed :]


@dataclass(frozen=True, slots=True)
class Segment:
    """What is known of one segment; at least one of the two is there."""

    key: Key
    original: "TranscriptUpdate | None" = None
    translation: "TranslationUpdate | None" = None


class TranscriptReducer:
    """Takes the events of a session in any order, holds the newest of each segment.

    limit: how many segments are kept, the last ones; None keeps all. What comes of one that was forgotten is ignored.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._segments: dict[Key, Segment] = {}
        self._floor: Key | None = None
        """segments up to this one are forgotten"""

    def add(self, event: "Event") -> Segment | None:
        """The event's segment as it is now; None: the event changes nothing."""
        from desktop.engine.events import TranscriptUpdate, TranslationUpdate

        if isinstance(event, TranscriptUpdate):
            return self.heard(event)
        if isinstance(event, TranslationUpdate):
            return self.translated(event)
        return None

    def heard(self, update: "TranscriptUpdate") -> Segment | None:
        """`add` of what was recognised."""
        known = self._known(update)
        if known is None or not is_newer(update, known.original):
            return None
        return self._keep(replace(known, original=update))

    def translated(self, update: "TranslationUpdate") -> Segment | None:
        """`add` of a translation; it may come before the original."""
        known = self._known(update)
        if known is None or not is_newer(update, known.translation):
            return None
        return self._keep(replace(known, translation=update))

    def get(self, key: Key) -> Segment | None:
        return self._segments.get(key)

    def segments(self) -> tuple[Segment, ...]:
        """All that are kept, in the order in which they were said."""
        return tuple(self._segments[key] for key in sorted(self._segments))

    def forget_through(self, key: Key) -> None:
        """Drop a segment and all before it; what still comes of them is ignored."""
        self._floor = key if self._floor is None else max(self._floor, key)
        self._segments = {other: segment for other, segment in self._segments.items() if other > key}

    def clear(self) -> None:
        """Begin anew: segments may be counted from the start again."""
        self._segments.clear()
        self._floor = None

    def _known(self, update: "TranscriptUpdate | TranslationUpdate") -> Segment | None:
        """The segment so far; None: it is forgotten."""
        key = key_of(update)
        if self._floor is not None and key <= self._floor:
            return None
        return self._segments.get(key) or Segment(key)

    def _keep(self, segment: Segment) -> Segment:
        self._segments[segment.key] = segment
        while self._limit is not None and len(self._segments) > self._limit:
            self.forget_through(min(self._segments))
        return segment


def key_of(update: "TranscriptUpdate | TranslationUpdate") -> Key:
    """The segment of an update."""
    return update.segment_id


def is_newer(
    update: "TranscriptUpdate | TranslationUpdate", known: "TranscriptUpdate | TranslationUpdate | None"
) -> bool:
    """Whether an update replaces what is known of its segment: only a final one replaces a final one."""
    return known is None or (update.is_final, update.revision) > (known.is_final, known.revision)


def language_of(update: "TranscriptUpdate | TranslationUpdate") -> str:
    """Language of an update's text, as far as it is translated."""
    from desktop.engine.events import TranscriptUpdate

    return update.language if isinstance(update, TranscriptUpdate) else update.target_language


def passage(update: "TranscriptUpdate | TranslationUpdate") -> Passage:
    """An update's text for readers who may see a word change: transcript, export, typing."""
    from desktop.engine.text.languages import join_words

    language = language_of(update)
    whole = join_words(update.committed, update.unconfirmed, language).strip()
    return Passage(whole, min(len(update.committed.strip()), len(whole)), language)
