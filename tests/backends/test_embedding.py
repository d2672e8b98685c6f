"""The example of docs/embedding.md, run as it stands."""

import re
import subprocess
import sys

from desktop.system.paths import RESOURCES
from tests.conftest import TEST_AUDIO

ROOT = RESOURCES.parent


def test_the_example_runs_as_it_stands() -> None:
    page = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert len(example[1].strip().splitlines()) <= 15
    done = subprocess.run(
        [sys.executable, "-c", example[1], str(TEST_AUDIO / "en-00.flac")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"( +\d+\.\d s  \S.*\n)+", done.stdout)
