"""The comparison as a report: tables, checks against what Parley promises, charts, raw figures. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from desktop.bench.peers.comparison import Collected, Figure, best, cost_ratio, ratio
from desktop.bench.peers.runs import Run
from desktop.bench.peers.systems import LOCAL_AGREEMENT, PARLEY, PeerSystem
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.engine.text.languages import listed

FASTER = 0.5
"""Parley's commit latency over the best peer's, at most"""
WORSE = 0.5
"""points of word error rate above the best peer's, at most"""
CHEAPER = 0.25
"""Parley's processor time over LocalAgreement-2's, at most"""
_DISTURBED = 0.05
"""of the core: more than that for others, and the figures are not to be relied on"""
_USED_UP = 0.95
"""of the core: a live system that takes more has no time for all that its policy asks for"""


@dataclass
class Comparison:
    """All that was measured with time running, or standing still."""

    systems: list[Collected]
    missing: dict[str, str] = field(default_factory=dict)
    """label -> why it could not be run"""

    def of(self, name: str) -> Collected | None:
        return next((one for one in self.systems if one.name == name and one.costs), None)


def report(
    aware: Comparison,
    unaware: Comparison,
    *,
    title: str,
    machine: dict[str, Any],
    how: Sequence[PeerSystem],
    notes: Sequence[str],
    runs: Sequence[Run],
    data: dict[str, Any],
    is_cost_true: bool,
) -> Report:
    """is_cost_true: processor times are those of a model of true dimensions, so its limit is judged."""
    tables = [*_tables(aware, "In real time, one core for each system:")]
    if any(one.costs for one in unaware.systems):
        tables += _tables(unaware, "Time stands still while a system computes (latency of its policy alone):")
    missing = aware.missing | {f"{label}, time standing still": why for label, why in unaware.missing.items()}
    if missing:
        tables.append(Table(("Not run", "Why"), tuple(missing.items())))
    titles = ("Parley's figures over each peer's:", "The same with time standing still:")
    tables += [
        table
        for comparison, title in zip((aware, unaware), titles, strict=True)
        if (table := _against(comparison, title)).rows
    ]
    return Report(
        "peers",
        title,
        machine,
        tuple(tables),
        (*notes, *_disturbed(aware), *_overtaxed(aware), *(f"{one.label}: {one.how}" for one in how)),
        _checks(aware, unaware, is_cost_true=is_cost_true),
        _charts(aware),
        {
            **data,
            "systems": {
                kind: {one.name: _record(one) for one in comparison.systems}
                for kind, comparison in (("aware", aware), ("unaware", unaware))
            },
            "missing": missing,
            "runs": [_run(run) for run in runs],
        },
    )


def _tables(comparison: Comparison, title: str) -> tuple[Table, Table]:
    done = [one for one in comparison.systems if one.costs]
    heard = [one for one in done if one.is_live]
    delays = [
        (one.label, *(_seconds(figure) for figure in (one.commit_delay(50), one.commit_delay(95), one.shown_delay(50))))
        for one in heard
    ]
    others = [
        (
            one.label,
            _percent(one.word_errors()),
            _plain(one.cost()),
            str(one.revised),
            f"{one.erasure.normalized:.2f}" if one.is_live else "–",
            f"{one.rss / 1e6:.0f}",
        )
        for one in done
    ]
    return (
        Table(("Seconds", "Commit p50", "Commit p95", "Shown p50"), tuple(delays), title),
        Table(("", "WER", "CPU s/s", "Revised", "Erasure", "Peak MB"), tuple(others)),
    )


def _against(comparison: Comparison, title: str) -> Table:
    parley = comparison.of(PARLEY.name)
    rows = []
    for one in comparison.systems if parley is not None else ():
        if parley is None or not one.counts or not one.costs:
            continue
        ours, theirs = parley.word_errors(), one.word_errors()
        points = "–" if ours is None or theirs is None else f"{100 * (ours.value - theirs.value):+.1f} points"
        rows.append(
            (
                one.label,
                _plain(ratio(parley.commit, one.commit, 50)),
                _plain(ratio(parley.commit, one.commit, 95)),
                points,
                _plain(cost_ratio(parley, one)),
            )
        )
    return Table(("Parley over", "Commit p50", "p95", "WER", "CPU"), tuple(rows), title)


def _disturbed(aware: Comparison) -> tuple[str, ...]:
    worst = max((one.disturbance for one in aware.systems if one.costs), default=0.0)
    if worst <= _DISTURBED:
        return ()
    return (
        f"Other programs took up to {worst:.0%} of the core: measure again when nothing else runs. Who decodes as "
        "often as it can then waits longer, and also uses less processor time than it would.",
    )


def _overtaxed(aware: Comparison) -> tuple[str, ...]:
    live = [one for one in aware.systems if one.is_live and (one.counts or one.name == PARLEY.name)]
    names = [one.label for one in live if _uses_up(one)]
    if not names:
        return ()
    return (
        f"{listed(names)} used up the core: this machine is too slow for what they are asked to do. They decode "
        "less often than they would, so they take less processor time than their policies ask for. Only time standing "
        "still shows how much that would be, and only there is theirs a measure.",
    )


