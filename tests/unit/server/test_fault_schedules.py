"""A speaker, two gateways, two workers and Redis on simulated time, and random faults: no final word is lost or said
twice."""

import asyncio
import os
from random import Random

import numpy as np
import pytest

from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.server.client import Client
from tests.unit.server.simulation.cast import Scene
from tests.unit.server.simulation.clock import simulate
from tests.unit.server.simulation.faults import Fault, Schedule, happen, schedule
from tests.unit.server.simulation.redis_link import SimulatedRedis, Weather
from tests.unit.server.simulation.words import name, said

SCHEDULES = int(os.environ.get("FAULT_SCHEDULES", "100"))
"""how many seeds; 1000 take two minutes; not PARLEY_, which tests do not see"""
EACH = 10
"""in one test"""
WELL = Weather()
LONGEST = 300.0
"""simulated seconds until the last word must have come"""


def test_without_faults_the_words_come_as_they_are_spoken() -> None:
    assert played(Random(0), Schedule(Weather(), ())) < 12


@pytest.mark.parametrize("first", range(0, SCHEDULES, EACH))
def test_no_word_is_lost_or_doubled(first: int) -> None:
    for seed in range(first, first + EACH):
        drawn(seed)


@pytest.mark.parametrize("seed", [122, 139, 147, 154, 376, 608, 789])
def test_what_once_went_wrong(seed: int) -> None:
    """Among others: a Redis that forgot its last second gave audio of two utterances mixed (608), and a client had been
    told to forget audio whose text Redis then forgot (789)."""
    drawn(seed)


def drawn(seed: int) -> None:
    chance = Random(seed)
    what = schedule(chance)
    try:
        played(chance, what)
    except BaseException as error:
        error.add_note(f"seed {seed}: {what}")
        raise


def played(chance: Random, what: Schedule) -> float:
    """Gives the simulated seconds that it took."""
    numbers, audio = talk(chance)
    texts: list[str] = []

    async def scene() -> None:
        stage = Scene(SimulatedRedis(what.weather, chance), chance)
        with stage.lines():
            stage.add_gateway("ws://first/")
            stage.add_gateway("ws://second/")
            stage.add_worker()
            stage.add_worker()
            await asyncio.sleep(3.0)
            cut = asyncio.Event()
            happening = asyncio.create_task(happen(what.faults, stage, cut))
            texts.extend(await asyncio.wait_for(spoken(stage.client(), audio, cut), LONGEST))
            if happening.done():
                happening.result()

    seconds = simulate(scene)
    assert " ".join(texts).lower().split() == [name(number) for number in numbers]
    return seconds


def talk(chance: Random) -> tuple[list[int], Samples]:
    """Three utterances of different words."""
    numbers = chance.sample(range(300), 12)
    pieces = [np.zeros(SAMPLE_RATE // 2, np.float32)]
    at = 0
    for count in (4, 3, 5):
        pieces += [said(numbers[at : at + count]), np.zeros(round(chance.uniform(0.7, 1.2) * SAMPLE_RATE), np.float32)]
        at += count
    return numbers, np.concatenate(pieces)


async def spoken(client: Client, samples: Samples, cut: asyncio.Event) -> list[str]:
    """The final text of each utterance, in order."""
    data = (samples * 32_767).astype("<i2").tobytes()

    async def send() -> None:
        for at in range(0, len(data), 3200):
            await client.send(data[at : at + 3200])
            await asyncio.sleep(0.1)
        await client.stop()

    async def lose() -> None:
        while True:
            await cut.wait()
            cut.clear()
            await client.cut()

    async with client:
        sending, losing = asyncio.create_task(send()), asyncio.create_task(lose())
        finals: dict[tuple[int, int], str] = {}
        streams = 0
        async for message in client.messages():
            if message["type"] == "hello":
                streams += not message["resumed"]  # another one, which counts from 0 again
            elif message.get("final_text"):
                finals[streams, int(message["segment_id"])] = message["final_text"]
        await sending
        losing.cancel()
    return [finals[place] for place in sorted(finals)]


def at(seed: int, *faults: Fault, weather: Weather = WELL) -> float:
    """Seconds that these faults take."""
    return played(Random(seed), Schedule(weather, faults))


def test_who_stops_while_cut_off_says_everything_before() -> None:
    """`stop` went before the audio that had to be sent again, so the end was lost."""
    at(14, Fault(5.9, "gateway killed", 3.8), Fault(6.6, "gateway killed", 5.9))


@pytest.mark.parametrize(("seed", "seconds"), [(40, 0.86), (40, 1.51), (90, 1.12), (139, 1.51)])
def test_a_gateway_that_ends_cuts_no_word(seed: int, seconds: float) -> None:
    """The running utterance was ended in the middle of a word, and audio that came after that counted as heard."""
    at(seed, Fault(seconds, "gateway ended", 2.0))


def test_a_gateway_that_ends_sends_new_clients_to_another() -> None:
    """It refused them as if there were no room anywhere."""
    at(376, Fault(0.0, "gateway ended", 1.5), Fault(0.9, "gateway cut off", 1.6))


def test_what_was_told_while_redis_was_away_is_not_said_again() -> None:
    """A final that Redis did not take was not kept for other gateways."""
    at(66, Fault(2.3, "redis stopped", 0.9), Fault(7.8, "client cut off", 1.6))


def test_jobs_that_redis_did_not_take_or_forgot_do_not_wait_for_long() -> None:
    """They were put in again after 15 s."""
    assert at(0, Fault(2.3, "redis stopped", 4.0)) < 14
    assert at(1, Fault(2.3, "redis killed", 3.0)) < 14
