"""Which part of which update is to be typed: what an utterance should read as now. Pure."""

from collections import deque
from dataclasses import dataclass

from desktop.engine.events import Event, State, StateChanged, TranscriptUpdate, TranslationUpdate
from desktop.engine.transcript.reducer import TranscriptReducer, key_of, language_of, passage
from desktop.injector.diff import revisable
from desktop.injector.spacing import clean, join, trailing

Update = TranscriptUpdate | TranslationUpdate

_REMEMBERED = 64
"""segments of which late updates are expected"""


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Marks the end of a session in the queue; segment ids may start again after it."""


class TypingQueue:
    """Queue of updates to type, in order; an update replaces a waiting older one of its segment, and one that is older
    than what was taken is dropped."""

    def __init__(self) -> None:
        self._items: deque[Update | SessionEnded] = deque()
        self._reducer = TranscriptReducer(_REMEMBERED)
        """of the session whose events come now"""

    def put(self, event: Event, text: str) -> bool:
        """Take an event; False if typing `text` (`original` or `translation`) does not need it."""
        if isinstance(event, StateChanged):
            if event.state in (State.IDLE, State.FAILED):
                self._items.append(SessionEnded())
                self._reducer.clear()
                return True
            return False
        wanted = TranscriptUpdate if text == "original" else TranslationUpdate
        if not isinstance(event, wanted):
            return False
        if self._reducer.add(event) is None:
            return False
        for index in range(len(self._items) - 1, -1, -1):
            item = self._items[index]
            if isinstance(item, SessionEnded):
                break
            if key_of(item) == key_of(event):
                self._items[index] = event
                return True
        self._items.append(event)
        return True

    def take(self) -> Update | SessionEnded | None:
        """The next one; None if there is none."""
        return self._items.popleft() if self._items else None

    def clear(self) -> None:
        """Forget everything: what comes next may be of another session."""
        self._items.clear()
        self._reducer.clear()

    def __bool__(self) -> bool:
        return bool(self._items)


def wanted_text(update: Update, before: str, *, live: bool, trailing_space: bool) -> str:
    """What the utterance should read as now, space and capital at its start included.

    before: the last characters that stand at this place, empty if unknown.
    """
    language = language_of(update)
    committed = join(before, clean(update.committed), language)
    wanted = committed
    if live and not update.is_final:
        whole = join(before, clean(passage(update).text), language)
        wanted = revisable(whole, len(committed) if whole.startswith(committed) else 0)
    if update.is_final:
        kept = join(before, clean(passage(update).text), language)
        # Without corrections only what continues the text that was typed can be taken.
        wanted = kept if live or kept.startswith(committed) else committed
    if update.is_final and trailing_space and wanted:
        wanted += trailing(wanted, language)
    return wanted
