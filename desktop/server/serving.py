"""Runs the server: its addresses, its start, and its orderly end. On the event loop of the main thread."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.engine.errors import EngineError
from desktop.engine.options import ModelOptions
from desktop.server.admission import Admission
from desktop.server.application import application
from desktop.server.documents import document_routes
from desktop.server.hub import Hub
from desktop.server.limits import StreamLimits
from desktop.server.listening import bound, url_of
from desktop.server.local_broker import LocalBroker
from desktop.server.operation.health import health_routes
from desktop.server.probe import decoding_seconds
from desktop.server.side_ports import SidePorts, SideSockets, whisper_live_application

log = logging.getLogger(__name__)

_PINGS = 20.0
"""seconds between two, and until one must be answered"""
_GRACE = 3
"""seconds for connections to end when all was told"""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What `parley serve` is asked for."""

    models: ModelOptions
    host: str = "127.0.0.1"
    port: int = 5026
    """0 takes a free one"""
    health_port: int = 8080
    limits: StreamLimits = field(default_factory=StreamLimits)
    side_ports: SidePorts = field(default_factory=SidePorts)


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is up."""

    url: str
    health_url: str
    recogniser: str
    most_speaking: int
    side_ports: str
    """which of those are open, in words"""


async def serve(
    options: ServeOptions,
    on_ready: Callable[[Serving], None],
    on_trouble: Callable[[EngineError], None] = lambda _: None,
) -> int:
    """Serve until a signal comes; the last words are told. Returns the exit code. Raises EngineError where it cannot
    start; on_trouble gets what is left out for one."""
    with contextlib.ExitStack() as opened:
        main = opened.enter_context(bound(options.host, options.port))
        side = opened.enter_context(bound(options.host, options.health_port))
        besides = SideSockets(options.side_ports, options.host, opened, on_trouble)
        broker = LocalBroker(options.models)
        try:
            await broker.start()
            admission = Admission(broker.workers, await decoding_seconds(broker, await asyncio.to_thread(_speech)))
            hub = Hub(broker, admission, options.limits)
            await _run(hub, options, (main, side), besides, on_ready)
        finally:
            await broker.close()
    return 0


async def _run(
    hub: Hub,
    options: ServeOptions,
    sockets: tuple[socket.socket, socket.socket],
    besides: SideSockets,
    on_ready: Callable[[Serving], None],
) -> None:
    from starlette.applications import Starlette

    health = health_routes(hub)
    applications = [
        (application(hub, [*health, *document_routes()]), sockets[0]),
        (Starlette(routes=health), sockets[1]),
    ]
    if besides.whisper_live is not None:
        applications.append((whisper_live_application(hub), besides.whisper_live))
    servers = [_server(one, options.limits) for one, _ in applications]
    running = [
        asyncio.create_task(server.serve(sockets=[one])) for server, (_, one) in zip(servers, applications, strict=True)
    ]
    await besides.start(hub)
    ending = asyncio.Event()
    with _signals(ending, servers):
        while not all(server.started for server in servers):
            await asyncio.wait(running, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
        recogniser = hub.broker.recogniser
        name = recogniser.name if recogniser is not None else ""
        on_ready(Serving(url_of(sockets[0]), url_of(sockets[1]), name, hub.admission.most, besides.told))
        await ending.wait()
        await hub.drain(options.limits.drain)
        for server in servers:
            server.should_exit = True
        await besides.close()
        await asyncio.gather(*running)


def _server(app: Any, limits: StreamLimits) -> Any:
    import uvicorn

    class Server(uvicorn.Server):
        """Signals are for `serve`: first the last words are told."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server(
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
            timeout_graceful_shutdown=_GRACE,
        )
    )


@contextlib.contextmanager
def _signals(ending: asyncio.Event, servers: Sequence[Any]) -> Iterator[None]:
    """The first signal asks for the end, the second one ends at once."""
    loop = asyncio.get_running_loop()

    def came() -> None:
        if ending.is_set():
            log.warning("ended at once, as a second signal came")
            os._exit(130)
        ending.set()

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    added = []
    for number in numbers:
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, came)
            added.append(number)
    try:
        yield
    finally:
        for number in added:
            loop.remove_signal_handler(number)


def _speech() -> Any:
    """A few seconds of people who speak."""
    from faster_whisper.audio import decode_audio

    from desktop.system.paths import RESOURCES

    return decode_audio(str(RESOURCES / "samples" / "meeting-en.flac"), sampling_rate=16_000)
