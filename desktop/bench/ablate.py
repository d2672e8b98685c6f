"""`parley bench ablate`: what each idea of the streaming core is worth, and how much context and padding a model needs.

Every variant hears the same recordings live, each in a process of its own, on one thread of the processor; with repeats
the variants take turns. Main thread.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.bench.cost import cpu_share, one_thread
from desktop.bench.figures.bootstrap import Interval, interval
from desktop.bench.figures.erasure import total
from desktop.bench.figures.errors import percentile, pooled, word_errors
from desktop.bench.live.live_run import RecordingResult, run_in_new_process, run_spec
from desktop.bench.live.parts import TARGET_PREFIX
from desktop.bench.live.script import OUTSIDE_PHRASEBOOK, Recording, chosen, quick, recordings
from desktop.bench.make_model import SIZES, make_whisper
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Chart, Report, Series, Table
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

CONTEXTS = (500, 800, 1000, 1500)
"""least frames that are encoded; a row with Whisper's own 3000 is added"""
FULL = 3000
PADS = (0.0, 0.64, 1.28, 2.56)
"""seconds of silence behind the audio"""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run the engine."""

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    """of the settings"""
    without: tuple[str, ...] = ()
    """see `parts.WITHOUT`"""


EVERYTHING = Variant("everything on")
IDEAS = (
    EVERYTHING,
    Variant("30 s context", {"recognition.context": "full"}),
    Variant("no prompt", without=("prompt",)),
    Variant("no trimming", without=("trimming",)),
    Variant("no agreement", without=("agreement",)),
    Variant("no sure words", without=("sure words",)),
    Variant("no speculation", {"vad.early_end": 0.0}, ("speculative final",)),
    Variant("no early end", {"vad.early_end": 0.0}),
    Variant("a look each second", {"recognition.step": 1.0}),
    Variant("whole utterances", {"recognition.mode": "buffered"}),
    Variant("no governor", without=("governor",)),
    Variant("no mask", without=("mask of the translation",)),
    Variant("no target prefix", without=(TARGET_PREFIX,)),
)
_NOTES = (
    "Each variant leaves one idea out. Live, in real time, on one thread of the processor, translation included. "
    "Intervals: 95 %, bootstrap over recordings. Final: end of the last word to the final text.",
    "Erasure: words shown and taken back, for each final word, of the text and of its translation.",
)
_GRID_NOTES = (
    "Context: least frames of 10 ms that are encoded; more where the audio and its pad need more. Pad: seconds of "
    "silence behind the audio. Context 3000 is Whisper's own, filled up with silence whatever the pad.",
    "Live, in real time, on one thread of the processor, without the governor. Whether a short context costs "
    "accuracy is a property of the model: the figures hold for {model} alone.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A variant and all that was heard with it."""

    variant: Variant
    takes: tuple[RecordingResult, ...]
    revisions: int = 0
    errors: tuple[str, ...] = ()


def main(
    settings: Settings,
    *,
    is_grid: bool,
    size: str,
    is_quick: bool,
    only: Sequence[str] = (),
    repeats: int,
    output: ReportOutput,
) -> int:
    """Measure and print; returns 0. Raises EngineError."""
    output.check()
    label = chosen_model(settings.recognition).label
    about = machine()
    variants = grid() if is_grid else IDEAS
    everything = chosen(only, usual(is_quick))
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        shadow = str(make_whisper(Path(folder) / size, SIZES[size])) if size else ""
        found = measure(settings, variants, everything, repeats, is_translated=not is_grid, shadow=shadow)
    if size:
        label = f"{label} at the cost of size {size}"
    return deliver((grid_report if is_grid else ideas_report)(label, about, found), output)


def usual(is_quick: bool) -> tuple[Recording, ...]:
    """All that the starter model can know; quick: three of each kind, none of them long."""
    everything = quick(recordings()) if is_quick else recordings()
    return tuple(one for one in everything if one.group not in (OUTSIDE_PHRASEBOOK, "digits"))


