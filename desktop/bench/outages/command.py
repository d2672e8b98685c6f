"""`parley bench outages`: gateways, workers and Redis that die, stop, end and come back while four clients speak. Words
lost and doubled against each talk alone, and the time until text comes again. Main thread.

Each fault has a cluster of its own, so that `--resume` finds the same as a run in one go.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.bench.load.talks import talks
from desktop.bench.outages.cluster import Cluster
from desktop.bench.outages.faults import FAULTS, Fault
from desktop.bench.outages.figures import broken
from desktop.bench.outages.soak import CLIENTS, soaked
from desktop.bench.outages.talking import SPEAKERS, heard_alone, run
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, as_record, deliver
from desktop.bench.reports.report import Check, Report, Table
from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim
from desktop.messages import text_of
from desktop.system.files import read_regular, write_atomically

_LARGEST = 10_000_000
"""bytes of the JSON file"""
_DIFFERENT = 6
"""talks of clients that come and go"""
_GROWS = 15.0
"""MB that a program may have more at the end than in the second quarter"""
_SPARE = 12.0
"""seconds of speech before and behind a fault that lasts"""


@dataclass(frozen=True, slots=True)
class OutageOptions:
    """What is asked for."""

    times: int = 5
    """of each fault"""
    only: tuple[str, ...] = ()
    """names of faults; empty: all"""
    seconds: float = 30.0
    """that each client speaks, at least"""
    model: str = "starter"
    target: str = "es"
    """language of translations"""
    seed: int = 1
    is_resumed: bool = False
    soak: float = 0.0
    """minutes in which clients come and go, instead of outages; 0: outages"""


Found = dict[str, list[dict[str, Any]]]
"""fault -> what each run of it found"""


def main(options: OutageOptions, output: ReportOutput) -> int:
    """Returns 0 if no word was lost or doubled. Raises EngineError."""
    output.check()
    if options.soak:
        return deliver(_soak(options), output)
    unknown = set(options.only) - {one.name for one in FAULTS}
    if unknown:
        names = ", ".join(one.name for one in FAULTS)
        raise EngineError(verbatim(f"There is no outage “{min(unknown)}”; there are: {names}."))
    file = Path(output.json) if output.json not in ("", "-") else None
    found = _kept(file) if options.is_resumed and file is not None else {}
    about = machine()
    for fault in FAULTS:
        if options.only and fault.name not in options.only:
            continue
        runs = found.setdefault(fault.name, [])
        while len(runs) < options.times:  # again with another cluster, where one did not come back
            asyncio.run(_fault(options, fault, runs, lambda: _save(file, _report(options, about, found))))
    return deliver(_report(options, about, found), output)


async def _fault(options: OutageOptions, fault: Fault, runs: list[dict[str, Any]], save: Any) -> None:
    """Its runs, until there are as many as are wanted."""
    seconds = max(options.seconds, fault.lasts + 2 * _SPARE if fault.lasts else 0.0)
    said = talks(SPEAKERS, seconds, "en", options.seed, by_people=options.model != "starter")
    target = options.target if fault.translates else ""
    with tempfile.TemporaryDirectory(prefix="parley-outages-") as folder:
        async with Cluster(Path(folder), options.model) as cluster:
            alone = {id(talk): await heard_alone(cluster, talk, target) for talk in said}
            while len(runs) < options.times:
                try:
                    outcome = await run(cluster, fault, said, alone, target)
                except EngineError as error:
                    outcome = broken(text_of(error))
                runs.append(outcome.as_record())
                print(
                    f"{fault.name}, {len(runs)} of {options.times}: {_sentence(runs[-1])}", file=sys.stderr, flush=True
                )
                save()
                if outcome.is_broken:
                    return


def _soak(options: OutageOptions) -> Report:
    about = machine()
    said = talks(_DIFFERENT, options.seconds / 2, "en", options.seed, by_people=options.model != "starter")
    with tempfile.TemporaryDirectory(prefix="parley-soak-") as folder:
        found = asyncio.run(soaked(Path(folder), options.model, said, options.soak, options.seed))
    memory = found.as_memory()
    rows = tuple(
        (name, f"{one.early:.0f}", f"{one.late:.0f}", f"{one.most:.0f}", f"{one.growth:+.1f}")
        for name, one in memory.items()
    )
    return Report(
        "soak-cluster",
        f"{CLIENTS} clients that come and go for {options.soak:g} minutes on two gateways, two workers for each stage "
        f"and a Redis, on one machine, with “{options.model}”; the second worker of each stage is killed or ended "
        "again and again.",
        about,
        (
            Table(("program", "second quarter (MB)", "last quarter (MB)", "most (MB)", "growth (MB)"), rows),
            Table(("talks and workers", "count"), tuple((name, str(count)) for name, count in found.counts.items())),
        ),
        checks=(
            Check("Memory that grew most", max((one.growth for one in memory.values()), default=None), _GROWS, "MB"),
            Check("Talks not told to their end", float(found.counts["not told"]), 0.0),
            Check("Workers that did not end in order", float(found.counts["did not end"]), 0.0),
            Check("Jobs left in the queues", float(found.left), 0.0),
        ),
        data={"memory": found.memory, "counts": dict(found.counts), "left": found.left},
    )


def _sentence(one: dict[str, Any]) -> str:
    back = "never" if one["recovery"] is None else f"{one['recovery']:.1f} s"
    return (
        f"{one['lost']} lost, {one['doubled']} doubled, {one['changed']} changed of {one['said']} words; text again "
        f"after {back}" + (f"; {one['problem']}" if one["problem"] else "")
    )


def _report(options: OutageOptions, about: dict[str, Any], found: Found) -> Report:
    rows = tuple(_row(name, runs) for name, runs in found.items() if runs)
    columns = ("outage", "runs", "words", "lost", "doubled", "changed", "untranslated", "text again (s)", "most (s)")
    every = [one for runs in found.values() for one in runs]
    wrong = [(name, one["problem"]) for name, runs in found.items() for one in runs if one["problem"]]
    wrong += [
        (name, f"{one['left']} jobs stay in the queues") for name, runs in found.items() for one in runs if one["left"]
    ]
    wrong += [(name, "no text came again") for name, runs in found.items() for one in runs if one["recovery"] is None]
    return Report(
        "outages",
        f"{SPEAKERS} clients speak {options.seconds:g} s or more in real time on two gateways, two workers for each "
        f"stage and a Redis, on one machine, with “{options.model}”; words against each talk alone.",
        about,
        (Table(columns, rows),),
        notes=tuple(f"{name}: {problem}" for name, problem in wrong[:20]),
        checks=(
            Check("Words lost", float(sum(one["lost"] for one in every)), 0.0),
            Check("Words doubled", float(sum(one["doubled"] for one in every)), 0.0),
            Check("Utterances without translation", float(sum(one["untranslated"] for one in every)), 0.0),
            Check("What else must not be", float(len(wrong)), 0.0),
        ),
        data={"found": found},
    )


def _row(name: str, runs: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    back = sorted(one["recovery"] for one in runs if one["recovery"] is not None)
    sums = (str(sum(one[key] for one in runs)) for key in ("said", "lost", "doubled", "changed", "untranslated"))
    shown = (f"{back[len(back) // 2]:.1f}", f"{back[-1]:.1f}") if back else ("-", "-")
    return (name, str(len(runs)), *sums, *shown)


def _save(file: Path | None, report: Report) -> None:
    if file is not None:
        write_atomically(file, json.dumps(as_record(report), ensure_ascii=False, indent=1) + "\n")


def _kept(file: Path) -> Found:
    try:
        found = json.loads(read_regular(file, _LARGEST))["found"]
        return {one.name: list(found[one.name]) for one in FAULTS if one.name in found}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
