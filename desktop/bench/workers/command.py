"""`parley bench workers`: a full queue before one worker and before two, and the same talk without Redis and with it.
In turn, so that a machine that gets busy is the same for all. Main thread."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from desktop.bench.figures.errors import summarized
from desktop.bench.load.speaker import Spoken
from desktop.bench.load.talks import talks
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.report import Check, Report, Table
from desktop.bench.workers.detour import spoken_here, spoken_there
from desktop.bench.workers.draining import drained
from desktop.bench.workers.figures import certain, later
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings

GAIN, LATER = 1.8, 0.08
"""what a second worker is worth at least; seconds that Redis may cost, at the median"""
_Found = TypeVar("_Found")
_JOB = 5.0
"""seconds of speech, at least"""


@dataclass(frozen=True, slots=True)
class WorkersOptions:
    """What is asked for."""

    jobs: int = 40
    """in the queue"""
    seconds: float = 60.0
    """of the talk"""
    rounds: int = 2
    language: str = "en"
    seed: int = 1


def workers(settings: Settings, options: WorkersOptions, output: ReportOutput) -> int:
    """Returns 0 if a second worker is worth `GAIN` and Redis costs no more than `LATER`. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    path = str(model.path.resolve())
    about = machine()
    by_people = not model.is_starter
    said = [one.samples for one in talks(options.jobs, _JOB, options.language, options.seed, by_people=by_people)]
    talk = talks(1, options.seconds, options.language, options.seed, by_people=by_people)[0]
    took: dict[int, list[float]] = {1: [], 2: []}
    here: list[Spoken] = []
    there: list[Spoken] = []
    for number in range(options.rounds):
        for count in (1, 2) if number % 2 == 0 else (2, 1):
            took[count].append(_run(partial(drained, model=path, count=count, said=said, language=options.language)))
            print(f"{count} of 2 workers: {took[count][-1]:.1f} s", file=sys.stderr, flush=True)
        here.append(_run(partial(spoken_here, model=path, talk=talk, language=options.language)))
        there.append(_run(partial(spoken_there, model=path, talk=talk, language=options.language)))
    return deliver(_report(model.label, options, about, took, here, there), output)


def _run(doing: Callable[[Path], Awaitable[_Found]]) -> _Found:
    async def run(folder: Path) -> _Found:
        return await doing(folder)

    with tempfile.TemporaryDirectory(prefix="parley-workers-") as folder:
        return asyncio.run(run(Path(folder)))


def _report(
    model: str,
    options: WorkersOptions,
    about: dict[str, Any],
    took: dict[int, list[float]],
    here: list[Spoken],
    there: list[Spoken],
) -> Report:
    gain = median(took[1]) / median(took[2])
    delays = [
        seconds
        for one, other in zip(here, there, strict=True)
        for seconds in later(certain(one.came), certain(other.came))
    ]
    delay = summarized(delays) if delays else None
    rows = tuple(
        (str(count), ", ".join(f"{one:.1f}" for one in times), f"{options.jobs / median(times):.2f}")
        for count, times in took.items()
    )
    shown = (f"{delay.median:+.3f}", f"{delay.p95:+.3f}", str(len(delays))) if delay else ("-", "-", "0")
    return Report(
        "workers",
        f"{options.jobs} recordings of {_JOB:g} s or more in a queue, recognised as finals by one worker and by two, a "
        f"core each; a talk of {options.seconds:g} s in real time, recognised in the server and by a worker behind "
        f"Redis. Model: {model}.",
        about,
        (
            Table(
                ("workers", "seconds, each round", "recordings a second"), rows, title="A queue that is full at once"
            ),
            Table(("p50 (s)", "p95 (s)", "words"), (shown,), title="A word is committed later through Redis"),
        ),
        checks=(
            Check("One worker's share of two workers' speed", 1 / gain, 1 / GAIN),
            Check("Later through Redis, p50", delay.median if delay else None, LATER, "s"),
        ),
        data={"seconds": {str(count): times for count, times in took.items()}, "gain": gain, "later": delays},
    )
