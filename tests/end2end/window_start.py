"""How long Parley's window takes to be on a real screen, and what the app takes while it does nothing."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import let_pass, wait_until

ROOT = Path(__file__).parents[2]
WITHIN = 30


def drop_from_cache(*folders: Path) -> int:
    """Forget the pages of every file below these, so that the next start reads them from the disk; how many files."""
    count = 0
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                count += 1
    return count


class WindowStart:
    """One start of the app on the screen of DISPLAY. A context manager; the app ends with it.

    seconds: from the start of the process to the window manager showing its window."""

    def __init__(self, home: Path) -> None:
        from Xlib import X, display

        screen = display.Display()
        root = screen.screen().root
        root.change_attributes(event_mask=X.PropertyChangeMask)
        clients = screen.intern_atom("_NET_CLIENT_LIST")

        def windows() -> set[int]:
            found = root.get_full_property(clients, X.AnyPropertyType)
            return set(found.value) if found else set()

        before = windows()
        environment = {**os.environ, "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
        command = [sys.executable, "-m", "desktop", "gui", "--settings", str(home / "settings.toml")]
        began = time.monotonic()
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        while not windows() - before:
            assert time.monotonic() - began < WITHIN, "no window came"
            assert self.process.poll() is None, "the app ended"
            select.select([screen.fileno()], [], [], 0.05)
            while screen.pending_events():
                screen.next_event()
        self.seconds = time.monotonic() - began
        screen.close()

    def __enter__(self) -> "WindowStart":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def settle(self) -> None:
        """Until everything that loads beside the window is there: memory, threads and processor rest for a while."""
        process = psutil.Process(self.process.pid)
        last: Any = None
        since = time.monotonic()

        def rests() -> bool:
            nonlocal last, since
            spent = process.cpu_times()
            now = (process.memory_info().rss >> 18, process.num_threads(), round(spent.user + spent.system, 1))
            if now != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since > 1.5

        assert wait_until(rests, WITHIN, every=0.1), "the app does not come to rest"

    def memory(self) -> int:
        """Bytes that are resident."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def share(self, seconds: float) -> float:
        """Share of a core that it uses in so many seconds."""
        process = psutil.Process(self.process.pid)
        began, before = time.monotonic(), process.cpu_times()
        let_pass(seconds)
        after = process.cpu_times()
        spent = after.user + after.system - before.user - before.system
        return float(spent / (time.monotonic() - began))
