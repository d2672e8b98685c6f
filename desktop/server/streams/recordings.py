"""A whole recording of a client, through a stream of its own, as `parley transcribe` does it. On the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from desktop.engine.errors import EngineError
from desktop.engine.options import SessionOptions
from desktop.server.audio.incoming import Hear
from desktop.server.streams.channel import Told
from desktop.server.streams.hub import Hub
from desktop.server.streams.stream import Stream

Play = Callable[[Hear], Awaitable[float]]
"""Hands all audio of a recording on, and returns its seconds."""
_Result = TypeVar("_Result")


class Recording:
    """One recording. play: hands its audio on. Each is used once.

    Raises EngineError: where the server has no room, and what `play` raises.
    """

    def __init__(self, hub: Hub, options: SessionOptions, owner: str, play: Play) -> None:
        self._stream = hub.open(replace(options, live=False), owner)
        self._mailbox = self._stream.follow()
        self._playing = asyncio.get_running_loop().create_task(_played(self._stream, play))
        self.seconds = 0.0
        """of audio; known at the end"""

    async def events(self) -> AsyncGenerator[Told, None]:
        """All that is told of it, to its end."""
        try:
            async for numbered in self._mailbox.read():
                yield numbered.event
            if self._mailbox.is_too_slow:
                raise EngineError("reader-too-slow", code="too-slow")
            self.seconds = await self._playing
        finally:
            await self.close()

    async def close(self) -> None:
        """Give up what is not done yet; returns when nothing reads the recording any more. Idempotent."""
        await _given_up(self._playing)
        self._stream.close()


async def _played(stream: Stream, play: Play) -> float:
    try:
        seconds = await play(stream.hear)
        await stream.finish()
    finally:
        stream.close()
    return seconds


async def unless_gone(gone: Awaitable[object], work: Awaitable[_Result]) -> _Result | None:
    """The result of the work; None: its client went before, and it was given up."""
    leaving, working = asyncio.ensure_future(gone), asyncio.ensure_future(work)
    try:
        await asyncio.wait([leaving, working], return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        leaving.cancel()
        await _given_up(working)


async def _given_up(task: "asyncio.Future[_Result]") -> None:
    """End a task and wait for its end; how it ended is of no interest any more."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()
