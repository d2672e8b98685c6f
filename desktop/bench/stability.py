"""`parley bench stability`: how much of what a reader sees is taken back. Main thread.

Every recording is heard live, translated, in a process of its own; committed text must never change.
"""

from collections.abc import Callable, Sequence
from typing import Any

from desktop.bench.figures.bootstrap import interval
from desktop.bench.figures.erasure import Erasure, total
from desktop.bench.live.live_run import LiveRun, RecordingResult, run_in_new_process, run_spec
from desktop.bench.live.script import Recording, chosen, quick, recordings
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings

SOURCE_LIMIT, TRANSLATION_LIMIT = 0.1, 0.2
"""normalized erasure"""
_NOTES = (
    "Normalized erasure: words that were shown and then changed or removed, for each word of the final text. "
    "Unconfirmed text counts; so do case and punctuation. Intervals: 95 %, bootstrap over recordings.",
    "Revisions: changes of text that was committed before; there may be none.",
    "jfk is a human voice whose words the starter model was never taught.",
)


def main(settings: Settings, *, is_quick: bool, only: Sequence[str] = (), repeats: int, output: ReportOutput) -> int:
    """Measure and print; returns 0 if every limit holds, else 1. Raises EngineError."""
    output.check()
    everything = chosen(only, quick(recordings()) if is_quick else recordings())
    label = chosen_model(settings.recognition).label
    about = machine()
    return deliver(report(label, about, measure(settings, everything, repeats)), output)


def measure(settings: Settings, everything: Sequence[Recording], repeats: int) -> tuple[LiveRun, ...]:
    """Hear everything, `repeats` times. Raises EngineError."""
    runs: list[LiveRun] = []
    with progress(repeats * sum(one.seconds for one in everything), "s") as shown:
        for turn in range(repeats):
            shown.at(f"run {turn + 1} of {repeats}")
            runs += run_in_new_process([run_spec(settings, everything, is_translated=True)])
            shown.advance(runs[-1].seconds)
    return tuple(runs)


def report(label: str, about: dict[str, Any], runs: Sequence[LiveRun]) -> Report:
    """What the runs say. Pure."""
    takes = [take for one in runs for take in one.takes]
    groups: dict[str, list[RecordingResult]] = {}
    for take in takes:
        groups.setdefault(take.group, []).append(take)
    groups["all"] = takes
    rows = [
        (
            name,
            str(len(members)),
            str(_erasure(members, _source).final),
            _cell(members, _source),
            _cell(members, _target),
        )
        for name, members in groups.items()
    ]
    revised = sum(one.revisions for one in runs), sum(one.translation_revisions for one in runs)
    names = tuple(name for name in groups if name != "all")
    return Report(
        kind="stability",
        title=f"How much of what is shown is taken back, {label}, live, translated.",
        machine=about,
        tables=(
            Table(("Recordings", "Takes", "Words", "Erasure of the text", "Erasure of the translation"), tuple(rows)),
        ),
        notes=_NOTES,
        checks=(
            Check("Normalized erasure of the text", _erasure(takes, _source).normalized, SOURCE_LIMIT),
            Check("Normalized erasure of the translation", _erasure(takes, _target).normalized, TRANSLATION_LIMIT),
            Check("Revisions of committed text", revised[0], 0),
            Check("Revisions of committed translation", revised[1], 0),
        ),
        charts=(
            Chart(
                "bars",
                "What is taken back of what is shown",
                "normalized erasure, words per final word",
                "",
                (_bars("text", groups, names, _source), _bars("translation", groups, names, _target)),
            ),
        ),
        data={
            "model": label,
            "repeats": len(runs),
            "erasure": {
                name: {
                    "text": round(_erasure(members, _source).normalized, 4),
                    "translation": round(_erasure(members, _target).normalized, 4),
                }
                for name, members in groups.items()
            },
            "revisions": {"text": revised[0], "translation": revised[1]},
            "disturbed": [name for one in runs for name in one.disturbed],
        },
    )


def _source(take: RecordingResult) -> Erasure:
    return take.shown


def _target(take: RecordingResult) -> Erasure:
    return take.shown_translation


def _erasure(takes: Sequence[RecordingResult], part: Callable[[RecordingResult], Erasure]) -> Erasure:
    return total(part(take) for take in takes)


def _cell(takes: Sequence[RecordingResult], part: Callable[[RecordingResult], Erasure]) -> str:
    found = interval(takes, lambda drawn: _erasure(drawn, part).normalized)
    return f"{_erasure(takes, part).normalized:.3f} ({found.low:.3f}–{found.high:.3f})"


def _bars(
    name: str,
    groups: dict[str, list[RecordingResult]],
    names: tuple[str, ...],
    part: Callable[[RecordingResult], Erasure],
) -> Series:
    values = [_erasure(groups[one], part).normalized for one in names]
    bounds = [interval(groups[one], lambda drawn: _erasure(drawn, part).normalized) for one in names]
    return Series(name, names, tuple(values), tuple(one.low for one in bounds), tuple(one.high for one in bounds))
