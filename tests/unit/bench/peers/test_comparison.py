"""Systems side by side, and in what order they run."""

import numpy as np
import pytest

from desktop.bench.figures.delays import Sentence
from desktop.bench.figures.erasure import Erasure
from desktop.bench.figures.errors import Errors
from desktop.bench.peers.command import Plan, compare, turns
from desktop.bench.peers.comparison import Collected, best, cost_ratio, ratio
from desktop.bench.peers.measures import Measured, Spoken
from desktop.bench.peers.results import Comparison, report
from desktop.bench.peers.runs import Run, Said
from desktop.bench.peers.systems import LOCAL_AGREEMENT, PARLEY, REALTIME_STT, SYSTEMS, WHOLE_FILE, chosen
from desktop.bench.peers.tracks import Track
from desktop.bench.reports.report import Report

SENTENCE = Sentence("yes it is", 0.0, 1.5, (("yes", 0.5), ("it", 1.0), ("is", 1.5)))
TRACK = Track("t", "en", np.zeros(80_000, np.float32), 64_000, (SENTENCE,))


def heard(delay: float, cpu: float, text: str = "yes it is", system: str = "parley", repeat: int = 0) -> Run:
    said = tuple(
        Said(end + delay, " ".join(text.split()[: index + 1]), text) for index, (_, end) in enumerate(SENTENCE.words)
    )
    return Run(system, "t", repeat, True, said, cpu=cpu, rss=10)


def collected(
    name: str, delay: float, cpu: float, errors: int = 0, counts: bool = True, others: float = 0.0
) -> Collected:
    one = Collected(name, name.title(), counts=counts)
    spoken = Spoken((delay, delay), (delay / 2, delay / 2), Errors(substitutions=errors, words=10))
    one.add("t", Measured((spoken, spoken), 0, Erasure(1, 4), cpu, 10.0, 5, others, 0.0))
    return one


def test_systems_take_turns_and_the_first_one_changes() -> None:
    order = turns((PARLEY, LOCAL_AGREEMENT, WHOLE_FILE), (TRACK,), Plan(repeats=2, is_unaware_too=True))
    aware = [(turn.repeat, turn.system.name) for turn in order if turn.is_aware]
    assert aware == [
        *((0, name) for name in ("parley", "local-agreement", "whole-file")),
        *((1, name) for name in ("local-agreement", "whole-file", "parley")),
    ]
    assert [turn.system.name for turn in order if not turn.is_aware] == ["parley", "local-agreement"]


def test_only_what_is_asked_for() -> None:
    assert chosen(()) == SYSTEMS
    assert chosen(("whole-file", "parley")) == (PARLEY, WHOLE_FILE)
    with pytest.raises(ValueError, match="siri"):
        chosen(("siri",))
    assert not any(not turn.is_aware for turn in turns(SYSTEMS, (TRACK,), Plan(is_unaware_too=False)))


def test_all_repeats_are_summed_up() -> None:
    found = compare((PARLEY,), (TRACK,), [heard(0.4, 1.0), heard(0.6, 2.0, repeat=1)], {}).of("parley")
    assert found is not None
    delay, cost = found.commit_delay(50), found.cost()
    assert delay is not None
    assert cost is not None
    assert delay.value == pytest.approx(0.5)
    assert cost.value == pytest.approx(0.3)
    assert cost.low == pytest.approx(0.2)
    assert cost.high == pytest.approx(0.4)


def test_a_system_that_never_ran_is_listed_with_its_reason() -> None:
    bad = Run("realtimestt", "t", 0, True, failure="ImportError: no torch")
    found = compare((PARLEY, REALTIME_STT), (TRACK,), [heard(0.4, 1.0), bad], {"Siri": "not installed"})
    assert found.missing == {"Siri": "not installed", "RealtimeSTT": "ImportError: no torch"}
    assert found.of("realtimestt") is None


def test_stable_text_that_is_taken_back_is_no_rival() -> None:
    said = (Said(1.0, "", "yes it", "yes it"), Said(3.0, "yes he is", "yes he is", "yes he is"))
    found = compare((REALTIME_STT,), (TRACK,), [Run("realtimestt", "t", 0, True, said, cpu=1.0)], {})
    stable = found.of("realtimestt-stable")
    assert stable is not None
    assert (stable.revised, stable.counts) == (1, False)
    final = found.of("realtimestt")
    assert final is not None
    assert final.counts