def grid() -> tuple[Variant, ...]:
    """Each context with each pad."""
    cells = [
        Variant(
            f"{context}/{pad:g}",
            {
                "recognition.context": "short",
                "recognition.context_floor": context,
                "recognition.context_pad": pad,
            },
            ("governor",),
        )
        for context in CONTEXTS
        for pad in PADS
    ]
    return (*cells, Variant(f"{FULL}", {"recognition.context": "full"}, ("governor",)))


def measure(
    settings: Settings,
    variants: Sequence[Variant],
    everything: Sequence[Recording],
    repeats: int,
    *,
    is_translated: bool,
    shadow: str = "",
) -> tuple[Outcome, ...]:
    """Let every variant hear everything, in turn, `repeats` times. Raises EngineError, SettingInvalid.

    shadow: directory of a random model whose cost is added."""
    settings = one_thread(settings)
    jobs = [
        run_spec(
            changed(settings, one.changes),
            everything,
            without=one.without,
            is_translated=is_translated,
            shadow=shadow,
        )
        for one in variants
    ]
    takes: list[list[RecordingResult]] = [[] for _ in variants]
    revised = [0] * len(variants)
    errors: list[list[str]] = [[] for _ in variants]
    seconds = sum(one.seconds for one in everything)
    with progress(repeats * len(variants) * seconds, "s") as shown:
        for turn in range(repeats):
            for index, one in enumerate(variants):
                shown.at(f"{one.name}, run {turn + 1} of {repeats}")
                (run,) = run_in_new_process([jobs[index]])
                takes[index] += run.takes
                revised[index] += run.revisions + run.translation_revisions
                errors[index] += run.errors
                shown.advance(seconds)
    return tuple(
        Outcome(one, tuple(takes[index]), revised[index], tuple(errors[index])) for index, one in enumerate(variants)
    )


def error_rate(takes: Sequence[RecordingResult]) -> float:
    """Of all words."""
    return pooled(word_errors(one.said, one.heard) for one in takes).rate


def delay(name: str, percent: float) -> Callable[[Sequence[RecordingResult]], float]:
    """A percentile of a delay over all takes; the function raises ValueError where nothing was measured."""

    def figure(takes: Sequence[RecordingResult]) -> float:
        return percentile([value for one in takes for value in getattr(one, name)], percent)

    return figure


FIGURES: dict[str, Callable[[Sequence[RecordingResult]], float]] = {
    "word_error_rate": error_rate,
    "commit_p50": delay("commit", 50),
    "commit_p95": delay("commit", 95),
    "final_p50": delay("final", 50),
    "cpu_seconds_per_second": cpu_share,
    "erasure": lambda takes: total(one.shown for one in takes).normalized,
    "translation_erasure": lambda takes: total(one.shown_translation for one in takes).normalized,
}


def figures(takes: Sequence[RecordingResult]) -> dict[str, tuple[float, Interval]]:
    """Every figure that could be taken, with its interval."""
    found = {}
    for name, figure in FIGURES.items():
        try:
            found[name] = (figure(takes), interval(takes, figure, times=200))
        except ValueError:  # nothing was recognised
            continue
    return found


def ideas_report(label: str, about: dict[str, Any], outcomes: Sequence[Outcome]) -> Report:
    """What leaving each idea out does. Pure."""
    measured = [figures(one.takes) for one in outcomes]
    columns = ("", "WER", "Commit p50", "p95", "Final", "Processor", "Erasure", "translated", "Revisions")
    rows = [
        (
            one.variant.name,
            _spread(found, "word_error_rate", "{:.1%}"),
            _value(found, "commit_p50", "{:.2f} s"),
            _value(found, "commit_p95", "{:.2f} s"),
            _value(found, "final_p50", "{:.2f} s"),
            _value(found, "cpu_seconds_per_second", "{:.3f}"),
            _value(found, "erasure", "{:.3f}"),
            _value(found, "translation_erasure", "{:.3f}"),
            str(one.revisions),
        )
        for one, found in zip(outcomes, measured, strict=True)
    ]
    names = tuple(one.variant.name for one in outcomes)
    return Report(
        kind="ablate",
        title=f"What each idea of the streaming core is worth, {label}.",
        machine=about,
        tables=(Table(columns, tuple(rows)),),
        notes=_NOTES,
        charts=tuple(
            Chart("bars", title, unit, "", (_bars(names, measured, name),))
            for name, title, unit in (
                ("commit_p95", "A word is committed after its end", "seconds, 95th percentile"),
                ("cpu_seconds_per_second", "Processor time for each second of audio", "seconds"),
                ("word_error_rate", "Word error rate", "share of the words"),
            )
        ),
        data=_data(label, outcomes, measured),
    )


