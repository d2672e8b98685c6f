"""Whether speech is recognised while it is spoken or when it has been, and how that changes by itself.

Streaming decodes a growing window again and again. Buffered decodes each utterance once, whole. When streaming fails,
the same audio is decoded buffered; when it fails too often a circuit breaker keeps to buffered for a while. Every
change is told once. Pure: the clock is given.
"""

import logging
from collections.abc import Callable
from enum import StrEnum

from desktop.engine.errors import BackendFailed, DecodeHung, EngineError
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.circuit_breaker import BreakerState, CircuitBreaker

log = logging.getLogger(__name__)

_NO_MEMORY = ("out of memory", "bad_alloc", "bad allocation", "cannot allocate")
"""how libraries in C++ say it"""


class Mode(StrEnum):
    """How speech is recognised."""

    STREAMING = "streaming"
    """while it is spoken"""
    BUFFERED = "buffered"
    """each utterance whole, when it is over"""


class ModeSwitch:
    """Says for each utterance how it is recognised.

    notify: gets what the user should know. clock: seconds of a clock that never goes back.
    """

    def __init__(
        self,
        options: SessionOptions,
        notify: Callable[[ErrorEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self._options = options
        self._notify = notify
        self._breaker = CircuitBreaker(options.breaker_failures, options.breaker_recovery, clock)
        self._is_tried = True
        self.has_failed = False
        """whether streaming failed in the running utterance, which then ends with a decoding of the whole"""
        self._untold: ErrorEvent | None = None
        self.mode = Mode.STREAMING
        """how recognition goes now, for the user"""
        self._note_mode()

    def configure(self, options: SessionOptions) -> None:
        """Take new options, at once."""
        if options.mode != self._options.mode:
            self._breaker.reset()
            self._is_tried = True
        self._options = options
        self._breaker.configure(options.breaker_failures, options.breaker_recovery)
        self._note_mode()

    def reset(self) -> None:
        """Another recogniser was loaded: it has not failed yet."""
        self._breaker.reset()
        self._note_mode()

    def begin(self) -> None:
        """An utterance begins; only then streaming is tried again."""
        self.has_failed = False
        self._is_tried = self._breaker.lets_through

    @property
    def streams(self) -> bool:
        """Whether the running utterance is decoded while it is spoken."""
        if self._options.mode == "auto":
            return self._is_tried
        return self._options.mode == "streaming"

    def failed(self, error: Exception) -> None:
        """A streamed decode failed; decoding the whole utterance may not."""
        log.warning("a streamed decode failed: %s", type(error).__name__, exc_info=_traceback(error))
        is_first, self.has_failed = not self.has_failed, True
        before = self._breaker.state
        if self._options.mode == "auto":
            self._breaker.failed()
            self._is_tried = self._breaker.lets_through
        self._note_mode()
        if self._breaker.state is BreakerState.OPEN:
            if before is BreakerState.CLOSED:
                message = Message("buffered", what=_what(error), seconds=self._options.breaker_recovery)
                self._untold = ErrorEvent("buffered", message, Severity.WARNING)
        elif is_first:
            self._untold = ErrorEvent("stumbled", Message("stumbled", what=_what(error)), Severity.INFO)

    def made_good(self) -> None:
        """The whole utterance was decoded. Only then it may be said that nothing is lost."""
        untold, self._untold = self._untold, None
        if untold is not None:
            self._notify(untold)

    def succeeded(self) -> None:
        """A streamed decode was done."""
        if self._breaker.state is BreakerState.HALF_OPEN:
            self._breaker.succeeded()
            self._note_mode()
            self._notify(ErrorEvent("streaming", Message("streaming-again"), Severity.INFO))

    def _note_mode(self) -> None:
        is_live = self._options.mode == "streaming" or (
            self._options.mode == "auto" and self._breaker.state is BreakerState.CLOSED
        )
        self.mode = Mode.STREAMING if is_live else Mode.BUFFERED


def may_be_streaming(error: Exception) -> bool:
    """Whether an error may be one of streaming alone; a missing model or language is none."""
    return isinstance(error, BackendFailed) or not isinstance(error, EngineError)


def _what(error: BaseException) -> Message:
    if isinstance(error, DecodeHung):
        return Message("streaming-hung")
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, MemoryError) or any(words in str(link).casefold() for words in _NO_MEMORY):
            return Message("streaming-out-of-memory")
        link = link.__cause__
    return Message("streaming-failed")


def _traceback(error: Exception) -> Exception | None:
    return None if isinstance(error, EngineError) else error
