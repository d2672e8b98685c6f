"""Which workers there are: each tells of itself again and again, and is forgotten when it does not."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from desktop.engine.requests import Stage
from desktop.server.cluster import names

_UNTOLD = 1
"""version of workers that do not tell it"""
EVERY = 1.0
"""seconds between two signs of life"""
FORGOTTEN = 5.0
"""seconds without one after which a worker is gone"""


@dataclass(frozen=True, slots=True)
class Present:
    """A worker, as it tells of itself."""

    id: str
    concurrency: int
    hello: bytes
    """what it recognises with (`wire.hello`); empty for other stages"""
    is_draining: bool = False
    version: int = names.VERSION
    """of the newest jobs that it understands"""


async def tell(redis: "Redis", stage: Stage, worker: Present) -> None:
    """A sign of life. Clocks of machines may differ, so Redis' own counts."""
    about = {
        "at": await _now(redis),
        "concurrency": worker.concurrency,
        "hello": worker.hello.hex(),
        "draining": worker.is_draining,
        "v": worker.version,
    }
    await redis.hset(names.workers(stage), worker.id, json.dumps(about))


async def leave(redis: "Redis", stage: Stage, worker: str) -> None:
    """The worker has ended."""
    await redis.hdel(names.workers(stage), worker)


async def present(redis: "Redis", stage: Stage) -> tuple[Present, ...]:
    """Those that are there; what is left of others is removed."""
    now = await _now(redis)
    found, gone = [], []
    kept: Any = await redis.hgetall(names.workers(stage))
    for name, value in kept.items():
        try:
            about = json.loads(value)
            worker = Present(
                name.decode(),
                int(about["concurrency"]),
                bytes.fromhex(about["hello"]),
                bool(about["draining"]),
                int(about.get("v", _UNTOLD)),
            )
            age = now - float(about["at"])
        except (ValueError, KeyError, TypeError):
            gone.append(name)
            continue
        if age > FORGOTTEN:
            gone.append(name)
        else:
            found.append(worker)
    if gone:
        await redis.hdel(names.workers(stage), *gone)
    return tuple(sorted(found, key=lambda one: one.id))


def concurrency(workers: Iterable[Present]) -> int:
    """Pieces of work that are done at a time, of those that take any."""
    return sum(one.concurrency for one in workers if not one.is_draining)


async def understood(redis: "Redis") -> int:
    """The version of jobs for all workers that are there: during an upgrade some may be one version back."""
    versions = [worker.version for stage in Stage for worker in await present(redis, stage)]
    return max(names.VERSION - 1, min([names.VERSION, *versions]))


async def _now(redis: "Redis") -> float:
    seconds, micros = await redis.time()
    return float(seconds) + float(micros) / 1e6


async def tell_speaking(redis: "Redis", gateway: str, count: int) -> None:
    """A gateway's sign of life, and how many speak there."""
    await redis.hset(names.GATEWAYS, gateway, json.dumps({"at": await _now(redis), "speaking": count}))


async def speaking_elsewhere(redis: "Redis", gateway: str) -> int:
    """How many speak at the other gateways that are there."""
    now, total = await _now(redis), 0
    kept: Any = await redis.hgetall(names.GATEWAYS)
    for name, value in kept.items():
        about = json.loads(value)
        if now - float(about["at"]) > FORGOTTEN:
            await redis.hdel(names.GATEWAYS, name)
        elif name.decode() != gateway:
            total += int(about["speaking"])
    return total


async def leave_gateways(redis: "Redis", gateway: str) -> None:
    """The gateway has ended."""
    await redis.hdel(names.GATEWAYS, gateway)
