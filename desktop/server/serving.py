"""Runs the server: its addresses, its start, and its orderly end. On the event loop of the main thread."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette

from desktop.engine.errors import EngineError
from desktop.engine.options import ModelOptions
from desktop.server.admission import Admission
from desktop.server.application import application
from desktop.server.broker import Broker
from desktop.server.documents import document_routes
from desktop.server.hub import Hub
from desktop.server.limits import StreamLimits
from desktop.server.local_broker import LocalBroker
from desktop.server.operation.health import health_routes

log = logging.getLogger(__name__)

_WAITING = 128
"""connections that wait to be accepted"""
_PINGS = 20.0
"""seconds between two, and until one must be answered"""
_UNKNOWN = 0.3
"""seconds of a decoding, until a worker says what it is"""
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
    redis: str = ""
    """address of a Redis between this gateway and workers elsewhere; empty: the models are here"""
    limits: StreamLimits = field(default_factory=StreamLimits)


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is up."""

    url: str
    health_url: str
    recogniser: str
    most_speaking: int


async def serve(options: ServeOptions, on_ready: Callable[["Serving"], None]) -> int:
    """Serve until a signal comes; the last words are told. Returns the exit code. Raises EngineError where it cannot
    start."""
    with contextlib.ExitStack() as opened:
        main = opened.enter_context(bound(options.host, options.port))
        side = opened.enter_context(bound(options.host, options.health_port))
        broker = made_broker(options)
        try:
            await broker.start()
            admission = Admission(broker.workers, broker.seconds or _UNKNOWN)
            hub = Hub(broker, admission, options.limits)
            async with _shared(hub, broker):
                await _run(hub, options, main, side, on_ready)
        finally:
            await broker.close()
    return 0


@contextlib.asynccontextmanager
async def _shared(hub: Hub, broker: Broker) -> AsyncIterator[None]:
    """Where the models are elsewhere there may be other gateways: streams are kept for them."""
    from desktop.server.cluster.broker import RedisBroker
    from desktop.server.cluster.sessions import RedisSessions

    if not isinstance(broker, RedisBroker):
        yield
        return
    sessions = RedisSessions(broker.redis, broker.instance, hub.let_go)
    hub.sessions = sessions
    sessions.begin()
    try:
        yield
    finally:
        await sessions.close()


def made_broker(options: ServeOptions) -> Broker:
    """The models of this process, or those of workers."""
    if not options.redis:
        return LocalBroker(options.models)
    from desktop.server.cluster.broker import RedisBroker

    return RedisBroker(options.redis)


async def _run(
    hub: Hub, options: ServeOptions, main: socket.socket, side: socket.socket, on_ready: Callable[[Serving], None]
) -> None:
    health = health_routes(hub)
    servers = [
        http_server(application(hub, [*health, *document_routes()]), options.limits),
        http_server(Starlette(routes=health), options.limits),
    ]
    running = [
        asyncio.create_task(server.serve(sockets=[one])) for server, one in zip(servers, (main, side), strict=True)
    ]
    ending = asyncio.Event()
    with ending_signals(ending):
        while not all(server.started for server in servers):
            await asyncio.wait(running, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
        recogniser = hub.broker.recogniser
        name = recogniser.name if recogniser is not None else "what workers recognise with, once there are some,"
        on_ready(Serving(url_of(main), url_of(side), name, hub.admission.most))
        await ending.wait()
        await hub.drain(options.limits.drain)
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*running)


class HttpServer(uvicorn.Server):
    """Signals are for whoever runs it: first the last words are told."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def http_server(app: Any, limits: StreamLimits) -> HttpServer:
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


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket at this address. Raises EngineError, which says what to do."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise EngineError("server-address-unknown", code="address", address=host) from None
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_WAITING)
    except PermissionError:
        listening.close()
        raise EngineError("server-port-forbidden", code="address", port=port) from None
    except OSError:
        listening.close()
        raise EngineError("server-port-taken", code="address", address=host, port=port) from None
    with listening:
        yield listening


def url_of(listening: socket.socket, scheme: str = "http") -> str:
    """How a browser on this machine reaches it."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}/"
