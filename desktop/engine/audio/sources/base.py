"""What a source is, and what it reports to."""

from typing import Protocol

from desktop.engine.errors import EngineError
from desktop.engine.events import AudioFrame


class FrameSink(Protocol):
    """Where a source delivers. Called from the source's own thread or audio callback; must return at once
    for live sources and may block for sources that can wait (files)."""

    def frame(self, frame: AudioFrame) -> None:
        """Audio, 16 kHz mono float32, in order."""

    def ended(self) -> None:
        """No more audio will come, for example at the end of a file. Called at most once, last."""

    def interrupted(self, error: EngineError) -> None:
        """Audio stopped for a reason the user should know; the source keeps trying."""

    def resumed(self) -> None:
        """Audio flows again after `interrupted`."""


class Source(Protocol):
    """Something to listen to. Delivers to one sink between `open` and `close`."""

    id: str
    """`microphone:NAME`, `loopback:NAME`, `file:PATH` or `pushed:`"""
    label: str
    """as shown to the user"""
    is_live: bool
    """audio comes at its own pace and is lost if nobody takes it"""

    def open(self, sink: FrameSink) -> None:
        """Start delivering; returns once audio flows or raises AudioError."""

    def close(self) -> None:
        """Stop; nothing is delivered after it returns. Idempotent, safe from any thread but the callback's."""