def grid_report(label: str, about: dict[str, Any], outcomes: Sequence[Outcome]) -> Report:
    """A table for each figure: contexts down, pads across. Pure."""
    measured = {one.variant.name: figures(one.takes) for one in outcomes}
    shown = (
        ("word_error_rate", "Word error rate", "{:.1%}"),
        ("commit_p50", "Commit p50, s", "{:.2f}"),
        ("commit_p95", "Commit p95, s", "{:.2f}"),
        ("cpu_seconds_per_second", "Processor seconds for each second of audio", "{:.3f}"),
    )
    columns = ("Context", *(f"pad {pad:g} s" for pad in PADS))
    tables, charts = [], []
    for name, title, form in shown:
        rows = [
            (str(context), *(_value(_cell(measured, context, pad), name, form) for pad in PADS))
            for context in (*CONTEXTS, FULL)
        ]
        tables.append(Table(columns, tuple(rows), title))
        lines = tuple(
            Series(
                str(context),
                tuple(f"{pad:g}" for pad in PADS),
                tuple(_cell(measured, context, pad).get(name, (float("nan"), None))[0] for pad in PADS),
            )
            for context in (*CONTEXTS, FULL)
        )
        charts.append(Chart("cells", title, "pad, seconds", "context, frames", lines))
    return Report(
        kind="contexts",
        title=f"How much context and padding {label} needs.",
        machine=about,
        tables=tuple(tables),
        notes=tuple(note.format(model=label) for note in _GRID_NOTES),
        charts=tuple(charts),
        data=_data(label, outcomes, list(measured.values())),
    )


_Figures = dict[str, tuple[float, Interval]]


def _cell(measured: dict[str, _Figures], context: int, pad: float) -> _Figures:
    return measured.get(f"{FULL}" if context == FULL else f"{context}/{pad:g}", {})


def _value(found: _Figures, name: str, form: str) -> str:
    return form.format(found[name][0]) if name in found else "–"


def _spread(found: _Figures, name: str, form: str) -> str:
    if name not in found:
        return "–"
    value, bounds = found[name]
    return f"{form.format(value)} ({form.format(bounds.low)}–{form.format(bounds.high)})"


def _bars(names: tuple[str, ...], measured: Sequence[_Figures], name: str) -> Series:
    known = [(label, found[name]) for label, found in zip(names, measured, strict=True) if name in found]
    return Series(
        name,
        tuple(label for label, _ in known),
        tuple(value for _, (value, _) in known),
        tuple(bounds.low for _, (_, bounds) in known),
        tuple(bounds.high for _, (_, bounds) in known),
    )


def _data(label: str, outcomes: Sequence[Outcome], measured: Sequence[_Figures]) -> dict[str, Any]:
    return {
        "model": label,
        "variants": [
            {
                "name": one.variant.name,
                "settings": one.variant.changes,
                "without": list(one.variant.without),
                "takes": len(one.takes),
                "revisions": one.revisions,
                "errors": list(one.errors),
                **{
                    name: {"value": round(value, 4), "interval": [round(bounds.low, 4), round(bounds.high, 4)]}
                    for name, (value, bounds) in found.items()
                },
            }
            for one, found in zip(outcomes, measured, strict=True)
        ],
    }
