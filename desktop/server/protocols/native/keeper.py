"""Keeps one client's stream for other gateways, each time that something is final. On the event loop."""

import asyncio
import contextlib
import json
import logging
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.server.streams.sessions import Kept, SessionStore, kept_of
from desktop.server.streams.stream import Stream
from desktop.server.streams.wire import Teller

log = logging.getLogger(__name__)

_AGAIN = 0.5
"""seconds until what Redis did not take is tried again"""
_DURABLE = 2.0
"""seconds after which what Redis took is on its disk: a crash forgets what it was told in the last second"""
_TOUCH = 60.0
"""seconds between two signs that a stream goes on"""


class Audio(Protocol):
    """What the client sent."""

    stream: Stream

    def settled_at(self) -> tuple[float, int]:
        """Up to where all that was said is final: seconds of the stream, bytes."""


@dataclass(slots=True)
class _Fresh:
    """What Redis took, and may forget again."""

    at: float
    offset: int
    kept: Kept
    message: str


class Keeper:
    """store: where. owner: of the stream."""

    def __init__(self, store: SessionStore, audio: Audio, owner: str) -> None:
        self._store = store
        self._audio = audio
        self._owner = owner
        self.offset = audio.settled_at()[1]
        """bytes that are safe: they need not be sent again, even if this gateway dies now"""
        self._fresh: deque[_Fresh] = deque()
        self._tasks = [asyncio.create_task(one) for one in (self._keep(), self._settle(), self._touch())]

    def close(self) -> None:
        """Keep nothing more."""
        for task in self._tasks:
            task.cancel()

    async def _keep(self) -> None:
        stream = self._audio.stream
        mailbox = stream.follow()
        teller = Teller()
        async for numbered in mailbox.read():
            message = teller.message(numbered)
            event = numbered.event
            if message is None or not isinstance(event, TranscriptUpdate | TranslationUpdate) or not event.is_final:
                continue
            seconds, offset = self._audio.settled_at()
            kept = kept_of(self._owner, stream.options, offset, seconds, stream.next_segment, numbered.number)
            text = json.dumps(message)
            await self._surely(kept, text)
            self._fresh.append(_Fresh(asyncio.get_running_loop().time(), offset, kept, text))
        self.close()

    async def _settle(self) -> None:
        """Clients may forget what is on Redis' disk. Where Redis came back without something, it is kept once more."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(_AGAIN)
            while self._fresh and clock() - self._fresh[0].at >= _DURABLE:
                try:
                    is_kept = await self._store.has(self._audio.stream.id, self._fresh[0].kept.seq)
                except OSError:
                    break
                if is_kept:
                    self.offset = self._fresh.popleft().offset
                    continue
                for one in tuple(self._fresh):
                    await self._surely(one.kept, one.message)
                    one.at = clock()

    async def _surely(self, kept: Kept, message: str) -> None:
        """Also when Redis is away for a while: what is told and not kept is said again at another gateway."""
        is_late = False
        while True:
            try:
                return await self._store.keep(self._audio.stream.id, kept, message)
            except OSError:
                if not is_late:
                    log.warning("a stream is not kept for other gateways until Redis answers")
                is_late = True
                await asyncio.sleep(_AGAIN)

    async def _touch(self) -> None:
        while True:
            await asyncio.sleep(_TOUCH)
            with contextlib.suppress(OSError):
                await self._store.touch(self._audio.stream.id)
