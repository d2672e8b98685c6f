"""What is kept of a stream elsewhere, so that another gateway can go on with it when this one dies.

Kept is only what is final: a client keeps the audio behind it until then (`ack`), and sends it again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from desktop.engine.options import SessionOptions

_OPTIONS = ("language", "target", "speaks", "vocabulary")


@dataclass(frozen=True, slots=True)
class Kept:
    """A stream up to its last final word."""

    owner: str
    """who may come back to it"""
    language: str
    target: str
    speaks: bool
    vocabulary: str
    offset: int
    """bytes of its client's audio that need not be sent again"""
    seconds: float
    """of the stream up to there"""
    segment: int
    """number of the next utterance"""
    seq: int
    """number of the last event that was told"""

    @property
    def options(self) -> SessionOptions:
        """As its client set them."""
        return SessionOptions(**{name: getattr(self, name) for name in _OPTIONS})

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def kept_of(owner: str, options: SessionOptions, offset: int, seconds: float, segment: int, seq: int) -> Kept:
    """A stream as it is now."""
    about: dict[str, Any] = {name: getattr(options, name) for name in _OPTIONS}
    return Kept(owner=owner, offset=offset, seconds=seconds, segment=segment, seq=seq, **about)


def read(text: str | bytes) -> Kept:
    """Raises ValueError for what is no kept stream of this version."""
    try:
        return Kept(**json.loads(text))
    except TypeError as error:
        raise ValueError(str(error)) from None


class SessionStore(Protocol):
    """Where streams are kept. On the event loop; what the store cannot do now raises OSError."""

    async def keep(self, stream_id: str, kept: Kept, message: str) -> None:
        """Keep the stream as it is now, and a message that its client may have missed."""

    async def has(self, stream_id: str, seq: int) -> bool:
        """Whether the stream is kept up to this event, or a later one."""

    async def take_over(self, stream_id: str) -> Kept | None:
        """The stream, for this gateway; another one that still has it lets it go. None: nobody knows it."""

    async def told(self, stream_id: str, after: int) -> Sequence[str]:
        """The kept messages behind this number, in order."""

    async def touch(self, stream_id: str) -> None:
        """The stream goes on: keep it longer."""

    async def forget(self, stream_id: str) -> None:
        """The stream has ended."""
