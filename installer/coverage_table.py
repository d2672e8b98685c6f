"""Prints how much of each pure package its tests reach, lines and branches; fails where that is too little.

Reads what pytest-cov wrote and the list of packages in pyproject.toml. `installer/test.sh` runs it.
"""

import json
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]


def share(files: dict[str, Any], package: str) -> tuple[float, int]:
    """Percent of the lines and branches of a package (a folder or a file) that were reached, and how many there are."""
    inside = [
        one["summary"] for name, one in files.items() if name == package or name.startswith(f"{package.rstrip('/')}/")
    ]
    count = sum(one["num_statements"] + one["num_branches"] for one in inside)
    reached = sum(one["covered_lines"] + one["covered_branches"] for one in inside)
    return 100 * reached / max(1, count), count


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
    files, missed = measured(), []
    for package in wanted["pure"]:
        percent, count = share(files, package)
        is_enough = percent >= wanted["least"]
        print(f"{package:48} {percent:6.1f} %  of {count:5}{'' if is_enough else '  too little'}")
        if not is_enough or not count:
            missed.append(package)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
