"""Two gateways, two workers that recognise, two that translate, a Redis. On the event loop."""

import asyncio
import signal
from pathlib import Path
from types import TracebackType
from typing import Self

from redis.asyncio import Redis

from desktop.bench.load.outages import Relay
from desktop.bench.programs import Gateway, Program, RedisProgram, Worker
from desktop.engine.requests import Stage
from desktop.server.cluster.names import QUEUES


class Cluster:
    """Async context manager. folder: of its own. model: what recognises."""

    def __init__(self, folder: Path, model: str) -> None:
        self.redis = RedisProgram(folder / "redis")
        url = self.redis.url
        self.gateways = tuple(Gateway(f"gateway-{number}", url, folder) for number in (1, 2))
        self.recognising = tuple(Worker(f"stt-{number}", "stt", url, folder, model) for number in (1, 2))
        self.translating = tuple(
            Worker(f"translation-{number}", "translation", url, folder, model) for number in (1, 2)
        )
        self.relay = Relay(self.gateways[0].url)

    @property
    def programs(self) -> tuple[Program, ...]:
        """In the order in which they are begun."""
        return (self.redis, *self.recognising, *self.translating, *self.gateways)

    async def __aenter__(self) -> Self:
        await self.mend()
        await self.relay.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.relay.__aexit__(kind, error, trace)
        for program in reversed(self.programs):
            program.send(signal.SIGCONT)
            await program.kill()

    async def mend(self) -> None:
        """Everything runs, and is ready. Raises EngineError."""
        for program in self.programs:
            program.send(signal.SIGCONT)
        await self.redis.start()
        await asyncio.gather(*(one.start() for one in (*self.recognising, *self.translating)))
        await asyncio.gather(*(one.start() for one in self.gateways))

    async def left(self) -> int:
        """Jobs that are still in the queues, taken or not."""
        async with Redis(port=self.redis.port) as client:
            streams = [stream for stage in Stage for stream in (QUEUES[stage].finals, QUEUES[stage].partials)]
            return sum([int(await client.xlen(stream)) for stream in streams])

    async def emptied(self, within: float) -> int:
        """Wait until no job is left, so many seconds at most; those that are."""
        clock = asyncio.get_running_loop().time
        until = clock() + within
        while (left := await self.left()) and clock() < until:
            await asyncio.sleep(0.2)
        return left
