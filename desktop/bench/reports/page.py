"""`parley bench page`: puts the tables of saved measurements into docs/benchmarks.md.

The page has a block for each measurement, between `<!-- begin NAME -->` and `<!-- end NAME -->`; a file NAME.json,
written by `--json`, fills it. Pure but for `main`, which runs on the main thread.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.bench.reports.machine import machine_line
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.message import verbatim
from desktop.system.files import write_atomically


def main(page: Path, files: Sequence[Path]) -> int:
    """Fill the page; returns 0. Raises EngineError, FileUnreadable."""
    try:
        text = page.read_text(encoding="utf-8")
        for file in files:
            try:
                text = filled(text, file.stem, json.loads(file.read_text(encoding="utf-8")))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise EngineError(verbatim(f"{file} was not put into {page}: {error}.")) from error
        write_atomically(page, text)
    except OSError as error:
        raise FileUnreadable(verbatim(f"{error.filename} cannot be read or written ({error.strerror}).")) from error
    print(f"{page}: {len(files)} tables.")
    return 0


def filled(page: str, name: str, record: dict[str, Any]) -> str:
    """The page with this record in the block of that name. Raises ValueError if there is no such block."""
    block = re.compile(rf"(<!-- begin {re.escape(name)} -->\n).*?(<!-- end {re.escape(name)} -->)", re.DOTALL)
    if not block.search(page):
        raise ValueError(f"the page has no block {name}")
    text = markdown(record)
    return block.sub(lambda found: f"{found[1]}{text}{found[2]}", page)


def blocks(page: str) -> tuple[str, ...]:
    """The names of all blocks, in order."""
    return tuple(re.findall(r"<!-- begin (\S+) -->", page))


def markdown(record: dict[str, Any]) -> str:
    """A record as Markdown: what was measured where, the tables, the limits, the notes."""
    about = record["machine"]
    after = ", ".join(f"{value:g}" for value in about.get("load_after", ()))
    parts = [f"{record['title']} {machine_line(about)}" + (f" Load afterwards: {after}." if after else "")]
    for table in record["tables"]:
        if table["title"]:
            parts.append(f"**{table['title']}**")
        lines = [_row(table["columns"]), _row(["---", *["---:"] * (len(table["columns"]) - 1)])]
        parts.append("\n".join([*lines, *(_row(row) for row in table["rows"])]))
    if record["checks"]:
        parts.append("\n".join(f"- {_check(one)}" for one in record["checks"]))
    if record["notes"]:
        parts.append("\n".join(f"- {_escaped(note)}" for note in record["notes"]))
    return "\n" + "\n\n".join(parts) + "\n\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _check(one: dict[str, Any]) -> str:
    unit = f" {one['unit']}" if one["unit"] else ""
    value = "not measured" if one["value"] is None else f"{one['value']:.3g}{unit}"
    return f"{_escaped(one['name'])}: {value}, limit {one['limit']:.3g}{unit}: **{'pass' if one['holds'] else 'FAIL'}**"
