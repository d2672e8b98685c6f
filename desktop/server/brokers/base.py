"""Who runs the models for the server's streams: this process, or workers elsewhere.

A stream asks for one thing of each stage at a time (`Session`); the broker decides when its turn has come. Whatever
the broker: finals come first, then who waited longest, and of the partials of a stream only the newest is begun.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from desktop.engine.hearing.hearing import VoiceDetector
from desktop.engine.options import VoiceOptions
from desktop.engine.recognition.backends.base import RecognizerCapabilities
from desktop.engine.requests import Request


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """Work whose turn has come."""

    work: Any
    """as `Session.begin` gives it"""
    waited: float | None
    """seconds since its newest audio came; None: no audio belongs to it"""


Begin = Callable[[], Begun | None]
"""Called on the event loop when the turn has come, once at most; None: there is nothing to do any more."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """What recognises now."""

    name: str
    """as shown to users"""
    capabilities: RecognizerCapabilities
    load: int
    """grows each time that another model is loaded"""


class Broker(Protocol):
    """Used on the event loop alone."""

    @property
    def recogniser(self) -> Recogniser | None:
        """None: none was loaded so far."""

    @property
    def workers(self) -> int:
        """Decodings that run at a time."""

    @property
    def seconds(self) -> float:
        """That one decoding of about 5 s of speech takes, as measured at the start; 0: nobody knows yet."""

    @property
    def lag(self) -> int:
        """Requests that wait for their turn, of all gateways."""

    @property
    def elsewhere(self) -> int:
        """Speakers of other gateways that use the same models."""

    def speaking(self, count: int) -> None:
        """So many speak here."""

    async def start(self) -> None:
        """Load what every stream needs, and measure it. Raises EngineError."""

    def voice_detector(self, options: VoiceOptions) -> VoiceDetector:
        """One for each stream."""

    async def ask(self, owner: str, request: Request, begin: Begin) -> Any:
        """The answer to the request: what the model says; for Speak all of its SpeechChunks.

        None: `begin` gave nothing, or a newer request of the same owner and stage took its place. Raises what the model
        raises."""

    def drop(self, owner: str) -> None:
        """The owner is gone: what waits of it is not begun any more."""

    async def close(self) -> None:
        """Drop what waits and give the memory back."""
