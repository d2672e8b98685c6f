"""`parley bench faults`: hostile servers, packages, kills and signals, each drawn from a seed, against what fetches and
imports models, and against the commands. What must not be is told with its seed, with which it happens again. Main
thread.
"""

import contextlib
import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from desktop.bench.faults import kills, packages, pulls, signals
from desktop.bench.faults.good_models import warm_up
from desktop.bench.faults.result import Outcome
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, as_record, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Check, Report, Table
from desktop.system.files import read_regular, write_atomically

KINDS: dict[str, Callable[[int], Outcome]] = {
    "pulls": pulls.run,
    "packages": packages.run,
    "kills": kills.run,
    "signals": signals.run,
}
_SAVE_EVERY = 20
"""seeds after which the JSON file is written, so that `--resume` goes on there"""
_LARGEST = 10_000_000
"""bytes of that file"""
_STUCK = 180.0
"""seconds after which a seed that does not end is named, and the run ended: it goes on there with `--resume`"""


def main(seeds: int, only: tuple[str, ...], *, is_resumed: bool, output: ReportOutput) -> int:
    """Try the seeds 0 to seeds - 1 of each kind; returns 0 if nothing went wrong. is_resumed: keep what the JSON file
    has. Raises EngineError."""
    output.check()
    file = Path(output.json) if output.json not in ("", "-") else None
    about = machine()
    totals: dict[str, dict[str, Any]] = _kept(file) if is_resumed and file is not None else {}
    kinds = [name for name in KINDS if not only or name in only]
    warm_up()
    with progress(seeds * len(kinds), "seeds") as shown:
        for name in kinds:
            total = totals.setdefault(name, {"seeds": 0})
            shown.at(name)
            shown.advance(min(total["seeds"], seeds))
            while total["seeds"] < seeds:
                with _guarded(name, total["seeds"]):
                    _add(total, KINDS[name](total["seeds"]))
                shown.advance(1)
                if file is not None and total["seeds"] % _SAVE_EVERY == 0:
                    _save(file, _report(about, totals))
    return deliver(_report(about, totals), output)


@contextlib.contextmanager
def _guarded(name: str, seed: int) -> Iterator[None]:
    def end() -> None:
        print(f"{name}, seed {seed}: does not end", file=sys.stderr, flush=True)
        os._exit(1)

    timer = threading.Timer(_STUCK, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _add(total: dict[str, Any], outcome: Outcome) -> None:
    total["seeds"] += 1
    total["installed"] = total.get("installed", 0) + outcome.installed
    total["longest"] = max(total.get("longest", 0.0), round(outcome.seconds, 2))
    total["disk"] = max(total.get("disk", 0), outcome.disk)
    total["memory"] = max(total.get("memory", 0), outcome.memory)
    kinds = total.setdefault("kinds", {})
    kinds[outcome.kind] = kinds.get(outcome.kind, 0) + 1
    refusals = total.setdefault("refusals", {})
    if outcome.sentence:
        refusals[outcome.sentence] = refusals.get(outcome.sentence, 0) + 1
    if outcome.problem:
        total.setdefault("problems", []).append({"seed": outcome.seed, "problem": outcome.problem})


def _report(about: dict[str, Any], totals: dict[str, dict[str, Any]]) -> Report:
    figures: dict[str, dict[str, Any]] = {name: defaultdict(int, total) for name, total in totals.items()}
    rows = tuple(
        (
            name,
            str(total["seeds"]),
            str(total["installed"]),
            ", ".join(f"{code} {count}" for code, count in sorted((total["refusals"] or {}).items())) or "none",
            f"{total['longest']:.1f}",
            f"{total['disk'] / 1e6:.2f}",
            f"{total['memory'] / 1e6:.0f}",
            str(len(total["problems"] or ())),
        )
        for name, total in figures.items()
    )
    columns = ("what", "seeds", "well", "refused", "longest (s)", "disk beyond (MB)", "memory beyond (MB)", "wrong")
    wrong = [(name, one) for name, total in figures.items() for one in total["problems"] or ()]
    return Report(
        "faults",
        "Hostile servers, packages, kills and signals, drawn from seeds, against the models and the commands.",
        about,
        (Table(columns, rows),),
        notes=tuple(f"{name}, seed {one['seed']}: {one['problem']}" for name, one in wrong[:20]),
        checks=(Check("What must not be", float(len(wrong)), 0.0),),
        data={"totals": totals},
    )


def _save(file: Path, report: Report) -> None:
    write_atomically(file, json.dumps(as_record(report), ensure_ascii=False, indent=1) + "\n")


def _kept(file: Path) -> dict[str, dict[str, Any]]:
    try:
        totals = json.loads(read_regular(file, _LARGEST))["totals"]
        return {name: dict(totals[name]) for name in _known(totals)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _known(totals: Iterable[str]) -> list[str]:
    return [name for name in KINDS if name in set(totals)]
