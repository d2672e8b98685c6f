"""Who takes part: gateways, workers and a client, each the real code on the simulated lines."""

import asyncio
import contextlib
from collections.abc import Iterator
from random import Random
from typing import Any
from unittest import mock

from desktop.engine.hearing.hearing import VoiceDetector
from desktop.engine.options import VoiceOptions
from desktop.engine.requests import Stage
from desktop.server import client as client_module
from desktop.server.client import Client
from desktop.server.cluster import broker as broker_module
from desktop.server.cluster import worker as worker_module
from desktop.server.cluster.broker import RedisBroker
from desktop.server.cluster.sessions import RedisSessions
from desktop.server.cluster.worker import JobWorker
from desktop.server.protocols.native.speaker import Speaker
from desktop.server.streams.admission import Admission
from desktop.server.streams.hub import Hub
from tests.fakes import LoudnessDetector
from tests.unit.server.simulation.clock import Place
from tests.unit.server.simulation.redis_link import Link, SimulatedRedis
from tests.unit.server.simulation.sockets import ClientEnd, Line, ServerEnd
from tests.unit.server.simulation.words import Desk


class _Broker(RedisBroker):
    def voice_detector(self, options: VoiceOptions) -> VoiceDetector:
        return LoudnessDetector()


class Gateway:
    """As `parley serve --redis`."""

    def __init__(self, scene: "Scene", url: str) -> None:
        self.place = Place()
        self.link = Link(scene.redis, self.place)
        self.url = url
        self.name = f"{url}{scene.chance.random()}"
        self.lines: list[Line] = []
        self.is_up = False
        self._scene = scene

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        with mock.patch.object(broker_module, "opened", return_value=self.link):
            broker = _Broker(self.url, self.name, clock)
        while True:
            with contextlib.suppress(Exception):  # as its orchestrator starts it again
                await broker.start()
                break
            await asyncio.sleep(1.0)
        self.hub = Hub(broker, Admission(broker.workers, 0.1), clock=clock)
        sessions: Any = RedisSessions(self.link, self.name, self.hub.let_go)  # type: ignore[arg-type]
        self.hub.sessions = sessions
        sessions.begin()
        self.is_up = True

    def connect(self) -> ClientEnd:
        if not self.is_up or self.place.is_dead:
            raise ConnectionRefusedError
        line = Line(self.place)
        self.lines.append(line)
        self.place.begin(Speaker(self.hub, ServerEnd(line), "").run())  # type: ignore[arg-type]
        return ClientEnd(line)

    def kill(self) -> None:
        self.place.kill()
        for line in self.lines:
            line.cut()

    async def end(self) -> None:
        """SIGTERM."""
        await self.hub.drain(20.0)
        self.is_up = False
        await asyncio.sleep(1.0)
        self.kill()


class Worker:
    """As `parley worker stt`."""

    def __init__(self, scene: "Scene") -> None:
        self.place = Place()
        self.link = Link(scene.redis, self.place)
        self.desk = Desk(lambda: scene.chance.uniform(*scene.decoding))

    async def run(self) -> None:
        with mock.patch.object(worker_module, "opened", return_value=self.link):
            self.worker = JobWorker("", Stage.RECOGNITION, self.desk, 2, 0.1, asyncio.get_running_loop().time)
        while True:
            try:
                return await self.worker.run()
            except Exception:
                await asyncio.sleep(1.0)

    def kill(self) -> None:
        self.place.kill()

    def end(self) -> None:
        """SIGTERM."""
        if hasattr(self, "worker"):
            self.worker.stop()


class Scene:
    """All of them. chance: decides everything that is left to it. decoding: seconds, least and most."""

    def __init__(self, redis: SimulatedRedis, chance: Random, decoding: tuple[float, float] = (0.02, 0.3)) -> None:
        self.redis = redis
        self.chance = chance
        self.decoding = decoding
        self.gateways: list[Gateway] = []
        self.workers: list[Worker] = []

    def add_gateway(self, url: str) -> Gateway:
        """A new one, at the address of one that is gone, or at another one."""
        gateway = Gateway(self, url)
        self.gateways = [one for one in self.gateways if one.url != url] + [gateway]
        gateway.place.begin(gateway.run())
        return gateway

    def add_worker(self) -> Worker:
        worker = Worker(self)
        self.workers.append(worker)
        worker.place.begin(worker.run())
        return worker

    def client(self) -> Client:
        """One that knows every gateway."""
        return Client([one.url for one in self.gateways], source="en")

    def _connect(self, url: str, **_: Any) -> ClientEnd:
        return next(one for one in self.gateways if one.url == url).connect()

    @contextlib.contextmanager
    def lines(self) -> Iterator[None]:
        """Clients find the gateways here, and names are drawn from `chance`."""
        hexes = lambda count=32: self.chance.randbytes(count).hex()  # noqa: E731
        with (
            mock.patch.object(client_module, "connect", self._connect),
            mock.patch.object(client_module.random, "uniform", self.chance.uniform),
            mock.patch("secrets.token_hex", hexes),
            mock.patch("secrets.token_urlsafe", hexes),
        ):
            yield
