"""A part of `tests/odd_files.py`, a third of the containers; `python -m tests.odd_files 200` reads them all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.odd_files import CONTAINERS, faults, hear, odd_file, table, write

SUBSET = range(3, 3 + len(CONTAINERS), 3)


def test_odd_files_are_heard_at_their_times(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    lines, wrong = table(SUBSET, tmp_path)
    record_property("odd files: seconds heard, offset", "\n".join(lines))  # shown at the end of the tests' output
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("suffix", ["aiff", "opus"])
def test_eight_channels_end_no_process(tmp_path: Path, suffix: str) -> None:
    """In an order of their own, and in planes: PyAV frees the one twice and reads behind the last of the other."""
    files = map(odd_file, range(10_000))
    file = next(one for one in files if one.container.suffix == suffix and one.channels == 8 and one.cut == 1)
    assert not faults(file, hear(write(file, tmp_path), file))
