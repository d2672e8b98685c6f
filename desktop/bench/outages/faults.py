"""What happens to a cluster while clients speak. Each ends when everything is as before. On the event loop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from redis.asyncio import Redis

from desktop.bench.outages.cluster import Cluster
from desktop.bench.programs import Program
from desktop.engine.requests import Stage
from desktop.server.cluster.names import QUEUES

_REPLACED = 3.0
"""seconds until something begins another one, as an orchestrator does"""
_STOPPED, _CUT, _HUNG = 5.0, 10.0, 20.0
"""seconds"""
_DEATHS = 4
"""workers that a poison job has killed already: one more than it may"""


@dataclass(frozen=True, slots=True)
class Fault:
    """translates: it is about translation. is_cut: clients come through the relay. lasts: seconds of speech that it
    needs."""

    name: str
    begin: Callable[[Cluster], Awaitable[None]]
    translates: bool = False
    is_cut: bool = False
    lasts: float = 0.0


def _killed(choose: Callable[[Cluster], Program]) -> Callable[[Cluster], Awaitable[None]]:
    async def begin(cluster: Cluster) -> None:
        program = choose(cluster)
        await program.kill()
        await asyncio.sleep(_REPLACED)
        await program.start()

    return begin


def _ended(choose: Callable[[Cluster], Program]) -> Callable[[Cluster], Awaitable[None]]:
    async def begin(cluster: Cluster) -> None:
        program = choose(cluster)
        await program.end()
        await program.start()

    return begin


def _stopped(choose: Callable[[Cluster], Program], seconds: float) -> Callable[[Cluster], Awaitable[None]]:
    async def begin(cluster: Cluster) -> None:
        program = choose(cluster)
        program.send(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            program.send(signal.SIGCONT)

    return begin


async def _redis_killed(cluster: Cluster) -> None:
    await cluster.redis.kill()
    await asyncio.sleep(1.0)
    await cluster.redis.start()


async def _cut_off(cluster: Cluster) -> None:
    await cluster.relay.fail(_CUT)


async def _poisoned(cluster: Cluster) -> None:
    """A job over which workers died, and one that nobody understands."""
    queue = QUEUES[Stage.RECOGNITION]
    fields = {"v": "1", "job": "poison", "gateway": "gone", "client": "c", "stage": "recognition", "kind": "final"}
    async with Redis(port=cluster.redis.port) as client:
        await client.xadd(queue.finals, {"v": "1", "job": "unknown"})
        said = [part for field in fields.items() for part in field]
        await client.eval(_POISON, 1, queue.finals, queue.group, str(_DEATHS), *said)


_POISON = """
local entry = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 3))
for number = 1, tonumber(ARGV[2]) do
  redis.call('XCLAIM', KEYS[1], ARGV[1], 'dead', 0, entry, 'IDLE', 60000, 'RETRYCOUNT', number, 'FORCE')
end
return entry
"""
"""In one step, or a worker would take the job before it is dead."""


async def _rolled(cluster: Cluster) -> None:
    """Workers, then gateways, one by one."""
    for program in (*cluster.recognising, *cluster.translating, *cluster.gateways):
        await program.end()
        await program.start()


FAULTS: tuple[Fault, ...] = (
    Fault("nothing", lambda _: asyncio.sleep(0)),
    Fault("stt worker killed", _killed(lambda cluster: cluster.recognising[0])),
    Fault("translation worker killed", _killed(lambda cluster: cluster.translating[0]), translates=True),
    Fault("gateway killed", _killed(lambda cluster: cluster.gateways[0])),
    Fault("redis stopped", _stopped(lambda cluster: cluster.redis, _STOPPED)),
    Fault("redis killed", _redis_killed),
    Fault("client cut off", _cut_off, is_cut=True),
    Fault("poison job", _poisoned),
    Fault("stt worker hung", _stopped(lambda cluster: cluster.recognising[0], _HUNG), lasts=_HUNG),
    Fault("stt worker ended", _ended(lambda cluster: cluster.recognising[0])),
    Fault("translation worker ended", _ended(lambda cluster: cluster.translating[0]), translates=True),
    Fault("gateway ended", _ended(lambda cluster: cluster.gateways[0])),
    Fault("redis ended", _ended(lambda cluster: cluster.redis)),
    Fault("rolling restart", _rolled, translates=True, lasts=45.0),
)
"""The first is none: what a run finds without a fault"""
