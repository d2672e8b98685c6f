"""What Parley costs when it does nothing. Main thread."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SECONDS = 10.0
"""how long is watched"""
_SETTLING = 6.0
"""seconds that a started window is given to load what it loads"""


def engine_share() -> float:
    """Share of a core that this process uses while its engine is stopped."""
    began, spent = time.monotonic(), time.process_time()
    time.sleep(SECONDS)  # not a wait for something: the length of the measurement
    return (time.process_time() - spent) / (time.monotonic() - began)


def window_share() -> float | None:
    """Share of a core that the app itself uses, its window open (off screen) and stopped. None if it does not
    stay open."""
    import psutil

    with tempfile.TemporaryDirectory(prefix="parley-idle-") as folder:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": folder}
        settings = Path(folder) / "settings.toml"
        settings.touch()  # without it the first steps would open
        command = [sys.executable, "-m", "desktop", "gui", "--settings", str(settings)]
        root = Path(__file__).resolve().parents[2]
        app = subprocess.Popen(
            command,
            env=environment,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            app.wait(_SETTLING)
            return None
        except subprocess.TimeoutExpired:
            pass
        try:
            process = psutil.Process(app.pid)
            began, spent = time.monotonic(), _spent(process)
            time.sleep(SECONDS)
            if app.poll() is not None:
                return None
            return (_spent(process) - spent) / (time.monotonic() - began)
        finally:
            app.terminate()
            try:
                app.wait(10)
            except subprocess.TimeoutExpired:
                app.kill()
                app.wait()


def _spent(process: Any) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
