"""A whole file that a client sent, heard as `parley transcribe` hears it: from its beginning to its end, in any format.
The event loop's thread; the file is decoded on others."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Lock

import numpy as np

from desktop.engine.audio.sources.media import Media
from desktop.engine.errors import AudioError, EngineError, FileUnreadable
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.message import Message

_AT_ONCE = SAMPLE_RATE
"""samples that are decoded before they are heard"""


async def hear_file(path: Path, name: str, hear: Callable[[Samples], Awaitable[None]]) -> float:
    """Hand the file's sound on, 16 kHz mono; returns its seconds. name: what the client calls it, for errors.

    Raises AudioError where it is no media file or holds no sound; what is damaged or cut off ends where it ends.
    """
    try:
        file = await asyncio.to_thread(_File, path)
        try:
            heard = 0
            while (samples := await asyncio.to_thread(file.next)) is not None:
                heard += len(samples)
                await hear(samples)
        finally:
            await asyncio.to_thread(file.close)
        if not heard:
            raise FileUnreadable("file-without-audio", path=path)
    except FileUnreadable as error:
        raise _named(error, name) from error
    return heard / SAMPLE_RATE


class _File:
    """A file that is decoded on threads, on one at a time: who waits for a piece may be cancelled, the thread is not,
    and FFmpeg must not be closed under it."""

    def __init__(self, path: Path) -> None:
        self._media = Media(path)
        self._pieces = self._media.pieces()
        self._busy = Lock()

    def next(self) -> Samples | None:
        """About a second; None: that was all."""
        found: list[Samples] = []
        count = 0
        with self._busy:
            for samples in self._pieces:
                found.append(samples)
                count += len(samples)
                if count >= _AT_ONCE:
                    break
        return np.concatenate(found) if found else None

    def close(self) -> None:
        """When no thread decodes any more."""
        with self._busy:
            self._media.close()


def _named(error: EngineError, name: str) -> AudioError:
    """The same error, about the file as the client knows it."""
    values = {key: name if key in ("path", "name") else value for key, value in error.message.parameters.items()}
    return FileUnreadable(Message(error.message.key, **values))
