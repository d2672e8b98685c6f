"""Errors that nobody expected, to a service that speaks Sentry's protocol; only if the operator names one.

What is sent is where in the program it happened: no values of variables, no text of messages or requests, no address
of a client. An error's own text is left out, too: it may quote what somebody said.
"""

from typing import Any

from desktop import __version__
from desktop.engine.errors import EngineError
from desktop.server.operation.tracing import trace

_KEPT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk")
_FRAME = ("filename", "function", "module", "lineno", "in_app")


def begin(dsn: str, environment: str = "production") -> None:
    """Send errors from now on. Raises EngineError where the DSN is none."""
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration
    from sentry_sdk.utils import BadDsn

    try:
        sentry_sdk.init(
            dsn=dsn,
            release=f"parley@{__version__}",
            environment=environment,
            before_send=lambda event, hint: scrubbed(event),
            before_breadcrumb=lambda crumb, hint: None,
            max_breadcrumbs=0,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            server_name="",
            traces_sample_rate=0.0,
            auto_session_tracking=False,
            auto_enabling_integrations=False,
            default_integrations=False,
            integrations=[LoggingIntegration(level=None, event_level=40)],
        )
    except BadDsn:
        raise EngineError("sentry-dsn-wrong", code="sentry") from None


def scrubbed(event: Any) -> Any:
    """The event with nothing but the place of the error. Pure."""
    kept: dict[str, Any] = {name: event[name] for name in _KEPT if name in event}
    kept["tags"] = {"trace_id": trace.get()} if trace.get() else {}
    values = (event.get("exception") or {}).get("values") or []
    kept["exception"] = {"values": [_exception(one) for one in values]}
    if not values:
        kept["message"] = f"an error in {event.get('logger', 'the server')}"
    return kept


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": "",
        "stacktrace": {"frames": [{name: frame[name] for name in _FRAME if name in frame} for frame in frames]},
    }
