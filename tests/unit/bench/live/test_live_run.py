"""The memory of a run is that of its own process."""

import subprocess
import sys

import pytest

CHILD = "from desktop.bench.live.live_run import peak_memory; held = bytearray(60_000_000); print(peak_memory())"
PARENT = f"""
import subprocess, sys
held = bytearray(b"x") * 600_000_000
subprocess.run([sys.executable, "-c", {CHILD!r}], check=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process never inherits the peak of its parent")
def test_a_large_parent_does_not_count() -> None:
    done = subprocess.run([sys.executable, "-c", PARENT], capture_output=True, text=True, check=True)
    assert 60 < float(done.stdout) < 500
