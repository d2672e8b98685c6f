"""Engines in clouds fail in every way at any time: no committed word is lost or doubled, and text comes in time.

A thousand random schedules, and a thousand utterances of which one call in twenty fails, in made-up time.
"""

import random
import re

import pytest

from desktop.engine.cloud.meter import percentile
from tests.unit.engine.cloud.simulation import FAULTS, Fault, Simulation, script

SCHEDULES = 1000
PARTS = 10
LATEST = 2.0
"""seconds until another engine's text"""


def faults(chance: random.Random, until: float) -> tuple[Fault, ...]:
    found, now = [], 0.0
    while (now := now + chance.expovariate(1 / 4)) < until:
        length = chance.choice((0.1, 0.5, 2.0, 6.0)) * chance.uniform(0.5, 1.5)
        found.append(Fault(chance.choice(FAULTS), now, now + length))
        now += length
    return tuple(found)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("part", range(PARTS))
def test_no_schedule_of_faults_loses_or_doubles_a_word(part: int) -> None:
    took: list[float] = []
    for number in range(part * SCHEDULES // PARTS, (part + 1) * SCHEDULES // PARTS):
        chance = random.Random(number)
        simulation = Simulation({"one": faults(chance, 30), "two": faults(chance, 30)}, {})
        for _ in range(2):
            simulation.hear(script(chance, chance.randint(2, 22)), pauses=chance.random() < 0.3)
        simulation.close()
        outcome = simulation.outcome
        assert [words(one) for one in outcome.heard] == [words(one) for one in outcome.spoken], number
        assert not outcome.failures, number
        took += outcome.took
    assert len(took) > 100
    assert percentile(sorted(took), 0.95) < LATEST
    assert max(took) < 2 * LATEST


def test_one_call_in_twenty_fails_and_the_utterances_do_not() -> None:
    chance = random.Random(7)

    def fails() -> str | None:
        return chance.choice(FAULTS) if chance.random() < 0.05 else None

    simulation = Simulation({}, {"one": fails, "two": fails})
    for _ in range(1000):
        simulation.hear(script(chance, chance.randint(2, 6)))
    simulation.close()
    outcome = simulation.outcome
    right = [words(heard) == words(spoken) for heard, spoken in zip(outcome.heard, outcome.spoken, strict=True)]
    assert len(right) == 1000
    assert sum(right) / len(right) >= 0.995
    assert not outcome.failures
    assert simulation.meters["one"].figures().failures
    assert percentile(sorted(outcome.took), 0.95) < LATEST
    used = simulation.meters["one"].figures()
    assert used.answered > 300, "the first choice is gone back to"
