"""When one backend takes over from another: in which order they are tried, and how that is told. Pure.

Nothing may be replaced in silence (the idea is livekit's fallback adapters).
"""

from collections.abc import Callable, Sequence

from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message

Notify = Callable[[ErrorEvent], None]
"""Takes what the user should know; any thread."""


def order(wanted: str, available: Sequence[str]) -> tuple[str, ...]:
    """The backends to try, first to last: all for "auto", else the wanted one alone."""
    return tuple(available) if wanted == "auto" else (wanted,)


def takeover(failure: EngineError, successor: str, *, on_processor: bool = False) -> ErrorEvent:
    """What the user is told: what failed, and what is used instead. on_processor: that it runs there is news."""
    key = "takeover-on-processor" if on_processor else "takeover"
    return ErrorEvent("fallback", Message(key, failure=failure.message, successor=successor), Severity.WARNING)


def as_engine_error(error: Exception, what: str, **parameters: str) -> EngineError:
    """The error itself if it is one that a user reads, else one that says what failed: the message of key `what`."""
    if isinstance(error, EngineError):
        return error
    return BackendFailed(Message(what, error=type(error).__name__, **parameters))
