"""From measured costs to machines: how many so many users need. Pure."""

import math
from dataclasses import dataclass, replace

from desktop.bench.figures.errors import percentile
from desktop.bench.scaling.load import Outcome, Scene, Service
from desktop.bench.scaling.simulation import Simulation

FINALS, GAPS = 2.0, 2.0
"""seconds that are promised, p95: from the end of speech to the final text, between two states of the words"""
_SAMPLE = 250
"""speakers that are simulated; more are as many such groups, which wastes a little: a larger group waits less"""


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured (docs/scaling.md says where and how)."""

    service: Service
    gateway_share: float
    """of a core, for each speaker"""
    gateway_idle: float
    """the same for each connection"""
    commands_per_job: float
    commands_per_slot: float
    """each second, for each slot, also when nothing is to be done"""
    seconds_per_command: float
    """of Redis' one core"""
    audio_per_speaker: float
    """bytes that Redis keeps"""


@dataclass(frozen=True, slots=True)
class Prices:
    """Of an hour."""

    core: float = 0.04
    gigabyte: float = 0.005


@dataclass(frozen=True, slots=True)
class Size:
    """What so many users need. slots: decodings at a time, each on a core."""

    users: int
    speakers: int
    slots: int
    gateways: int
    shards: int
    """Redis, each at most to 60 % of its core"""
    commands: float
    """each second, of all"""
    gigabytes: float
    """of Redis"""
    final_p50: float
    final_p95: float
    gap_p95: float
    cost: float
    """each hour"""


def slots_for(speakers: int, service: Service, seed: int = 1) -> tuple[int, Outcome]:
    """The fewest slots that keep the promises, and how it goes with them."""

    def tried(slots: int) -> Outcome:
        return Simulation(Scene(((0.0, speakers),), slots, service, seconds=50.0, seed=seed)).run()

    few, enough = 0, 1
    while not kept(outcome := tried(enough)):
        few, enough = enough, 2 * enough
    while enough - few > max(1, enough // 50):
        middle = (few + enough) // 2
        found = tried(middle)
        if kept(found):
            enough, outcome = middle, found
        else:
            few = middle
    return enough, outcome


def kept(outcome: Outcome) -> bool:
    """Whether the promises are."""
    return (
        bool(outcome.finals)
        and bool(outcome.gaps)
        and percentile(outcome.finals, 95) <= FINALS
        and percentile(outcome.gaps, 95) <= GAPS
    )


def size_of(users: int, costs: Costs, prices: Prices, speaking: float = 0.1) -> Size:
    """speaking: share of the users who speak at the busiest time. Gateways are three at least, at most 70 % busy with a
    core each, and bear 1000 connections; of workers a tenth is spare, so that some may die or be exchanged."""
    speakers = max(1, round(users * speaking))
    group = min(speakers, _SAMPLE)
    slots, outcome = slots_for(group, costs.service)
    slots = math.ceil(1.1 * slots * speakers / group)
    measured = 50.0
    jobs = outcome.jobs / measured * speakers / group
    gateways = max(3, math.ceil(users / 1000), math.ceil(_gateway_cores(users, speakers, costs) / 0.7))
    commands = jobs * costs.commands_per_job + slots * costs.commands_per_slot
    gigabytes = speakers * costs.audio_per_speaker / 1e9
    shards = max(1, math.ceil(commands * costs.seconds_per_command / 0.6))
    cores = slots + gateways + shards
    return Size(
        users,
        speakers,
        slots,
        gateways,
        shards,
        commands,
        gigabytes,
        percentile(outcome.finals, 50),
        percentile(outcome.finals, 95),
        percentile(outcome.gaps, 95),
        cores * prices.core + (0.5 * cores + 2 * gigabytes) * prices.gigabyte,
    )


def _gateway_cores(users: int, speakers: int, costs: Costs) -> float:
    return speakers * costs.gateway_share + (users - speakers) * costs.gateway_idle


def conversations(service: Service, most: int = 40, bound: float = 2.0) -> tuple[int, list[tuple[int, float, float]]]:
    """How many two-way conversations one graphics card bears, until the spoken translation comes later than `bound`
    seconds behind the end of speech, p95; and of each number (conversations, p50, p95).

    In a conversation somebody speaks nearly all the time; the card does one thing at a time."""
    found: list[tuple[int, float, float]] = []
    number = 0
    for one in range(1, most + 1):
        outcome = Simulation(Scene(((0.0, one),), 1, replace(service), seconds=120.0)).run()
        p95 = percentile(outcome.finals, 95)
        found.append((one, percentile(outcome.finals, 50), p95))
        if p95 > bound:
            break
        number = one
    return number, found
