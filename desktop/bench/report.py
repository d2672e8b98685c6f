"""What every `parley bench` command ends with: a table in the terminal, JSON, a plot; and what is said of the machine.

A command measures, makes a `Report`, and hands it to `deliver`. Main thread.
"""

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from desktop import __version__
from desktop.engine.errors import EngineError

WIDTH = 120
"""characters of a table that is not printed on a terminal"""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures as they are read: the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A figure that must not be above its limit."""

    name: str
    """as a table names it"""
    value: float | None
    """None: it could not be measured, which does not hold"""
    limit: float
    unit: str = ""

    @property
    def holds(self) -> bool:
        return self.value is not None and self.value <= self.limit

    @property
    def sentence(self) -> str:
        shown = "not measured" if self.value is None else f"{_plain(self.value)}{self._unit}"
        return f"{self.name}: {shown}, limit {_plain(self.limit)}{self._unit}: {'pass' if self.holds else 'FAIL'}."

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


@dataclass(frozen=True, slots=True)
class Series:
    """One set of points of a chart; `low` and `high` bound the interval of each, if there are any."""

    name: str
    x: tuple[Any, ...]
    """numbers, or labels where the chart has bars or cells"""
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """One panel of a plot. bars: a group for each label, a bar for each series. lines: points joined. cells: a
    grid with a row for each series, the values written into it."""

    kind: Literal["bars", "lines", "cells"]
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    limit: float | None = None


@dataclass(frozen=True)
class Report:
    """What a command found out."""

    kind: str
    """the command's name"""
    title: str
    """one sentence: what was measured, of what, how"""
    machine: dict[str, Any]
    """from `machine()` before the measurement began"""
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    """how to read the figures, and what they do not show"""
    checks: tuple[Check, ...] = ()
    charts: tuple[Chart, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    """further keys for the JSON: the raw figures"""

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


@dataclass(frozen=True, slots=True)
class Output:
    """Where a report goes. json: "" nowhere, "-" to standard output instead of the tables, else a file."""

    json: str = ""
    plot: Path | None = None

    def check(self) -> None:
        """Find out before a long measurement whether its results can be written. Raises EngineError."""
        for path in (Path(self.json) if self.json not in ("", "-") else None, self.plot):
            if path is not None and not path.absolute().parent.is_dir():
                raise EngineError(f"The folder of {path} does not exist; make it, or choose another one.")
        if self.plot is not None:
            from desktop.bench.plots import check

            check(self.plot)


def deliver(report: Report, output: Output) -> int:
    """Print and write the report; returns 0 if every check holds, else 1. Raises EngineError."""
    record = as_record(report)
    if output.json == "-":
        print_json(record)
    else:
        _print(report)
    try:
        if output.json not in ("", "-"):
            Path(output.json).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if output.plot is not None:
            from desktop.bench.plots import draw

            draw(report, output.plot)
    except OSError as error:
        raise EngineError(f"The results could not be written ({error.strerror}); is the folder writable?") from error
    return 0 if report.holds else 1


def as_record(report: Report) -> dict[str, Any]:
    """The report as JSON has it."""
    return {
        "kind": report.kind,
        "title": report.title,
        "machine": {**report.machine, "load_after": _load()},
        **report.data,
        "tables": [
            {"title": one.title, "columns": list(one.columns), "rows": [list(row) for row in one.rows]}
            for one in report.tables
        ],
        "checks": [
            {"name": one.name, "value": one.value, "limit": one.limit, "unit": one.unit, "holds": one.holds}
            for one in report.checks
        ],
        "holds": report.holds,
        "notes": list(report.notes),
    }


def machine() -> dict[str, Any]:
    """The machine, how busy it is, and what of ours runs on it, for the head of a report."""
    import psutil

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "usable_cores": _usable_cores(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load": _load(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "parley": __version__,
        "ctranslate2": _version("ctranslate2"),
        "faster-whisper": _version("faster-whisper"),
    }


def machine_line(about: dict[str, Any]) -> str:
    """The same as one line."""
    load = ", ".join(f"{value:g}" for value in about["load"])
    cores = f"{about['cores']} cores"
    if about.get("usable_cores", about["cores"]) != about["cores"]:
        cores = f"{about['usable_cores']} of {cores}"
    return f"Machine: {about['processor']}, {cores}, load {load} (1, 5, 15 min), {about['system']}."


def print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_tables(tables: Sequence[Table]) -> None:
    """On the terminal, or as plain text where there is none."""
    from rich.console import Console
    from rich.table import Table as Shown

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH)
    for table in tables:
        shown = Shown(box=None, pad_edge=False)
        for index, heading in enumerate(table.columns):
            shown.add_column(heading, justify="right" if index else "left")
        for row in table.rows:
            shown.add_row(*row)
        if table.title:
            print(table.title)
        console.print(shown)


def _print(report: Report) -> None:
    print(report.title)
    print(machine_line(report.machine))
    print_tables(report.tables)
    for line in (*report.notes, *(check.sentence for check in report.checks)):
        print(line)


def _plain(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _load() -> list[float]:
    import psutil

    return [round(value, 2) for value in psutil.getloadavg()]


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
