"""A user's folders for a while, and what may happen in them."""

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from desktop.system import paths

_VARIABLES = (
    *("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"),
    *("HF_HOME", "ARGOS_PACKAGES_DIR", "PARLEY_MODEL_PACKAGES"),
)
_EVERY = 0.02
"""seconds between two looks at the disk"""
_PEAK, _NOW = "VmHWM:", "VmRSS:"


@contextlib.contextmanager
def empty_home() -> Iterator[Path]:
    """Without any model but the starter's; gives the folder in which all of it lies. Linux, for the variables are."""
    before = {name: os.environ.get(name) for name in _VARIABLES}
    with tempfile.TemporaryDirectory(prefix="parley-faults-") as place:
        os.environ.update({name: str(Path(place) / "home" / name.lower()) for name in _VARIABLES})
        os.environ["PARLEY_MODEL_PACKAGES"] = ""
        try:
            yield Path(place)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


class Watch:
    """The most bytes that lay below the models' folder while it was open, and the most memory of this process beyond
    that at its start. Has a thread of its own."""

    def __init__(self) -> None:
        self.disk = 0
        self.memory = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now on
        self._start = memory(_NOW)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join(10)
        self._look()
        self.memory = max(0, memory(_PEAK) - self._start)

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            self._look()

    def _look(self) -> None:
        self.disk = max(self.disk, bytes_below(paths.models_dir()))


def memory(which: str = _NOW) -> int:
    """Bytes of this process that are in memory; 0 where the system does not say. which: a line of Linux's status."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(which)), 0)


def bytes_below(place: Path) -> int:
    """That files take there; what vanishes meanwhile counts nothing."""
    total = 0
    for folder, _, names in os.walk(place):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(folder) / name).lstat().st_blocks * 512
    return total


def snapshot(place: Path) -> dict[str, tuple[int, ...]]:
    """What the system says of everything below a place, but for the home in it: kind, size, where it lies, times of
    the last change of content and of anything else (ns)."""
    found: dict[str, tuple[int, ...]] = {}
    for folder, folders, names in os.walk(place):
        if Path(folder) == place and "home" in folders:
            folders.remove("home")
        for name in (*folders, *names):
            status = (Path(folder) / name).lstat()
            of_file = (status.st_mode, status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
            found[str(Path(folder) / name)] = of_file
    return found
