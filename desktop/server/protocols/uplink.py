"""The audio that one client sends to its stream, counted in bytes, over as many connections as it takes."""

import weakref
from bisect import bisect_right
from collections import deque

from desktop.engine.events import Samples
from desktop.server.audio.incoming import Incoming
from desktop.server.audio.pcm import PcmFormat
from desktop.server.stream import Stream

_PLACES = 4096
"""places of the audio whose offset is remembered"""
_all: "weakref.WeakKeyDictionary[Stream, Uplink]" = weakref.WeakKeyDictionary()


class Uplink:
    """Decodes what a client sends, and knows how much of it the stream has dealt with."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.speaker: object = None
        """the connection that has the stream: the newest, as a client knows before the server that it was cut off"""
        self.received = 0
        """bytes of audio so far, without headers"""
        self._format: PcmFormat | None = None
        self._incoming: Incoming | None = None
        self._places: deque[tuple[float, int]] = deque([(0.0, 0)], maxlen=_PLACES)
        """(seconds of the stream, bytes that were received then)"""
        _all[stream] = self

    @classmethod
    def of(cls, stream: Stream) -> "Uplink":
        """That of a stream, whoever made it."""
        return _all.get(stream) or cls(stream)

    @property
    def settled(self) -> int:
        """Bytes that the client need not keep: all that was said in them is final."""
        places = list(self._places)
        found = bisect_right(places, self.stream.settled, key=lambda place: place[0])
        return places[found - 1][1] if found else 0

    async def change(self, form: PcmFormat | None) -> None:
        """What follows is written so; None: as before."""
        if form is None or form == self._format:
            return
        await self.end()
        self._format = form

    async def hear(self, data: bytes) -> None:
        """More bytes. Raises AudioError where they cannot be decoded, ServerBusy where nobody has time for them."""
        if self._incoming is None:
            self._incoming = Incoming(self._hear, self._format or PcmFormat())
        self.received += len(data)
        await self._incoming.feed(data)
        self._places.append((self.stream.time, self.received))

    async def end(self) -> None:
        """What was decoded so far is all of it."""
        incoming, self._incoming = self._incoming, None
        if incoming is not None:
            await incoming.end()

    async def _hear(self, samples: Samples) -> None:
        await self.stream.hear(samples)
