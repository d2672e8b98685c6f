"""The HTTP server under every application, and the signals that end it. On the event loop of the main thread."""

import asyncio
import contextlib
import logging
import os
import signal
import ssl
from collections.abc import Iterator
from typing import Any

import uvicorn

from desktop.server.limits import StreamLimits

log = logging.getLogger(__name__)

_PINGS = 20.0
"""seconds between two, and until one must be answered"""
_GRACE = 3
"""seconds for connections to end when all was told"""


class HttpServer(uvicorn.Server):
    """Signals are for whoever runs it: first the last words are told."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def http_server(app: Any, limits: StreamLimits, tls: ssl.SSLContext | None = None) -> HttpServer:
    """A server of an ASGI application, as all of Parley's are set."""
    return HttpServer(
        uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_max_size=limits.message,
            ws_per_message_deflate=False,  # 50 KB for each connection, and audio does not get smaller
            ws_ping_interval=_PINGS,
            ws_ping_timeout=_PINGS,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the security believes those that are to be believed
            ssl_context_factory=(lambda config, default: tls) if tls is not None else None,
            timeout_graceful_shutdown=_GRACE,
        )
    )


@contextlib.contextmanager
def ending_signals(ending: asyncio.Event) -> Iterator[None]:
    """The first signal asks for the end, the second one ends at once."""
    loop = asyncio.get_running_loop()

    def came(number: int) -> None:
        if ending.is_set():
            log.warning("ended at once, as a second signal came")
            os._exit(128 + number)
        ending.set()

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    added = []
    for number in numbers:
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, came, number)
            added.append(number)
    try:
        yield
    finally:
        for number in added:
            loop.remove_signal_handler(number)
