"""The audio that one client sends to its stream, counted in bytes, over as many connections as it takes."""

from bisect import bisect_right
from collections import deque

from desktop.engine.errors import EngineError
from desktop.engine.events import Samples
from desktop.server.audio.incoming import Incoming
from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native.keeper import Keeper
from desktop.server.streams.sessions import SessionStore
from desktop.server.streams.stream import Stream

_PLACES = 4096
"""places of the audio whose offset is remembered"""
_all: "dict[Stream, Uplink]" = {}
"""of the streams that go on"""


class Uplink:
    """Decodes what a client sends, and knows how much of it the stream has dealt with."""

    def __init__(self, stream: Stream, received: int = 0) -> None:
        """received: bytes that another gateway dealt with."""
        self.stream = stream
        self.speaker: object = None
        """the connection that has the stream: the newest, as a client knows before the server that it was cut off"""
        self.received = received
        """bytes of audio so far, without headers"""
        self._format: PcmFormat | None = None
        self._incoming: Incoming | None = None
        self._keeper: Keeper | None = None
        self._places: deque[tuple[float, int]] = deque([(stream.time, received)], maxlen=_PLACES)
        """(seconds of the stream, bytes that were received then)"""
        _all[stream] = self
        stream.at_end.append(self._ended)

    @classmethod
    def of(cls, stream: Stream) -> "Uplink":
        """That of a stream, whoever made it."""
        return _all.get(stream) or cls(stream)

    @property
    def settled(self) -> int:
        """Bytes that the client need not keep: all that was said in them is final, and safe."""
        settled = self.settled_at()[1]
        return settled if self._keeper is None else min(settled, self._keeper.offset)

    def settled_at(self) -> tuple[float, int]:
        """Up to where all that was said is final: seconds of the stream, bytes."""
        seconds = self.stream.settled
        places = list(self._places)
        found = bisect_right(places, seconds, key=lambda place: place[0])
        if not found:
            return places[0]
        at, offset = places[found - 1]
        form = self._format
        if form is None:
            return at, offset
        # Raw samples stand still in time: the exact place, or the end of a word would be heard again.
        end = places[found][1] if found < len(places) else self.received
        whole = min(int((seconds - at) * form.rate) * form.frame, end - offset)
        return at + whole / form.frame / form.rate, offset + whole

    def keep_in(self, store: SessionStore, owner: str) -> None:
        """Keep the stream for other gateways."""
        self._keeper = Keeper(store, self, owner)

    async def change(self, form: PcmFormat | None) -> None:
        """What follows is written so; None: as before."""
        if form is None or form == self._format:
            return
        await self.end()
        self._format = form

    async def hear(self, data: bytes) -> None:
        """More bytes. Raises AudioError where they cannot be decoded, ServerBusy where nobody has time for them.
        What comes when the stream is over counts for nothing: it may be sent elsewhere."""
        if self.stream.is_over:
            return
        if self._incoming is None:
            self._incoming = Incoming(self._hear, self._format or PcmFormat())
        self.received += len(data)
        await self._incoming.feed(data)
        if not self.stream.is_over:
            self._places.append((self.stream.time, self.received))

    async def end(self) -> None:
        """What was decoded so far is all of it."""
        incoming, self._incoming = self._incoming, None
        if incoming is not None:
            await incoming.end()

    async def finish(self) -> EngineError | None:
        """No more audio comes: returns when everything that was heard is told; what was wrong with the end of it."""
        broken: EngineError | None = None
        try:
            await self.end()
        except EngineError as error:
            broken = error
        await self.stream.finish()
        return broken

    def _ended(self) -> None:
        """The stream has ended, whether or not its client came back: what is not decoded yet is of no use."""
        _all.pop(self.stream, None)
        if self._incoming is not None:
            self._incoming.close()

    async def _hear(self, samples: Samples) -> None:
        await self.stream.hear(samples)
