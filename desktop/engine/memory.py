"""Gives memory back to the system. Any thread.

Freed blocks stay in the C library's heap: after a model of 1 GB is closed, glibc keeps up to 1 GB of it.
"""

import ctypes
import gc
import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Return freed memory to the system; takes up to 0.2 s after a large model. Does nothing where the C library
    does it by itself."""
    gc.collect()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None  # musl has none: its heap shrinks by itself
