"""Clients that come and go for a long time while workers are begun anew: whether memory grows, and what is left at the
end. On the event loop."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from redis.asyncio import Redis

from desktop.bench.load.speaker import speak
from desktop.bench.load.talks import Talk
from desktop.bench.outages.cluster import Cluster
from desktop.bench.outages.figures import MEGABYTE, Memory
from desktop.engine.errors import EngineError

CLIENTS = 20
_LOOK = 10.0
"""seconds between two looks at the memory"""
_BETWEEN = (20.0, 60.0)
"""seconds between two workers that are begun anew"""
_PAUSE = 20.0
"""seconds for which a client is away, at most"""
_GIVES_UP = 0.25
"""share of the talks in whose middle the client goes without a word"""
_EMPTY = 30.0
"""seconds in which the queues are empty after the last client"""


class Soak:
    """What was seen. memory: MB of what is never begun anew, by program."""

    def __init__(self) -> None:
        self.memory: dict[str, list[float]] = {}
        self.counts: Counter[str] = Counter()
        self.left = 0
        """jobs that stayed in the queues"""

    def as_memory(self) -> dict[str, Memory]:
        return {name: Memory(tuple(values)) for name, values in self.memory.items()}


async def soaked(folder: Path, model: str, said: Sequence[Talk], minutes: float, seed: int) -> Soak:
    """Raises EngineError where a program does not come back."""
    found = Soak()
    async with Cluster(folder, model) as cluster:
        clock = asyncio.get_running_loop().time
        until = clock() + 60 * minutes
        clients = [
            asyncio.create_task(_client(cluster, said, random.Random(seed * 1000 + number), until, found.counts))
            for number in range(CLIENTS)
        ]
        beside = [
            asyncio.create_task(_look(cluster, found)),
            asyncio.create_task(_renew(cluster, random.Random(seed), until, found.counts)),
        ]
        try:
            await asyncio.gather(*clients, beside[1])
        finally:
            for task in (*clients, *beside):
                task.cancel()
            await asyncio.gather(*clients, *beside, return_exceptions=True)
        found.left = await cluster.emptied(_EMPTY)
    return found


async def _client(
    cluster: Cluster, said: Sequence[Talk], chance: random.Random, until: float, counts: Counter[str]
) -> None:
    clock = asyncio.get_running_loop().time
    urls = [one.url for one in cluster.gateways]
    await asyncio.sleep(chance.uniform(0, _PAUSE))
    while clock() < until:
        talk = chance.choice(said)
        length = len(talk.samples) / 16_000
        patience = chance.uniform(0, length) if chance.random() < _GIVES_UP else None
        try:
            async with asyncio.timeout(patience):
                spoken = await speak(chance.sample(urls, len(urls)), talk, "en", target="es")
        except TimeoutError:
            counts["given up"] += 1
        else:
            counts["refused" if spoken.refused else "told" if spoken.is_told else "not told"] += 1
        await asyncio.sleep(chance.uniform(0, _PAUSE))


async def _renew(cluster: Cluster, chance: random.Random, until: float, counts: Counter[str]) -> None:
    """The second worker of each stage ends, or dies, and another one is begun."""
    clock = asyncio.get_running_loop().time
    while clock() < until:
        await asyncio.sleep(chance.uniform(*_BETWEEN))
        worker = chance.choice((cluster.recognising[1], cluster.translating[1]))
        try:
            await (worker.kill() if chance.random() < 0.5 else worker.end())
        except EngineError:
            counts["did not end"] += 1
        await worker.start()
        counts["workers begun anew"] += 1


async def _look(cluster: Cluster, found: Soak) -> None:
    kept = (cluster.recognising[0], cluster.translating[0], *cluster.gateways)
    while True:
        await asyncio.sleep(_LOOK)
        for program in kept:
            found.memory.setdefault(program.name, []).append(program.memory() / MEGABYTE)
        async with Redis(port=cluster.redis.port) as client:
            used = (await client.info("memory"))["used_memory"]
        found.memory.setdefault("Redis", []).append(used / MEGABYTE)
        if len(found.memory["Redis"]) % 6 == 0:
            shown = ", ".join(f"{name} {values[-1]:.0f}" for name, values in found.memory.items())
            minutes = len(found.memory["Redis"]) // 6
            print(f"{minutes} min: {shown} MB; {dict(found.counts)}", file=sys.stderr, flush=True)
