"""What a stream tells, for everybody who follows it: each event numbered, so that whoever was cut off reads on.

A slow reader is told less often, not later: of an utterance that is still running only the newest state waits for it,
while what is final is never left out. On the event loop.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from desktop.engine.events import ErrorEvent, SpeechAudio, TranscriptUpdate, TranslationUpdate

Told = TranscriptUpdate | TranslationUpdate | SpeechAudio | ErrorEvent
"""What a channel tells."""

_MOST_SEGMENTS = 2000
"""utterances that can be read again"""
_MOST_WAITING = 2000
"""events that wait for one reader; one that is slower than that is let go"""
_MOST_SPEECH = 30.0
"""seconds of speech that wait for one reader: older speech is of no use to anybody"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event of a channel."""

    number: int
    """grows by one with each event of the channel, from 1"""
    event: Told
    delay: float = 0.0
    """seconds from when the newest audio of the event came until it was told"""


Key = tuple[type[Told], int]


def _key(event: Told) -> Key | None:
    """Events with the same one replace each other; None: it stands for itself."""
    if isinstance(event, TranscriptUpdate | TranslationUpdate):
        return (type(event), event.segment_id)
    return None


class Mailbox:
    """What waits for one reader."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Key | int, Numbered] = OrderedDict()
        self._changed = asyncio.Event()
        self._closed = False
        self.is_too_slow = False
        """more waited than is kept, so the reader missed something"""

    def put(self, numbered: Numbered) -> None:
        """Add an event, in the place of an older state of the same thing. Returns at once."""
        if self._closed:
            return
        key = _key(numbered.event)
        if key is not None:
            self._waiting.pop(key, None)
        self._waiting[key or numbered.number] = numbered
        if isinstance(numbered.event, SpeechAudio):
            self._limit_speech()
        if len(self._waiting) > _MOST_WAITING:
            self.is_too_slow = True
            self.close()
        self._changed.set()

    def close(self) -> None:
        """Nothing more comes; what waits can still be read."""
        self._closed = True
        self._changed.set()

    def __len__(self) -> int:
        return len(self._waiting)

    async def read(self) -> AsyncIterator[Numbered]:
        """Every event, until the mailbox is closed and empty."""
        while True:
            while self._waiting:
                yield self._waiting.popitem(last=False)[1]
            if self._closed:
                return
            self._changed.clear()
            await self._changed.wait()

    def _limit_speech(self) -> None:
        spoken = [(key, one.event) for key, one in self._waiting.items() if isinstance(one.event, SpeechAudio)]
        seconds = sum(len(event.samples) / event.sample_rate for _, event in spoken)
        for key, event in spoken:
            if seconds <= _MOST_SPEECH:
                return
            seconds -= len(event.samples) / event.sample_rate
            del self._waiting[key]


class Channel:
    """Tells everybody who follows."""

    def __init__(self, number: int = 0) -> None:
        """number: of the last event that was told elsewhere."""
        self._number = number
        self._newest: OrderedDict[Key, Numbered] = OrderedDict()
        self._readers: set[Mailbox] = set()
        self._watchers: set[Callable[[], None]] = set()
        self._relay: Callable[[Told, float], None] | None = None
        self.elsewhere = 0
        """how many follow at other gateways"""
        self.is_closed = False
        """nothing more is told"""

    @property
    def number(self) -> int:
        """Of the latest event."""
        return self._number

    @property
    def readers(self) -> int:
        """How many follow now, here."""
        return len(self._readers)

    @property
    def followers(self) -> int:
        """How many follow now, at all gateways."""
        return len(self._readers) + self.elsewhere

    def count_elsewhere(self, count: int) -> None:
        """So many follow at other gateways."""
        if count != self.elsewhere:
            self.elsewhere = count
            self._readers_changed()

    def tell(self, event: Told, delay: float = 0.0) -> None:
        """To everybody, and to those who read on later. Speech and errors are for those who follow now."""
        self.repeat(Numbered(self._number + 1, event, delay))

    def repeat(self, numbered: Numbered) -> None:
        """Tell what the same channel of another gateway told under that number."""
        event = numbered.event
        self._number = max(self._number, numbered.number)
        key = _key(event)
        if key is not None:
            self._newest.pop(key, None)
            self._newest[key] = numbered
            while len(self._newest) > 2 * _MOST_SEGMENTS:
                self._newest.popitem(last=False)
        if self._relay is not None:
            self._relay(event, numbered.delay)
        for mailbox in tuple(self._readers):
            mailbox.put(numbered)
            if mailbox.is_too_slow:
                self.leave(mailbox)

    def relay(self, tell: Callable[[Told, float], None] | None) -> None:
        """Hand every event and its delay to another channel, too; None: not any more."""
        self._relay = tell

    def follow(self, after: int | None = None) -> Mailbox:
        """A reader from now on. after: number of the last event that it has: the utterances of which something came
        since are told first, as they are now and whole, so that original and translation are joined again; 0 is
        everything that can be read again; None is nothing."""
        mailbox = Mailbox()
        if after is not None:
            newer = {segment for (_, segment), one in self._newest.items() if one.number > after}
            whole = [one for (_, segment), one in self._newest.items() if segment in newer]
            for numbered in sorted(whole, key=lambda one: one.number):
                mailbox.put(replace(numbered, delay=0.0))
        if self.is_closed:
            mailbox.close()
        else:
            self._readers.add(mailbox)
            self._readers_changed()
        return mailbox

    def leave(self, mailbox: Mailbox) -> None:
        """The reader has gone."""
        mailbox.close()
        if mailbox in self._readers:
            self._readers.discard(mailbox)
            self._readers_changed()

    def watch(self, changed: Callable[[], None]) -> None:
        """Call this whenever `followers` changes."""
        self._watchers.add(changed)

    def unwatch(self, changed: Callable[[], None]) -> None:
        """Do not call it any more."""
        self._watchers.discard(changed)

    def _readers_changed(self) -> None:
        for changed in tuple(self._watchers):
            changed()

    def close(self) -> None:
        """Nothing more is told."""
        self.is_closed = True
        for mailbox in self._readers:
            mailbox.close()
        self._readers.clear()
