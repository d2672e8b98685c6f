"""The sound of an utterance on its way to an engine, kept until its words are settled. On the loop's thread only."""

import asyncio

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples

BYTES = 2 * SAMPLE_RATE
"""a second"""


def pcm16(samples: Samples) -> bytes:
    """float32 in -1..1, shape (n,), as 16 bit, little-endian; what is out of range is clipped."""
    plain = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    data: bytes = (np.clip(plain, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    return data


class Sound:
    """Grows at its end, and is forgotten from its beginning. Places are bytes since the utterance began."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._begin = 0
        self._more = asyncio.Event()
        self.is_whole = False
        """nothing follows"""

    @property
    def end(self) -> int:
        return self._begin + len(self._kept)

    def append(self, data: bytes, is_last: bool) -> None:
        self._kept += data
        self.is_whole |= is_last
        self.wake()

    def forget(self, before: int) -> None:
        """It will not be sent again."""
        if (count := min(before, self.end) - self._begin) > 0:
            del self._kept[:count]
            self._begin += count

    def piece(self, begin: int, most: int) -> bytes:
        """What there is from a place on, so many bytes at most."""
        at = begin - self._begin
        return bytes(self._kept[at : at + most])

    def wake(self) -> None:
        """Whoever waits looks again."""
        self._more.set()

    async def more(self) -> None:
        """Until there may be more."""
        self._more.clear()
        await self._more.wait()


class Part:
    """What one connection gets of it: an asynchronous iterator of pieces, until the sound ends or a place is reached.

    begin: where. end: the place at the latest. most: bytes of a piece."""

    def __init__(self, sound: Sound, begin: int, end: int, most: int) -> None:
        self._sound = sound
        self._begin = self.sent = begin
        self._end = end
        self._most = most
        self.is_over = False
        """the connection got all that it was to get"""

    @property
    def length(self) -> int:
        """Bytes that the connection got."""
        return self.sent - self._begin

    def stop(self, at: int = 0) -> None:
        """The rest goes to the next connection: what is behind a place, or all that was not sent so far."""
        self._end = min(self._end, max(at, self.sent))
        self._sound.wake()

    def __aiter__(self) -> "Part":
        return self

    async def __anext__(self) -> bytes:
        while True:
            if piece := self._sound.piece(self.sent, min(self._most, self._end - self.sent)):
                self.sent += len(piece)
                return piece
            if self.sent >= self._end or self._sound.is_whole:
                self.is_over = True
                raise StopAsyncIteration
            await self._sound.more()
