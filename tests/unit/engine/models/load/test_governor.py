"""The governor keeps up on any computer, gives up as little as need be, comes back, and does not flap."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.engine.live.frame_queue import BOUND
from desktop.engine.models.load.governor import ALARM, CALM, MODEL_CALM, Decoded, Governor
from desktop.engine.models.load.load_levels import Kind, Pace
from desktop.settings.declaration import RecognitionSettings
from tests.unit.engine.slow_machine import Cost, Said, SlowMachine

SENTENCES = ((3.0, 0.8), (6.0, 0.6), (2.0, 1.5), (8.0, 0.7))
LECTURE = ((20.0, 0.1),)


def whisper(slowness: float, model_speed: float = 3.0) -> Cost:
    """What Whisper with a short context takes: `slowness` seconds for a look at 4 s, a wide beam a third more, each
    smaller model `model_speed` times less."""

    def cost(now: float, said: Said, pace: Pace) -> float:
        seconds = min(said.seconds, pace.level.window) if pace.level.has_partials else said.seconds
        beam = 1.3 if said.is_final and pace.level.beam_size > 2 else 1.0
        return slowness * beam * (1 + seconds / 4) / 2 / model_speed**pace.model

    return cost


def kinds(machine: SlowMachine) -> list[tuple[int, Kind]]:
    return [(pace.model, pace.level.kind) for _, _, pace in machine.changes]


def at_end(machine: SlowMachine) -> tuple[int, Kind]:
    return machine.pace.model, machine.pace.level.kind


def test_a_fast_computer_does_as_set() -> None:
    machine = SlowMachine(whisper(0.05), SENTENCES)
    machine.run(600)
    assert not machine.changes
    assert machine.pace.step == machine.settings.step
    assert machine.governor.busy(machine.now) < 0.5


def test_looks_come_less_often_when_they_take_longer_and_leave_a_third_of_the_time() -> None:
    machine = SlowMachine(whisper(0.5), SENTENCES)
    machine.run(120)
    assert machine.settings.step < machine.pace.step < 2
    assert machine.governor.busy(machine.now) < 0.85


def test_beam_then_cadence_then_finals_only_then_the_next_model() -> None:
    machine = SlowMachine(lambda now, said, pace: 0.6 * said.seconds if pace.model == 0 else 0.05, SENTENCES)
    machine.run(240)
    numbers = [pace.number for _, _, pace in machine.changes]
    model = next(index for index, (_, _, pace) in enumerate(machine.changes) if pace.model == 1)
    assert numbers[:model] == [1, 2, 3, 4, 5]
    beam, cadence, finals = Kind.BEAM, Kind.CADENCE, Kind.FINALS
    assert kinds(machine)[: model + 1] == [(0, kind) for kind in (beam, beam, cadence, cadence, finals)] + [
        (1, cadence)
    ]


def test_it_goes_down_within_seconds_and_comes_back_when_there_is_time() -> None:
    slow = [True]
    fast, burdened = whisper(0.05), whisper(3.0)
    machine = SlowMachine(lambda now, said, pace: (burdened if slow[0] else fast)(now, said, pace), SENTENCES)
    machine.run(20)
    assert machine.changes
    machine.run(100)
    assert at_end(machine) > (0, Kind.AS_SET)
    slow[0] = False
    machine.run(600)
    assert (machine.pace.model, machine.pace.number) == (0, 0)
    assert machine.pace.step == machine.settings.step


def test_a_model_that_is_far_too_slow_is_given_up_without_trying_every_level() -> None:
    machine = SlowMachine(whisper(40.0, model_speed=100.0), SENTENCES, loading=3.0)
    machine.run(120)
    at, _, first = machine.changes[0]
    assert first.model == 1
    assert at < 75
    machine.run(3600)
    assert [pace.model for _, _, pace in machine.changes].count(0) == 0, "what would not keep up is not tried again"
    assert machine.pace.number == 0


def test_words_while_they_are_spoken_are_worth_a_smaller_model() -> None:
    machine = SlowMachine(whisper(1.6), SENTENCES, models=2)
    machine.run(400)
    assert (0, Kind.FINALS) in kinds(machine)
    assert machine.pace.model == 1
    assert machine.pace.level.has_partials


def test_without_a_smaller_model_finals_only_is_the_last_resort() -> None:
    machine = SlowMachine(whisper(3.0), SENTENCES, models=1)
    machine.run(300)
    assert at_end(machine) == (0, Kind.FINALS)
    assert machine.governor.is_lowest


def test_going_up_too_early_is_tried_less_and_less_often() -> None:
    # Bearable with few looks, never with many: what another program takes depends on what is left to it.
    def cost(now: float, said: Said, pace: Pace) -> float:
        return 1.5 if pace.number < 3 else 0.1

    machine = SlowMachine(cost, SENTENCES, models=1)
    machine.run(3600)
    up = [at for at, before, pace in machine.changes if pace.number < before.number and pace.number == 2]
    gaps = [later - earlier for earlier, later in pairwise(up)]
    assert len(up) >= 3
    assert all(later > 1.5 * earlier for earlier, later in pairwise(gaps[:4]))
    assert len(up) < 10


def test_a_computer_that_became_faster_just_then_gets_the_larger_model_back() -> None:
    # The large model was measured on a busy computer, the small one on a free one: they seem further apart than they
    # are.
    def cost(now: float, said: Said, pace: Pace) -> float:
        return 3.0 if pace.model == 0 and now < 200 else 0.06 / 3**pace.model

    machine = SlowMachine(cost, SENTENCES, models=2)
    machine.run(200)
    assert machine.pace.model == 1
    machine.run(900)
    assert (machine.pace.model, machine.pace.number) == (0, 0)


def test_what_piled_up_while_the_model_was_loaded_is_no_reason_to_do_worse() -> None:
    governor = Governor(RecognitionSettings())
    clock, waited = 0.0, 40.0
    while waited > 0:
        governor.after(Decoded(clock, clock + 1.5, 5.0, True, waited))
        clock += 1.5
        waited -= 3.5
    assert governor.pace.number == 0


def test_a_model_that_cannot_be_loaded_is_not_asked_for_again() -> None:
    governor = Governor(RecognitionSettings(), (4.0, 2.0, 1.0))

    def until_model(model: int, compute: float, start: float) -> float:
        for look in range(1000):
            began = start + 4.0 * look
            pace = governor.after(Decoded(began, began + compute, 4.0, look % 4 == 0, 0.0))
            if pace is not None and pace.model == model:
                return began
        raise AssertionError(f"model {model} was never asked for")

    at = until_model(1, 3.9, 0.0)
    assert governor.refuse(1, 0).model == 0
    at = until_model(2, 3.9, at + 4)
    assert governor.pace.model == 2
    at = until_model(0, 0.01, at + 4)
    governor.refuse(0, 2)
    for look in range(1000):
        governor.after(Decoded(at + 4 * look, at + 4 * look + 0.01, 4.0, False, 0.0))
    assert (governor.pace.model, governor.pace.number) == (2, 0)


def test_settings_that_change_nothing_here_leave_the_level() -> None:
    governor = Governor(RecognitionSettings())
    for look in range(3):
        governor.after(Decoded(look * 4.0, look * 4.0 + 3, 2.0, True, 0.0))
    assert governor.pace.number == 1
    governor.configure(RecognitionSettings(vocabulary="Parley"))
    assert governor.pace.number == 1
    governor.configure(RecognitionSettings(vocabulary="Parley", beam_size=3))
    assert governor.pace.number == 0


@pytest.mark.parametrize("beam", [1, 2, 3, 5, 10])
def test_every_level_gives_up_something(beam: int) -> None:
    levels = Governor(RecognitionSettings(beam_size=beam)).levels
    assert levels[0].beam_size == beam
    assert len(set(levels)) == len(levels)
    for above, below in pairwise(levels):
        assert below.beam_size <= above.beam_size
        assert below.slower >= above.slower
        assert below.window <= above.window
    assert [level.has_partials for level in levels] == [True] * (len(levels) - 1) + [False]


UTTERANCES = st.lists(st.tuples(st.integers(5, 200), st.integers(1, 30)), min_size=1, max_size=6).map(
    lambda pairs: tuple((speech / 10, silence / 10) for speech, silence in pairs)
)
# How many times real time a decoding takes; a new value every ten seconds.
RATES = st.lists(st.floats(0.01, 1.5), min_size=2, max_size=40)


def bearable(rates: list[float]) -> Cost:
    """Anything up to one and a half times real time, but at most 0.7 times with the smallest model at its cheapest."""

    def cost(now: float, said: Said, pace: Pace) -> float:
        rate = rates[int(now / 10) % len(rates)]
        if pace.model == 2 and pace.number >= 3:
            rate = min(rate, 0.7)
        return rate * (said.seconds if said.is_final else min(said.seconds, pace.level.window))

    return cost


@settings(max_examples=30, deadline=None)
@given(RATES, UTTERANCES)
@example([1.0, 1.5, 1.5], ((15.1, 0.1),))  # two utterances are more than may wait
def test_while_the_cheapest_keeps_up_nothing_is_lost_and_the_backlog_keeps_its_bound(
    rates: list[float], utterances: tuple[tuple[float, float], ...]
) -> None:
    machine = SlowMachine(bearable(rates), utterances, loading=2.0)
    machine.run(400)
    assert machine.most_waiting <= BOUND
    assert machine.frames.dropped_seconds == 0
    for at, before, pace in machine.changes:
        one_step = abs(pace.number - before.number) == 1 or pace.model != before.model
        to_the_cheapest = pace.number == len(machine.governor.levels) - 1
        assert abs(pace.model - before.model) <= 1
        assert one_step or to_the_cheapest
        if (pace.model, pace.number) < (before.model, before.number):
            assert one_step, f"up in one leap at {at}"


@settings(max_examples=30, deadline=None)
@given(RATES, UTTERANCES)
def test_it_comes_back_when_the_costs_fall(rates: list[float], utterances: tuple[tuple[float, float], ...]) -> None:
    fallen = [False]
    dear = bearable(rates)
    machine = SlowMachine(lambda now, said, pace: 0.02 if fallen[0] else dear(now, said, pace), utterances)
    machine.run(200)
    fallen[0] = True
    while (machine.pace.model, machine.pace.number) != (0, 0):
        machine.run(100)
        assert machine.now < 10_000


@settings(max_examples=30, deadline=None)
@given(RATES, UTTERANCES)
def test_it_never_flaps(rates: list[float], utterances: tuple[tuple[float, float], ...]) -> None:
    machine = SlowMachine(bearable(rates), utterances)
    machine.run(600)
    ups = 0
    for (earlier, _, _), (at, before, pace) in pairwise(machine.changes):
        if (pace.model, pace.number) < (before.model, before.number):
            ups += 1
            assert at - earlier >= (MODEL_CALM if pace.model < before.model else CALM) - 0.2
    assert ups <= 600 / CALM


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.0, 60.0) | st.floats(0.0, 1.0), min_size=1, max_size=50),
    UTTERANCES,
    st.integers(1, 3),
)
def test_whatever_decoding_costs_the_backlog_keeps_its_bound_and_what_is_lost_is_counted(
    costs: list[float], utterances: tuple[tuple[float, float], ...], models: int
) -> None:
    done = [0]

    def cost(now: float, said: Said, pace: Pace) -> float:
        done[0] += 1
        return costs[done[0] % len(costs)]

    machine = SlowMachine(cost, utterances, models=models, loading=5.0)
    machine.run(400)
    assert machine.most_waiting <= BOUND
    assert len(machine.finals_waiting) <= BOUND / 0.5
    heard = 400 - machine.frames.waiting_seconds - machine.frames.dropped_seconds
    assert heard >= machine.said
    # Every utterance that was heard is decoded, waits, is held or is under way: finals are never dropped.
    assert machine.said - machine.decoded - machine.finals_waiting_seconds <= 2 * 20.0 + 1e-6


def test_slower_than_speech_with_everything_given_up_drops_the_oldest_sound_and_stays_near_the_newest() -> None:
    machine = SlowMachine(lambda now, said, pace: 1.5 * said.seconds, LECTURE, models=2)
    machine.run(1800)
    assert machine.governor.is_lowest
    assert machine.most_waiting <= BOUND
    assert machine.frames.dropped_seconds == pytest.approx(1800 / 3, rel=0.2)


def test_utterances_that_pile_up_leave_no_time_for_steps() -> None:
    governor = Governor(RecognitionSettings(), (2.0, 1.0))
    pace = governor.after(Decoded(0.0, 21.0, 20.0, True, ALARM + 1))
    assert pace is not None
    assert pace.level.kind is Kind.FINALS


def test_a_recogniser_that_hardly_rests_does_less_though_each_decoding_is_in_time() -> None:
    machine = SlowMachine(lambda now, said, pace: 0.65 if said.is_final else 0.0, ((0.6, 0.1),), models=1)
    machine.run(30)
    assert machine.pace.number > 0


def test_where_only_finals_are_wanted_beam_and_model_are_all_there_is() -> None:
    machine = SlowMachine(whisper(4.0), SENTENCES, models=2, settings=RecognitionSettings(mode="buffered"))
    machine.run(600)
    assert {kind for _, kind in kinds(machine)} <= {Kind.BEAM, Kind.AS_SET}
    assert machine.pace.model == 1
