"""When one backend takes over from another: in which order they are tried, and how that is told. Pure.

Nothing may be replaced in silence (the idea is livekit's fallback adapters).
"""

from collections.abc import Callable, Sequence

from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import ErrorEvent, Severity

Notify = Callable[[ErrorEvent], None]
"""Takes what the user should know; any thread."""


def order(wanted: str, available: Sequence[str]) -> tuple[str, ...]:
    """The backends to try, first to last: all for "auto", else the wanted one alone."""
    return tuple(available) if wanted == "auto" else (wanted,)


def takeover(failure: EngineError, successor: str) -> ErrorEvent:
    """What the user is told: what failed, and what is used instead."""
    return ErrorEvent("fallback", f"{failure.message} Meanwhile {successor} is used.", Severity.WARNING)


def as_engine_error(error: Exception, what: str) -> EngineError:
    """The error itself if it is a sentence for the user, else one that says what failed."""
    if isinstance(error, EngineError):
        return error
    return BackendFailed(f"{what} ({type(error).__name__}); choose another model, or look into the log.")
