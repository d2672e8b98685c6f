"""Runs one worker: its models, its health, its orderly end. On the event loop of the main thread."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from desktop.engine.errors import EngineError
from desktop.engine.options import ModelOptions
from desktop.engine.pool.models import Models
from desktop.engine.requests import Stage
from desktop.server.brokers.local import LocalBroker
from desktop.server.cluster.counts import WorkerCounts
from desktop.server.cluster.worker import JobWorker
from desktop.server.http.listening import bound, url_of
from desktop.server.http.server import HttpServer, ending_signals, http_server
from desktop.server.limits import StreamLimits
from desktop.server.operation.clouds import CloudCounts
from desktop.server.operation.probes import probe_routes, scraped, status_of
from desktop.server.operation.tracing import Traced
from desktop.server.security.address import check_address
from desktop.server.security.options import SecurityOptions
from desktop.server.security.tls import Tls
from desktop.server.security.web.headers import SecurityHeaders

log = logging.getLogger(__name__)

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """What `parley worker` is asked for."""

    stage: Stage
    models: ModelOptions
    redis: str
    concurrency: int
    """jobs at a time; 0 is what suits the machine"""
    health_port: int = 8081
    listening: SecurityOptions = field(default_factory=SecurityOptions)
    """of health and metrics: the address, and TLS, without which only this machine's own will do; the rest of it has no
    effect, as a worker knows no tokens"""


@dataclass(frozen=True, slots=True)
class Working:
    """A worker that is up."""

    id: str
    concurrency: int
    health_url: str


async def work(options: WorkOptions, on_ready: Callable[[Working], None]) -> int:
    """Work until a signal comes; the jobs at hand are done. Returns the exit code. Raises EngineError where it cannot
    start."""
    check_address(options.listening, anyone_may_enter=True)
    with (
        TemporaryDirectory(prefix="parley-") as folder,
        bound(options.listening.address, options.health_port) as listening,
    ):
        scheme = "https" if options.listening.has_tls else "http"
        tls = await asyncio.to_thread(_tls, options.listening, Path(folder))
        broker = LocalBroker(options.models)
        try:
            if options.stage is Stage.RECOGNITION:
                await broker.start()
            concurrency = options.concurrency or (broker.workers if options.stage is Stage.RECOGNITION else 1)
            worker = JobWorker(options.redis, options.stage, broker, concurrency, broker.seconds)
            health = SecurityHeaders(_health(worker, options.stage, broker.models))
            server = http_server(Traced(health), StreamLimits(), tls.context if tls else None)
            ending = asyncio.Event()
            with ending_signals(ending):
                working = asyncio.create_task(worker.run())
                serving = asyncio.create_task(server.serve(sockets=[listening]))
                asked = asyncio.create_task(ending.wait())
                ready = asyncio.create_task(_told(worker, server, url_of(listening, scheme), on_ready, concurrency))
                tending = asyncio.create_task(_tend(tls))
                await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
                worker.stop()
                try:
                    await working
                finally:
                    ready.cancel()
                    tending.cancel()
                    asked.cancel()
                    server.should_exit = True
                    await serving
        finally:
            await broker.close()
    return 0


async def _told(
    worker: JobWorker,
    server: HttpServer,
    url: str,
    on_ready: Callable[[Working], None],
    concurrency: int,
) -> None:
    while not (server.started and worker.is_ready):
        await asyncio.sleep(0.01)
    on_ready(Working(worker.id, concurrency, url))


def _tls(options: SecurityOptions, folder: Path) -> Tls | None:
    """folder: for a certificate that this worker makes. Several workers may share a data folder, and nobody knows a
    worker by its certificate, so each has its own."""
    return Tls(replace(options, folder=folder)) if options.has_tls else None


async def _tend(tls: Tls | None) -> None:
    """Each day a certificate that is near its end, or was replaced, is read anew."""
    while tls is not None:
        await asyncio.sleep(_DAY)
        try:
            await tls.renew(datetime.now(UTC))
        except EngineError as error:
            log.error("the certificate could not be renewed: %s", error)


def _health(worker: JobWorker, stage: Stage, models: Models) -> Starlette:
    """`/health` and `/metrics` of a worker."""
    began = time.time()
    registry = CollectorRegistry()
    registry.register(WorkerCounts(worker, stage))
    registry.register(CloudCounts(models.clouds.figures))

    def state() -> dict[str, object]:
        is_ready = worker.is_ready and not worker.is_stopping
        return {
            "status": status_of(is_ready=is_ready, is_ending=worker.is_stopping),
            "ready": is_ready,
            "stage": stage.value,
            "worker": worker.id,
            "uptime": round(time.time() - began, 1),
            "jobs_active": worker.busy,
            "jobs_done": worker.done,
        }

    async def metrics(_: Request) -> Response:
        return scraped(generate_latest(registry))

    return Starlette(routes=probe_routes(state, metrics))
