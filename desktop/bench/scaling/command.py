"""`parley bench scaling`: the simulation as tables. Main thread; no model is run."""

from typing import Any

from desktop.bench.figures.errors import percentile
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.report import Chart, Report, Series, Table
from desktop.bench.scaling.load import Outcome, Scene, Service
from desktop.bench.scaling.scalers import HorizontalScaler
from desktop.bench.scaling.simulation import Simulation
from desktop.bench.scaling.sizes import Costs, Prices, Size, conversations, size_of, slots_for

USERS = (1_000, 10_000, 100_000)
BASE = Service(partial=0.18, final=0.25)
"""Whisper base on one core of an AMD EPYC: processor time of a decoding, `parley load` over Redis (docs/scaling.md)"""
COSTS = Costs(
    service=BASE,
    gateway_share=0.02,
    gateway_idle=0.0005,
    commands_per_job=22.0,
    commands_per_slot=4.0,
    seconds_per_command=10e-6,
    audio_per_speaker=4 * 4.0 * 32_000,
)
CARD = Service(partial=0.05, final=0.10, after=(0.06, 0.08))
"""large-v3, translation and speech on one graphics card: the founding documents' middle figures, not measured"""
CONVERSATIONS = 10
"""that one card should bear"""
_RISE, _FALL = 300.0, 1200.0
"""seconds after which the speakers of the day come and go"""
_DAY = ((0.0, 20), (_RISE, 100), (_FALL, 30))
_LENGTH = 2100.0


def main(output: ReportOutput) -> int:
    """Returns the exit code."""
    output.check()
    return deliver(report(machine()), output)


def report(about: dict[str, Any]) -> Report:
    """All of it."""
    sizes = [size_of(users, COSTS, Prices()) for users in USERS]
    bends = [(share, *_bend(share)) for share in (1.3, 1.1, 1.0, 0.9, 0.7, 0.5, 0.35)]
    scaled = [(name, _day(scaler)) for name, scaler in _scalers()]
    borne, talks = conversations(CARD)
    tables = (
        Table(
            (
                "Users",
                "speak",
                "worker cores",
                "gateway cores",
                "Redis",
                "commands/s",
                "final p50",
                "p95",
                "words p95",
                "USD/h",
            ),
            tuple(_row(one) for one in sizes),
            "Sizes that keep the promises",
        ),
        Table(
            ("Workers of those needed", "final p50", "final p95", "between words p95", "busy", "looks dropped"),
            tuple(
                (f"{100 * share:.0f} %", *map(_seconds, figures), f"{100 * one.busy:.0f} %", str(one.replaced))
                for share, figures, one in bends
            ),
            "What gives way when there are too few, 100 speakers",
        ),
        Table(
            ("Workers follow", "most", "core hours", "final p95", "final p95 in the rise", "changes"),
            tuple((name, *_followed(one)) for name, one in scaled),
            "From 20 to 100 speakers at a stroke, and back to 30",
        ),
        Table(
            ("Conversations on one card", "p50", "p95"),
            tuple(
                (str(n), f"{p50:.2f} s", f"{p95:.2f} s") for n, p50, p95 in talks if n in (1, 5, borne) or n % 10 == 0
            ),
            "From the end of speech to the spoken translation",
        ),
    )
    return Report(
        "scaling",
        "How many workers, gateways and Redis so many users need, simulated from measured times.",
        about,
        tables,
        notes=(
            f"{borne} two-way conversations on one card keep 2 s; {CONVERSATIONS} are promised.",
            "A tenth of the users speaks. Costs, prices and what is assumed: docs/scaling.md.",
        ),
        charts=(_chart(scaled),),
        data={"sizes": [_plain(one) for one in sizes], "conversations": borne},
    )


def _bend(share: float) -> tuple[tuple[float, float, float | None], Outcome]:
    slots, _ = slots_for(100, BASE)
    outcome = Simulation(Scene(((0.0, 100),), max(1, round(share * slots)), BASE, seconds=80.0)).run()
    return _three(outcome), outcome


def _three(outcome: Outcome) -> tuple[float, float, float | None]:
    gap = percentile(outcome.gaps, 95) if outcome.gaps else None
    return percentile(outcome.finals, 50), percentile(outcome.finals, 95), gap


def _seconds(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f} s"


def _scalers() -> tuple[tuple[str, HorizontalScaler], ...]:
    least, _ = slots_for(_DAY[0][1], BASE)
    most, _ = slots_for(_DAY[1][1], BASE)
    return (
        ("nothing: always as many as the most need", HorizontalScaler(most, most)),
        ("lag, 4 jobs a slot", HorizontalScaler(2, 2 * most)),
        ("lag, 2 jobs a slot", HorizontalScaler(2, 2 * most, lag=2.0)),
        ("lag, 1 job a slot", HorizontalScaler(2, 2 * most, lag=1.0)),
        ("load, 70 % busy", HorizontalScaler(2, 2 * most, lag=1e9, load=0.7)),
        ("nothing: always as many as the fewest need", HorizontalScaler(least, least)),
    )


def _day(scaler: HorizontalScaler) -> Outcome:
    return Simulation(Scene(_DAY, scaler.least, BASE, seconds=_LENGTH), scaler).run()


def _followed(outcome: Outcome) -> tuple[str, ...]:
    rise = [seconds for at, seconds in outcome.late if _RISE <= at < _RISE + 120]
    return (
        str(max(slots for _, slots in outcome.slots)),
        f"{outcome.slot_seconds / 3600:.1f}",
        f"{percentile(outcome.finals, 95):.2f} s",
        f"{percentile(rise, 95):.2f} s",
        str(len(outcome.slots) - 1),
    )


def _row(one: Size) -> tuple[str, ...]:
    return (
        f"{one.users:,}",
        f"{one.speakers:,}",
        f"{one.slots:,}",
        str(one.gateways),
        f"{one.shards}, {one.gigabytes:.1f} GB",
        f"{one.commands:,.0f}",
        f"{one.final_p50:.2f} s",
        f"{one.final_p95:.2f} s",
        f"{one.gap_p95:.2f} s",
        f"{one.cost:.2f}",
    )


def _plain(one: Size) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Size.__slots__}


def _chart(scaled: list[tuple[str, Outcome]]) -> Chart:
    series = tuple(
        Series(name, tuple(at / 60 for at, _ in one.slots), tuple(float(slots) for _, slots in one.slots))
        for name, one in scaled
        if len(one.slots) > 1
    )
    return Chart("lines", "Workers that follow the load", "minutes", "slots", series)
