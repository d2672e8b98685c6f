"""Where a report goes: a table in the terminal, JSON, a plot. Main thread."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.bench.reports.machine import load, machine_line
from desktop.bench.reports.report import Report, Table
from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim
from desktop.system.files import write_atomically

WIDTH = 120
"""characters of a table that is not printed on a terminal"""


@dataclass(frozen=True, slots=True)
class ReportOutput:
    """Where a report goes. json: "" nowhere, "-" to standard output instead of the tables, else a file."""

    json: str = ""
    plot: Path | None = None

    def check(self) -> None:
        """Find out before a long measurement whether its results can be written. Raises EngineError."""
        for path in (Path(self.json) if self.json not in ("", "-") else None, self.plot):
            if path is not None and not path.absolute().parent.is_dir():
                raise EngineError(verbatim(f"The folder of {path} does not exist; make it, or choose another one."))
        if self.plot is not None:
            from desktop.bench.reports.plots import check

            check(self.plot)


def deliver(report: Report, output: ReportOutput) -> int:
    """Print and write the report; returns 0 if every check holds, else 1. Raises EngineError."""
    record = as_record(report)
    if output.json == "-":
        print_json(record)
    else:
        _print(report)
    try:
        if output.json not in ("", "-"):
            write_atomically(Path(output.json), json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        if output.plot is not None:
            from desktop.bench.reports.plots import draw

            draw(report, output.plot)
    except OSError as error:
        raise EngineError(
            verbatim(f"The results could not be written ({error.strerror}); is the folder writable?")
        ) from error
    return 0 if report.holds else 1


def as_record(report: Report) -> dict[str, Any]:
    """The report as JSON has it."""
    return {
        "kind": report.kind,
        "title": report.title,
        "machine": {**report.machine, "load_after": load()},
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


def print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_tables(tables: Sequence[Table]) -> None:
    """On the terminal, or as plain text where there is none."""
    from rich.console import Console
    from rich.table import Table as Shown

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, markup=False, emoji=False)
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
