"""What this machine computes with: processor, cores, graphics card. Any thread."""

import ctypes
import functools
import importlib.metadata
import logging
import os
import platform
import sys
from pathlib import Path

log = logging.getLogger(__name__)

_DRIVERS = {
    "win32": ("nvcuda.dll", "amdhip64.dll", "amdhip64_6.dll", "amdhip64_7.dll"),
    "linux": ("libcuda.so.1", *(f"libamdhip64.so{end}" for end in ("", ".5", ".6", ".7"))),
}
"""platform -> libraries without one of which CTranslate2 finds no graphics card"""


@functools.cache
def processor() -> str:
    """The processor's name as the system has it; names no user and no computer."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def machine() -> str:
    """This machine, as far as speed goes."""
    return f"{processor()}, {os.cpu_count()} cores, CTranslate2 {importlib.metadata.version('ctranslate2')}"


@functools.cache
def has_card() -> bool:
    """Whether CTranslate2 sees a graphics card that it can use. Imports it (0.3 s the first time) only where there is
    the driver of one."""
    if not any(map(_is_there, _DRIVERS.get(sys.platform, ()))):
        return False
    try:
        import ctranslate2

        return bool(ctranslate2.get_cuda_device_count() > 0)
    except Exception:
        log.info("CTranslate2 cannot say whether there is a graphics card", exc_info=True)
        return False


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
