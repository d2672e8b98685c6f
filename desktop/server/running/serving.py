"""Runs the server: its addresses, its start, and its orderly end. On the event loop of the main thread."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from limits.aio.storage import Storage
from starlette.applications import Starlette
from starlette.types import ASGIApp

from desktop.engine.errors import EngineError
from desktop.engine.options import ModelOptions, SessionOptions
from desktop.server.brokers.base import Broker
from desktop.server.brokers.local import LocalBroker
from desktop.server.http.listening import bound, url_of
from desktop.server.http.server import ending_signals, http_server
from desktop.server.limits import StreamLimits
from desktop.server.operation.clouds import CloudCounts
from desktop.server.operation.tracing import Traced
from desktop.server.page.account import account_route
from desktop.server.page.guests import Guests
from desktop.server.page.routes import page_routes
from desktop.server.protocols.recite.kept import Kept, KeptHere, KeptInRedis
from desktop.server.protocols.recite.routes import Recitals, ReciteOptions
from desktop.server.running.application import application, required
from desktop.server.running.documents import document_routes
from desktop.server.running.health import health_routes
from desktop.server.running.side_ports import SidePorts, SideSockets, whisper_live_application
from desktop.server.security.options import SecurityOptions
from desktop.server.security.security import Security
from desktop.server.streams.admission import Admission
from desktop.server.streams.hub import Hub
from desktop.system.heap import trim

_UNKNOWN = 0.3
"""seconds of a decoding, until a worker says what it is"""
_TIDY = 15.0
"""seconds between two looks at what can be given back"""


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
    sessions: SessionOptions = field(default_factory=SessionOptions)
    """what streams do where their clients say nothing of it"""
    limits: StreamLimits = field(default_factory=StreamLimits)
    security: SecurityOptions = field(default_factory=SecurityOptions)
    """its address is `host`, whatever it says"""
    side_ports: SidePorts = field(default_factory=SidePorts)
    recite: ReciteOptions = field(default_factory=ReciteOptions)
    """how readers are served"""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is up."""

    url: str
    health_url: str
    recogniser: str
    most_speaking: int
    side_ports: str
    """which of those are open, in words"""
    fingerprint: str = ""
    """of its certificate; empty: plaintext"""


@dataclass(frozen=True, slots=True)
class _Sockets:
    main: socket.socket
    health: socket.socket
    besides: SideSockets


async def serve(
    options: ServeOptions,
    on_ready: Callable[[Serving], None],
    on_trouble: Callable[[EngineError], None] = lambda _: None,
) -> int:
    """Serve until a signal comes; the last words are told. Returns the exit code. Raises EngineError where it cannot
    start; on_trouble gets what is left out for one."""
    async with contextlib.AsyncExitStack() as opened:
        counters = _shared_counters(options, opened)
        security = await asyncio.to_thread(Security, replace(options.security, address=options.host), counters)
        opened.push_async_callback(security.close)
        sockets = _Sockets(
            opened.enter_context(bound(options.host, options.port)),
            opened.enter_context(bound(options.host, options.health_port)),
            SideSockets(options.side_ports, options.host, opened, on_trouble),
        )
        broker = made_broker(options)
        opened.push_async_callback(broker.close)
        await broker.start()
        admission = Admission(broker.workers, broker.seconds or _UNKNOWN)
        hub = Hub(broker, admission, options.limits, access=options.security.limits, base=options.sessions)
        await opened.enter_async_context(_shared(hub, broker))
        await _run(hub, options, security, sockets, on_ready)
    return 0


def made_broker(options: ServeOptions) -> Broker:
    """The models of this process, or those of workers."""
    if not options.redis:
        return LocalBroker(options.models)
    from desktop.server.cluster.broker import RedisBroker

    return RedisBroker(options.redis)


def _shared_counters(options: ServeOptions, opened: contextlib.AsyncExitStack) -> Storage | None:
    """Where there may be other gateways, whoever guesses at one is locked out at all."""
    if not options.redis:
        return None
    from desktop.server.cluster.counters import RedisCounters

    counters = RedisCounters(options.redis)
    opened.push_async_callback(counters.close)
    return counters


