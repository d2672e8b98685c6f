"""`parley bench peers`: real processes that hear real speech in real time, one core each."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from desktop.system.paths import RESOURCES


def test_the_command_compares_in_real_time_and_names_what_it_could_not_run(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    names = "parley,local-agreement,whole-file,realtimestt"
    options = f"--only {names} --audio sentences-en --seconds 6 --repeats 1 --aware-only --json {file}"
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "bench", "peers", *options.split()],
        cwd=RESOURCES.parent,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode in (0, 1), done.stderr  # whether the limits hold is no matter of a test
    assert "Traceback" not in done.stderr
    assert "Commit p50" in done.stdout
    assert "not installed" in done.stdout
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    systems = figures["systems"]["aware"]
    assert set(systems) == {"parley", "local-agreement", "whole-file"}
    assert list(figures["missing"]) == ["RealtimeSTT"]
    for name in ("parley", "local-agreement"):
        one = systems[name]
        assert one["words"] >= 10
        assert one["commit_p50"]["low"] <= one["commit_p50"]["value"] <= one["commit_p50"]["high"]
        assert one["commit_p50"]["value"] <= one["commit_p95"]["value"]
        assert one["cpu_per_second"]["value"] > 0
        assert one["wer"]["value"] <= 0.2
    assert figures["machine"]["load"]
    assert any(check["name"].startswith("Commit p50") for check in figures["checks"])
