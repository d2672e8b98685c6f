"""The simulation behaves as queues do, and as the server does."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.bench.figures.errors import percentile
from desktop.bench.scaling.command import COSTS, report
from desktop.bench.scaling.load import Scene, Service, Speech
from desktop.bench.scaling.scalers import HorizontalScaler
from desktop.bench.scaling.simulation import Simulation
from desktop.bench.scaling.sizes import FINALS, GAPS, Prices, conversations, kept, size_of, slots_for

STEADY = Service(0.2, 0.3, spread=0.0)
SCENE = Scene(((0.0, 20),), 5, STEADY, seconds=60.0)


def p95(values: tuple[float, ...]) -> float:
    return percentile(values, 95)


def test_the_same_seed_gives_the_same_day() -> None:
    assert Simulation(SCENE).run() == Simulation(SCENE).run()
    assert Simulation(SCENE).run() != Simulation(replace(SCENE, seed=2)).run()


def test_alone_a_final_takes_what_it_costs() -> None:
    quiet = Speech(step=1e9)  # nobody looks at running utterances
    outcome = Simulation(Scene(((0.0, 1),), 1, STEADY, quiet, seconds=200.0)).run()
    assert {round(one, 6) for one in outcome.finals} == {round(quiet.silence + 0.3 + 0.02, 6)}
    assert outcome.gaps == ()


def test_what_is_behind_a_final_is_done_one_after_the_other() -> None:
    quiet = Speech(step=1e9)
    service = replace(STEADY, after=(0.1, 0.2))
    outcome = Simulation(Scene(((0.0, 1),), 1, service, quiet, seconds=100.0)).run()
    assert outcome.finals[0] == pytest.approx(quiet.silence + 0.3 + 0.1 + 0.2 + 3 * 0.02)


def test_work_is_conserved() -> None:
    quiet = Speech(step=1e9, utterance=2.0, pause=1.0)
    outcome = Simulation(Scene(((0.0, 30),), 10, STEADY, quiet, seconds=400.0)).run()
    expected = 30 * 0.3 / (quiet.utterance + quiet.pause) / 10  # speakers, seconds of work for each utterance
    assert outcome.busy == pytest.approx(expected, rel=0.1)
    assert outcome.busy == pytest.approx(0.3 * outcome.jobs / outcome.slot_seconds, rel=0.02)


def test_finals_come_first_so_that_words_appear_less_often_instead() -> None:
    enough, few = (Simulation(replace(SCENE, slots=slots)).run() for slots in (8, 2))
    assert p95(few.finals) < p95(enough.finals) + 0.5
    assert p95(few.gaps) > 2 * p95(enough.gaps)


def test_beyond_that_it_collapses() -> None:
    assert p95(Simulation(replace(SCENE, speakers=((0.0, 60),), slots=2)).run().finals) > 5.0


def test_who_leaves_speaks_no_more() -> None:
    outcome = Simulation(replace(SCENE, speakers=((0.0, 20), (20.0, 0)))).run()
    assert max(at for at, _ in outcome.late) < 40


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_it_is_never_busier_than_it_can_be(speakers: int, slots: int, seed: int) -> None:
    outcome = Simulation(Scene(((0.0, speakers),), slots, STEADY, seconds=20.0, seed=seed)).run()
    assert 0 <= outcome.busy <= 1
    assert all(one > 0 for one in outcome.finals)
    assert all(one > 0 for one in outcome.gaps)


def test_the_fewest_slots_keep_the_promises_and_fewer_do_not() -> None:
    slots, outcome = slots_for(40, STEADY)
    assert kept(outcome)
    assert p95(outcome.finals) <= FINALS
    assert p95(outcome.gaps) <= GAPS
    fewer = Simulation(Scene(((0.0, 40),), slots - 1, STEADY, seconds=50.0)).run()
    assert not kept(fewer)


def test_ten_times_the_users_cost_about_ten_times_as_much() -> None:
    small, large = (size_of(users, COSTS, Prices()) for users in (10_000, 100_000))
    assert large.slots == pytest.approx(10 * small.slots, rel=0.05)
    assert large.cost == pytest.approx(10 * small.cost, rel=0.15)
    assert large.shards > small.shards
    assert small.gateways >= 3


def test_conversations_grow_until_the_card_is_full() -> None:
    number, talks = conversations(Service(0.1, 0.2, after=(0.2,)))
    assert [one for one, _, _ in talks] == list(range(1, number + 2))
    assert talks[-1][2] > 2.0 >= talks[-2][2]


def test_a_scaler_goes_up_by_doubling_and_down_slowly() -> None:
    scaler = HorizontalScaler(2, 100, lag=1.0)
    slots, seen = 2, []
    for tick in range(12):
        slots = scaler(5.0 * tick, 1000, slots, slots)
        seen.append(slots)
    assert seen[:4] == [4, 4, 4, 8]
    assert max(seen) <= 100
    down = []
    for tick in range(12, 400):
        slots = scaler(5.0 * tick, 0, 0, slots)
        down.append(slots)
    assert down[:59] == [down[0]] * 59  # calm for five minutes
    steps = [(one, after) for one, after in pairwise(down) if after != one]
    assert all(after >= 0.8 * one - 1 for one, after in steps)
    assert down[-1] == 2


def test_slots_that_are_added_work_after_a_while() -> None:
    outcome = Simulation(
        replace(SCENE, speakers=((0.0, 60),), slots=2, seconds=90.0), HorizontalScaler(2, 40), starts=20.0
    ).run()
    assert outcome.slots[1][0] == pytest.approx(25.0)
    assert outcome.slots[-1][1] > 2


def test_the_report_says_what_is_promised() -> None:
    found = report({})
    assert [one["users"] for one in found.data["sizes"]] == [1_000, 10_000, 100_000]
    assert found.data["conversations"] >= 10
    assert len(found.tables) == 4
