"""One client's audio, of whatever kind it turns out to be, handed on as the engine's samples. The event loop's thread.

Raw samples and WAV are decoded right here, containers on a thread of their own (`demuxing.py`).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from desktop.engine.errors import AudioError
from desktop.engine.events import Samples
from desktop.server.audio import demuxing
from desktop.server.audio.joined import Splitter
from desktop.server.audio.pcm import PcmFormat, PcmReader
from desktop.server.audio.sniff import Kind, sniff
from desktop.server.audio.wav import WavReader

Hear = Callable[[Samples], Awaitable[None]]
"""Takes samples of shape (n,), 16 kHz mono; waits while whoever hears has enough."""
_BLOCK = 1 << 16
"""bytes that are decoded before what they gave is heard"""


class _Reader(Protocol):
    def feed(self, data: bytes) -> list[Samples]: ...

    def end(self) -> list[Samples]: ...


class Incoming:
    """Audio that a client sends. `feed` and `end` return when all of it that can be decoded was heard.

    raw: what the bytes are where they are no file of any kind; None: they must be one. Each raises AudioError: once
    where nothing more can be decoded, after which the rest is ignored; once, recoverable, where a part was skipped.
    """

    def __init__(self, hear: Hear, raw: PcmFormat | None = None) -> None:
        self._hear = hear
        self._raw = raw
        self._head = b""
        self._reader: _Reader | Container | None = None
        self._is_over = False

    async def feed(self, data: bytes) -> None:
        """More bytes, split anyhow."""
        if self._is_over:
            return
        if self._reader is None:
            self._head += data
            kind = sniff(self._head)
            if kind is True:
                return
            self._choose(kind)
            data, self._head = self._head, b""
        await self._pass(data)

    async def end(self) -> None:
        """No more bytes will come."""
        if self._is_over:
            return
        if self._reader is None:
            if not self._head and self._raw is not None:
                self._is_over = True
                return
            self._choose(sniff(self._head, is_whole=True))
            await self._pass(self._head)
        reader = self._reader
        assert reader is not None
        self._is_over = True
        if isinstance(reader, Container):
            await reader.end()
        else:
            await self._heard(reader.end())

    def close(self) -> None:
        """Give up what is not decoded yet. Idempotent; returns at once."""
        self._is_over = True
        if isinstance(self._reader, Container):
            self._reader.close()

    def _choose(self, kind: Kind | bool) -> None:
        if kind is Kind.WAV:
            self._reader = WavReader()
        elif isinstance(kind, Kind):
            self._reader = Container(kind, self._hear)
        elif self._raw is not None:
            self._reader = PcmReader(self._raw)
        else:
            self._is_over = True
            raise AudioError("stream-not-audio")

    async def _pass(self, data: bytes) -> None:
        skipped: AudioError | None = None
        for at in range(0, len(data), _BLOCK):
            try:
                await self._decode(data[at : at + _BLOCK])
            except AudioError as error:
                if not error.recoverable:
                    self._is_over = True
                    raise
                skipped = error
        if skipped is not None:
            raise skipped

    async def _decode(self, block: bytes) -> None:
        reader = self._reader
        assert reader is not None
        if isinstance(reader, Container):
            await reader.feed(block)
        else:
            await self._heard(reader.feed(block))

    async def _heard(self, ready: Iterable[Samples]) -> None:
        for samples in ready:
            await self._hear(samples)


class Container:
    """Decodes a container on a thread; several of them one behind the other if they are WebM. Errors: as `Incoming`."""

    def __init__(self, kind: Kind, hear: Hear) -> None:
        self._kind = kind
        self._hear = hear
        self._splitter = Splitter() if kind is Kind.WEBM else None
        self._pipe: demuxing.Pipe | None = None
        self._changed = asyncio.Event()
        self._is_warned = False

    async def feed(self, data: bytes) -> None:
        """More bytes; waits until what they gave was heard."""
        first, *others = [data] if self._splitter is None else self._splitter.feed(data)
        await self._write(first)
        for piece in others:
            # One that was broken off does not keep the next from being heard.
            with contextlib.suppress(AudioError):
                await self._finish()
            await self._write(piece)

    async def end(self) -> None:
        """The last of it."""
        held = b"" if self._splitter is None else self._splitter.end()
        await self._write(held)
        await self._finish()

    def close(self) -> None:
        """End the thread, without waiting for it."""
        if self._pipe is not None:
            self._pipe.close()

    async def _write(self, data: bytes) -> None:
        if not data:
            return
        if self._pipe is None:
            loop = asyncio.get_running_loop()
            self._pipe = demuxing.Pipe(lambda: _told(loop, self._changed), demuxing.FIRST.get(self._kind, 0))
            demuxing.start(self._kind, self._pipe)
        self._pipe.write(data)
        await self._drain(self._pipe)

    async def _finish(self) -> None:
        pipe = self._pipe
        if pipe is None:
            return
        self._pipe = None
        pipe.end()
        try:
            await self._drain(pipe)
        finally:
            pipe.close()

    async def _drain(self, pipe: demuxing.Pipe) -> None:
        while True:
            self._changed.clear()
            for samples in pipe.taken():
                await self._hear(samples)
            if pipe.is_idle:
                break
            await self._changed.wait()
        if pipe.error is not None:
            error, pipe.error = pipe.error, None
            raise error
        if pipe.is_damaged and not self._is_warned:
            self._is_warned = True
            raise AudioError("stream-damaged", recoverable=True)


def _told(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    try:
        loop.call_soon_threadsafe(changed.set)
    except RuntimeError:
        return  # the loop was closed, nobody waits
