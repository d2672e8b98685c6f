"""`parley bench cost`: processor time and memory that live recognition takes, for models of any size. Main thread.

Each run is a process of its own. A model that has no weights here is represented by one of the same dimensions with
random weights, which works in the shadow of the model that is installed (see `peers/shadow.py`).
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.bench.figures.bootstrap import interval
from desktop.bench.figures.errors import percentile
from desktop.bench.live.live_run import LiveRun, RecordingResult, run_in_new_process, run_spec
from desktop.bench.live.script import Recording, chosen
from desktop.bench.make_model import SIZES, make_whisper
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Chart, Report, Series, Table
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

_NOTES = (
    "Recognition alone, on one thread of the processor, of continuous speech in real time; voice detection and the "
    "rest of the engine are in it. Intervals: 95 %, bootstrap over recordings.",
    "Recogniser: share of the time that it was decoding; above about 90 % it cannot keep up. RTF: seconds for each "
    "second of a file that is read as fast as it goes. Commit: end of a word to its commitment. Memory: largest "
    "resident set of the process.",
    "Sizes with random weights work along with {model}, whose words are used: their figures hold its cost, too, and "
    "memory for both. They say what a size costs, never how well it hears.",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """All runs of one model."""

    label: str
    runs: tuple[LiveRun, ...]

    @property
    def takes(self) -> tuple[RecordingResult, ...]:
        return tuple(take for one in self.runs for take in one.takes)

    @property
    def busy(self) -> float:
        """Share of the time that the recogniser ran."""
        return sum(one.busy for one in self.runs) / sum(one.seconds for one in self.runs)

    @property
    def real_time_factor(self) -> float | None:
        """Median of the runs."""
        found = [one.real_time_factor for one in self.runs if one.real_time_factor is not None]
        return percentile(found, 50) if found else None

    @property
    def memory(self) -> float:
        """MB, the largest of all runs."""
        return max(one.peak_memory for one in self.runs)


def main(
    settings: Settings,
    *,
    sizes: Sequence[str],
    is_quick: bool,
    only: Sequence[str] = (),
    repeats: int,
    output: ReportOutput,
) -> int:
    """Measure and print; returns 0. Raises EngineError."""
    output.check()
    usual = ("en-00", "es-00") if is_quick else ("stream-en", "stream-es")
    everything = chosen(only or usual, ())
    label = chosen_model(settings.recognition).label
    about = machine()
    return deliver(report(label, about, measure(settings, label, sizes, everything, repeats)), output)


def one_thread(settings: Settings) -> Settings:
    """Recognition on one thread of the processor, unless the settings name a number."""
    threads = settings.recognition.threads or 1
    return changed(settings, {"recognition.device": "cpu", "recognition.threads": threads})


def measure(
    settings: Settings, label: str, sizes: Sequence[str], everything: Sequence[Recording], repeats: int
) -> tuple[Cost, ...]:
    """The installed model, then the made ones, in turn, `repeats` times. Raises EngineError."""
    settings = one_thread(settings)
    found: dict[str, list[LiveRun]] = {name: [] for name in (label, *(f"size {size}" for size in sizes))}
    total = repeats * len(found) * sum(one.seconds for one in everything)
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder, progress(total, "s") as shown:
        shadows = [str(make_whisper(Path(folder) / size, SIZES[size])) for size in sizes]
        for turn in range(repeats):
            for name, shadow in zip(found, ["", *shadows], strict=True):
                shown.at(f"{name}, run {turn + 1} of {repeats}")
                found[name] += run_in_new_process([run_spec(settings, everything, shadow=shadow, is_read_fast=True)])
                shown.advance(found[name][-1].seconds)
    return tuple(Cost(name, tuple(runs)) for name, runs in found.items())


def cpu_share(takes: Sequence[RecordingResult]) -> float:
    """Processor seconds for each second of audio."""
    return sum(one.cpu for one in takes) / sum(one.seconds for one in takes)


def report(label: str, about: dict[str, Any], costs: Sequence[Cost]) -> Report:
    """What the runs say. Pure."""
    bounds = [interval(one.takes, cpu_share) for one in costs]
    rows = []
    for one, bound in zip(costs, bounds, strict=True):
        commits = [value for take in one.takes for value in take.commit]
        rows.append(
            (
                one.label,
                f"{cpu_share(one.takes):.3f} ({bound.low:.3f}–{bound.high:.3f})",
                f"{one.busy:.1%}",
                "–" if one.real_time_factor is None else f"{one.real_time_factor:.3f}",
                f"{percentile(commits, 50):.2f} s" if commits else "–",
                f"{percentile(commits, 95):.2f} s" if commits else "–",
                f"{one.memory:.0f} MB",
            )
        )
    columns = ("Model", "Processor per second of audio", "Recogniser", "RTF", "Commit p50", "Commit p95", "Memory")
    names = tuple(one.label for one in costs)
    processor = Series(
        "processor",
        names,
        tuple(cpu_share(one.takes) for one in costs),
        tuple(one.low for one in bounds),
        tuple(one.high for one in bounds),
    )
    memory = Series("memory", names, tuple(one.memory for one in costs))
    return Report(
        kind="cost",
        title="What live recognition costs.",
        machine=about,
        tables=(Table(columns, tuple(rows)),),
        notes=tuple(note.format(model=label) for note in _NOTES),
        charts=(
            Chart("bars", "Processor time for each second of audio", "seconds", "", (processor,)),
            Chart("bars", "Memory, at most", "MB", "", (memory,)),
        ),
        data={
            "model": label,
            "costs": [
                {
                    "label": one.label,
                    "cpu_seconds_per_second": round(cpu_share(one.takes), 4),
                    "interval": [round(bound.low, 4), round(bound.high, 4)],
                    "real_time_factor": one.real_time_factor,
                    "recogniser_share": round(one.busy, 4),
                    "decodes": sum(run.decodes for run in one.runs),
                    "peak_memory_mb": round(one.memory, 1),
                    "repeats": len(one.runs),
                    "disturbed": [name for run in one.runs for name in run.disturbed],
                    "errors": [message for run in one.runs for message in run.errors],
                }
                for one, bound in zip(costs, bounds, strict=True)
            ],
        },
    )