def _checks(aware: Comparison, unaware: Comparison, *, is_cost_true: bool) -> tuple[Check, ...]:
    parley = aware.of(PARLEY.name)
    if parley is None or not any(one.counts and one.costs for one in aware.systems):
        return ()
    checks = []
    for percent in (50, 95):
        rival, mine = best(aware.systems, _delay(percent)), parley.commit_delay(percent)
        value = None if rival is None or mine is None else mine.value / rival[1].value
        checks.append(Check(f"Commit p{percent} over the best peer's{_named(rival)}", value, FASTER))
    rival, mine = best(aware.systems, Collected.word_errors), parley.word_errors()
    points = None if rival is None or mine is None else 100 * (mine.value - rival[1].value)
    checks.append(Check(f"WER above the best peer's{_named(rival)}", points, WORSE, "points"))
    if is_cost_true:
        checks += _cost_checks(aware, unaware)
    rival, mine = best(aware.systems, Collected.cost), parley.cost()
    least = None if rival is None or mine is None else mine.value / rival[1].value
    checks.append(Check(f"Processor time over the cheapest peer's{_named(rival)}", least, 1.0))
    checks.append(Check("Committed words that Parley revised", float(parley.revised), 0.0))
    return tuple(checks)


def _cost_checks(aware: Comparison, unaware: Comparison) -> list[Check]:
    """Nobody can take more than the core in real time: who wants more decodes less often than its policy asks for. With
    time standing still it does not, so that is what such a system is judged by, if it was measured."""
    checks = []
    for comparison, when in ((aware, ""), (unaware, ", time standing still")):
        ours, agreement = comparison.of(PARLEY.name), comparison.of(LOCAL_AGREEMENT.name)
        if ours is not None and agreement is not None:
            spent = cost_ratio(ours, agreement)
            value = None if spent is None else spent.value
            checks.append(Check(f"Processor time over LocalAgreement-2's{when}", value, CHEAPER))
    agreement = aware.of(LOCAL_AGREEMENT.name)
    is_starved = agreement is not None and _uses_up(agreement)
    return checks[1:] if is_starved and len(checks) == 2 else checks


def _uses_up(system: Collected) -> bool:
    spent = system.cost()
    return spent is not None and spent.value >= _USED_UP


def _delay(percent: float) -> Callable[[Collected], Figure | None]:
    return lambda one: one.commit_delay(percent)


def _named(rival: tuple[Collected, Figure] | None) -> str:
    return "" if rival is None else f" ({rival[0].label})"


def _charts(aware: Comparison) -> tuple[Chart, ...]:
    live = [one for one in aware.systems if one.costs]
    heard = [one for one in live if one.is_live]
    if not heard:
        return ()
    labels = tuple(one.label for one in heard)
    delays = tuple(_series(f"p{percent}", labels, [one.commit_delay(percent) for one in heard]) for percent in (50, 95))
    everything = tuple(one.label for one in live)
    errors = _series("WER", everything, [one.word_errors() for one in live], 100)
    costs = _series("CPU", everything, [one.cost() for one in live])
    return (
        Chart("bars", "Commit latency: a word's end until it is committed", "seconds", "", delays),
        Chart("bars", "Word error rate", "%", "", (errors,)),
        Chart("bars", "Processor seconds per second of audio", "s/s", "", (costs,)),
    )


def _series(name: str, labels: tuple[str, ...], figures: Sequence[Figure | None], scale: float = 1.0) -> Series:
    known = [one or Figure(0.0, 0.0, 0.0) for one in figures]
    return Series(
        name,
        labels,
        tuple(scale * one.value for one in known),
        tuple(scale * one.low for one in known),
        tuple(scale * one.high for one in known),
    )


def _record(one: Collected) -> dict[str, Any]:
    figures = {
        "commit_p50": one.commit_delay(50),
        "commit_p95": one.commit_delay(95),
        "shown_p50": one.shown_delay(50),
        "wer": one.word_errors(),
        "cpu_per_second": one.cost(),
    }
    return {
        "label": one.label,
        **{name: None if figure is None else asdict(figure) for name, figure in figures.items()},
        "runs": len(one.costs),
        "words": sum(len(delays) for delays in one.commit.values()),
        "revised": one.revised,
        "erasure": one.erasure.normalized,
        "rss": one.rss,
        "others_per_second": one.disturbance,
        "late": one.late,
    }


def _run(run: Run) -> dict[str, Any]:
    record = {name: value for name, value in asdict(run).items() if name != "said"}
    return {**record, "updates": len(run.said), "text": run.text}


def _seconds(figure: Figure | None) -> str:
    return "–" if figure is None else f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _percent(figure: Figure | None) -> str:
    return "–" if figure is None else f"{figure.value:.1%} [{figure.low:.1%}, {figure.high:.1%}]"


def _plain(figure: Figure | None) -> str:
    return "–" if figure is None else f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"
