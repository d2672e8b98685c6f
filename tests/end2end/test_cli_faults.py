"""What users and systems do to the command line at the wrong moment: no file is lost, nothing hangs, one sentence."""

import resource
import subprocess
import sys
from pathlib import Path

from tests.end2end.test_cli import TEST, environment  # noqa: F401  # the fixture


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path, environment: dict[str, str]) -> None:  # noqa: F811
    old = tmp_path / "talk.srt"
    old.write_text("old")

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    command = [sys.executable, "-m", "desktop", "transcribe", str(TEST / "en-00.flac"), "-o", str(old)]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, preexec_fn=full, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert f"{old} cannot be written (File too large)" in done.stderr
    assert old.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