def test_the_best_peer_is_the_one_with_the_lowest_value() -> None:
    systems = [collected("parley", 0.1, 1.0, counts=False), collected("slow", 2.0, 1.0), collected("fast", 1.0, 9.0)]
    rival = best(systems, lambda one: one.commit_delay(50))
    assert rival is not None
    assert (rival[0].name, rival[1].value) == ("fast", 1.0)
    cheap = best(systems, Collected.cost)
    assert cheap is not None
    assert cheap[0].name == "slow"


def test_ratios() -> None:
    ours, theirs = collected("parley", 0.5, 1.0), collected("peer", 2.0, 4.0)
    delay = ratio(ours.commit, theirs.commit, 95)
    assert delay is not None
    assert delay.value == pytest.approx(0.25)
    cost = cost_ratio(ours, theirs)
    assert cost is not None
    assert cost.value == pytest.approx(0.25)
    assert ratio(ours.commit, {}, 50) is None


def reported(*systems: Collected, unaware: tuple[Collected, ...] = (), is_cost_true: bool = True) -> Report:
    return report(
        Comparison(list(systems)),
        Comparison(list(unaware)),
        title="t",
        machine={},
        how=(),
        notes=(),
        runs=(),
        data={},
        is_cost_true=is_cost_true,
    )


def judged(*systems: Collected, is_cost_true: bool = True) -> dict[str, bool]:
    checks = reported(*systems, is_cost_true=is_cost_true).checks
    return {check.name.split("(")[0].strip(): check.holds for check in checks}


def test_what_parley_promises_is_judged() -> None:
    parley = collected("parley", 0.5, 1.0, counts=False)
    good = judged(parley, collected("local-agreement", 1.5, 5.0))
    assert all(good.values())
    assert len(good) == 6
    worse = judged(collected("parley", 0.5, 1.0, errors=1, counts=False), collected("local-agreement", 0.9, 3.0))
    assert [name for name, holds in worse.items() if not holds] == [
        "Commit p50 over the best peer's",
        "Commit p95 over the best peer's",
        "WER above the best peer's",
        "Processor time over LocalAgreement-2's",
    ]
    dear = judged(parley, collected("local-agreement", 1.5, 5.0), collected("other", 3.0, 0.9))
    assert [name for name, holds in dear.items() if not holds] == ["Processor time over the cheapest peer's"]


def test_processor_time_is_judged_where_the_core_is_enough_for_what_is_asked_of_it() -> None:
    def costs(agreement: float, asked: float | None) -> dict[str, bool]:
        rival = () if asked is None else (collected("local-agreement", 1.5, asked),)
        parley = collected("parley", 0.5, 3.0, counts=False)
        found = reported(parley, collected("local-agreement", 1.5, agreement), unaware=(parley, *rival))
        return {check.name: check.holds for check in found.checks if "LocalAgreement-2's" in check.name}

    real, still = (f"Processor time over LocalAgreement-2's{when}" for when in ("", ", time standing still"))
    assert costs(9.0, 29.0) == {real: False, still: True}
    assert costs(10.0, 29.0) == {still: True}, "it wanted three cores and had one"
    assert costs(10.0, 11.0) == {still: False}
    assert costs(10.0, None) == {real: False}, "nothing better is known"


@pytest.mark.parametrize(("others", "is_told"), [(0.2, False), (3.0, True)])
def test_a_busy_machine_is_told(others: float, is_told: bool) -> None:
    parley = collected("parley", 0.5, 1.0, counts=False, others=others)
    found = reported(parley, collected("peer", 1.5, 5.0))
    assert any("30% of the core" in note for note in found.notes) == is_told


@pytest.mark.parametrize(("cpu", "is_told"), [(10.0, True), (9.6, True), (7.0, False)])
def test_a_core_that_is_not_enough_for_a_system_is_told(cpu: float, is_told: bool) -> None:
    notes = " ".join(
        reported(collected("parley", 0.5, 1.0, counts=False), collected("local-agreement", 1.5, cpu)).notes
    )
    assert ("Local-Agreement used up the core" in notes) is is_told


def test_without_peers_nothing_is_promised() -> None:
    assert judged(collected("parley", 0.5, 1.0, counts=False)) == {}


def test_the_cost_of_a_toy_model_is_not_judged() -> None:
    found = judged(
        collected("parley", 0.5, 1.0, counts=False), collected("local-agreement", 1.5, 2.0), is_cost_true=False
    )
    assert "Processor time over LocalAgreement-2's" not in found
