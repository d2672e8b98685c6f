"""What goes wrong, when: drawn from a seed, and done to a scene."""

import asyncio
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.unit.server.simulation.cast import Gateway, Scene, Worker
from tests.unit.server.simulation.redis_link import Weather

KINDS = (
    "worker killed",
    "worker hung",
    "worker ended",
    "worker cut off",
    "gateway killed",
    "gateway ended",
    "gateway cut off",
    "client cut off",
    "redis stopped",
    "redis killed",
)


@dataclass(frozen=True)
class Fault:
    """One of KINDS. at: seconds after the first word. lasts: seconds, where it is over some time."""

    at: float
    kind: str
    lasts: float


@dataclass(frozen=True)
class Schedule:
    """What is drawn from a seed."""

    weather: Weather
    faults: tuple[Fault, ...]


def schedule(chance: Random) -> Schedule:
    """One to four faults; in half of the schedules the lines are bad all the time, too."""
    is_bad = chance.random() < 0.5
    weather = Weather(
        lost=chance.uniform(0, 0.03) if is_bad else 0.0,
        unheard=chance.uniform(0, 0.2) if is_bad else 0.0,
        delay=chance.choice((0.0005, 0.002, 0.01)),
    )
    faults = [
        Fault(chance.uniform(0.0, 9.0), chance.choice(KINDS), chance.uniform(0.2, 8.0))
        for _ in range(chance.randint(1, 4))
    ]
    return Schedule(weather, tuple(sorted(faults, key=lambda one: one.at)))


async def happen(faults: tuple[Fault, ...], scene: Scene, cut: "asyncio.Event") -> None:
    """All of them, each at its time. cut: set where the client is to lose its line."""
    clock = asyncio.get_running_loop().time
    began = clock()
    under_way = []
    for fault in faults:
        await asyncio.sleep(max(0.0, began + fault.at - clock()))
        under_way.append(asyncio.create_task(_happen(fault, scene, cut)))
    await asyncio.gather(*under_way)


async def _happen(fault: Fault, scene: Scene, cut: "asyncio.Event") -> None:
    chance = scene.chance
    match fault.kind:
        case "worker killed" | "worker hung" | "worker ended" | "worker cut off":
            await _worker(fault, scene, chance.choice(_living(scene.workers)))
        case "gateway killed" | "gateway ended" | "gateway cut off":
            await _gateway(fault, scene, chance.choice(_living(scene.gateways)))
        case "client cut off":
            cut.set()
        case "redis stopped":
            await _outage(fault, scene, forgets=None)
        case "redis killed":
            await _outage(fault, scene, forgets=chance.uniform(0.0, 1.0))


async def _outage(fault: Fault, scene: Scene, forgets: float | None) -> None:
    redis = scene.redis
    if not redis.is_up:
        return  # it is gone already
    if forgets is None:
        redis.is_up = False
        redis.generation += 1
    else:
        redis.crash(forgets)
    await asyncio.sleep(fault.lasts)
    redis.start()


async def _worker(fault: Fault, scene: Scene, worker: Worker) -> None:
    match fault.kind:
        case "worker killed":
            worker.kill()
        case "worker ended":
            worker.end()
        case "worker hung":
            worker.desk.is_hung = True
        case _:
            worker.link.is_cut = True
            await asyncio.sleep(fault.lasts)
            worker.link.is_cut = False
            return
    await asyncio.sleep(fault.lasts)
    scene.add_worker()
    if fault.kind == "worker hung":
        await asyncio.sleep(20.0)
        worker.kill()


async def _gateway(fault: Fault, scene: Scene, gateway: Gateway) -> None:
    match fault.kind:
        case "gateway killed":
            gateway.kill()
        case "gateway ended":
            if gateway.is_up:
                await gateway.end()
            else:
                gateway.kill()
        case _:
            gateway.link.is_cut = True
            await asyncio.sleep(fault.lasts)
            gateway.link.is_cut = False
            return
    await asyncio.sleep(fault.lasts)
    scene.add_gateway(gateway.url)


def _living(all_of_them: list[Any]) -> list[Any]:
    return [one for one in all_of_them if not one.place.is_dead] or all_of_them