def _kept(broker: Broker) -> Kept:
    """Where readings wait for their readers."""
    if isinstance(broker, LocalBroker):
        return KeptHere()
    from desktop.server.cluster.broker import RedisBroker

    return KeptInRedis(broker.redis) if isinstance(broker, RedisBroker) else KeptHere()


@contextlib.asynccontextmanager
async def _shared(hub: Hub, broker: Broker) -> AsyncIterator[None]:
    """Where the models are elsewhere there may be other gateways: streams are kept for them."""
    if isinstance(broker, LocalBroker):
        hub.metrics.registry.register(CloudCounts(broker.models.clouds.figures))
        yield
        return  # without the client of Redis, which takes 20 MB
    from desktop.server.cluster.broker import RedisBroker
    from desktop.server.cluster.counts import GatewayCounts
    from desktop.server.cluster.rooms import RedisRooms
    from desktop.server.cluster.sessions import RedisSessions

    if not isinstance(broker, RedisBroker):
        yield
        return
    hub.metrics.registry.register(GatewayCounts(broker))
    sessions = RedisSessions(broker.redis, broker.instance, hub.let_go)
    hub.sessions = sessions
    sessions.begin()
    rooms = RedisRooms(broker.redis, broker.instance, time.monotonic, hub.rooms.let_go)
    hub.rooms.shared = rooms
    rooms.begin()
    try:
        yield
    finally:
        await rooms.close()
        await sessions.close()


async def _run(
    hub: Hub, options: ServeOptions, security: Security, sockets: _Sockets, on_ready: Callable[[Serving], None]
) -> None:
    recitals = Recitals(hub, options.recite, _kept(hub.broker))
    health = [*health_routes(hub), recitals.figure_route]
    page = page_routes(hub, Guests(hub.rooms, security.cookies, security.attempts, security.note_locked).admit)
    accounts = [account_route(security.name_of), *security.routes]
    applications: list[tuple[ASGIApp, socket.socket]] = [
        (application(hub, [*health, *document_routes(), *page, *recitals.routes, *accounts]), sockets.main),
        (Starlette(routes=health), sockets.health),
    ]
    if sockets.besides.whisper_live is not None:
        applications.append((whisper_live_application(hub), sockets.besides.whisper_live))
    tls = security.tls.context if security.tls else None
    servers = [
        http_server(Traced(security.protect(one, required, hub.rooms.is_open)), options.limits, tls)
        for one, _ in applications
    ]
    keeping = [asyncio.create_task(security.keep()), asyncio.create_task(_tidy(hub))]
    running = [
        asyncio.create_task(server.serve(sockets=[one])) for server, (_, one) in zip(servers, applications, strict=True)
    ]
    await sockets.besides.start(hub, security)
    ending = asyncio.Event()
    with ending_signals(ending):
        while not all(server.started for server in servers):
            await asyncio.wait(running, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
        on_ready(_serving(hub, security, sockets))
        await ending.wait()
        for task in keeping:
            task.cancel()
        await hub.drain(options.limits.drain)
        for server in servers:
            server.should_exit = True
        await sockets.besides.close()
        await asyncio.gather(*running)


async def _tidy(hub: Hub) -> None:
    """Give back what clients needed, who spoke or have gone: the C library keeps it else."""
    ended = hub.ended
    while True:
        await asyncio.sleep(_TIDY)
        if hub.ended != ended or hub.admission.speaking:
            ended = hub.ended
            await asyncio.to_thread(trim)


def _serving(hub: Hub, security: Security, sockets: _Sockets) -> Serving:
    recogniser = hub.broker.recogniser
    name = recogniser.name if recogniser is not None else "what workers recognise with, once there are some,"
    scheme, fingerprint = ("https", security.tls.pair.fingerprint) if security.tls else ("http", "")
    return Serving(
        url_of(sockets.main, scheme),
        url_of(sockets.health, scheme),
        name,
        hub.admission.most,
        sockets.besides.told,
        fingerprint,
    )
