"""Prints how much of each pure package its tests reach, lines and branches; fails where that is too little.

Reads what pytest-cov wrote and the list of packages in pyproject.toml. `installer/test.sh` runs it.
"""

import json
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]


def share(files: dict[str, Any], names: Iterable[str]) -> float:
    """Percent of the lines and branches of these files that were reached. Raises KeyError for one nobody imported."""
    found = [files[name]["summary"] for name in names]
    count = sum(one["num_statements"] + one["num_branches"] for one in found)
    reached = sum(one["covered_lines"] + one["covered_branches"] for one in found)
    return 100 * reached / max(1, count)


def measured() -> dict[str, Any]:
    """coverage.py's report of each file."""
    coverage = Coverage(config_file=str(ROOT / "pyproject.toml"))
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        coverage.json_report(outfile=str(file))
        files: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["files"]
    return files


def main() -> int:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["parley"]["coverage"]
    files, is_enough = measured(), True
    for package, names in wanted["pure"].items():
        percent = share(files, [path.relative_to(ROOT).as_posix() for path in expanded(package, names)])
        print(f"{package:36} {percent:6.1f} %{'' if percent >= wanted['least'] else '  too little'}")
        is_enough = is_enough and percent >= wanted["least"]
    return 0 if is_enough else 1


def expanded(package: str, names: list[str]) -> list[Path]:
    """The files that the list names; "*" is all of the package."""
    folder = ROOT / package
    return sorted(folder.rglob("*.py")) if names == ["*"] else [folder / f"{name}.py" for name in names]


if __name__ == "__main__":
    sys.exit(main())
