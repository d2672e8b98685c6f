"""What is said of the machine beside what was measured on it. Any thread."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from desktop import __version__


def machine() -> dict[str, Any]:
    """The machine, how busy it is, and what of ours runs on it, for the head of a report."""
    import psutil

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "usable_cores": _usable_cores(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load": load(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "parley": __version__,
        "ctranslate2": _version("ctranslate2"),
        "faster-whisper": _version("faster-whisper"),
    }


def machine_line(about: dict[str, Any]) -> str:
    """The same as one line."""
    loads = ", ".join(f"{value:g}" for value in about["load"])
    cores = f"{about['cores']} cores"
    if about.get("usable_cores", about["cores"]) != about["cores"]:
        cores = f"{about['usable_cores']} of {cores}"
    return f"Machine: {about['processor']}, {cores}, load {loads} (1, 5, 15 min), {about['system']}."


def load() -> list[float]:
    """How many processes wanted a core, of the last 1, 5 and 15 minutes."""
    import psutil

    return [round(value, 2) for value in psutil.getloadavg()]


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
