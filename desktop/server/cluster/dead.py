"""Jobs that were given up: what is known of them, and another try. On the event loop."""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from desktop.engine.requests import Stage
from desktop.server.cluster.jobs import Job, JobWrong, read
from desktop.server.cluster.names import QUEUES


@dataclass(frozen=True, slots=True)
class Dead:
    """One of them."""

    entry: str
    """its id among the dead"""
    stage: Stage
    job: Job | None
    """None: it is not understood"""


async def dead(redis: "Redis") -> tuple[Dead, ...]:
    """All of them, the oldest first."""
    found: list[Dead] = []
    for stage, queue in QUEUES.items():
        entries: Any = await redis.xrange(queue.dead)
        for entry, fields in entries:
            try:
                job: Job | None = read(fields)
            except JobWrong:
                job = None
            found.append(Dead(entry.decode(), stage, job))
    return tuple(sorted(found, key=lambda one: one.entry))


async def retry(redis: "Redis", entries: tuple[str, ...]) -> int:
    """Put them into their queues again, all if none is named; gives how many there were. A gateway that waits no more
    says so to the worker, and nothing is done."""
    count = 0
    for one in await dead(redis):
        if one.job is None or (entries and one.entry not in entries):
            continue
        queue = QUEUES[one.stage]
        async with redis.pipeline(transaction=True) as pipe:
            pipe.xadd(queue.of(one.job.kind), one.job.fields())  # type: ignore[arg-type]
            pipe.xdel(queue.dead, one.entry)
            await pipe.execute()
        count += 1
    return count
