"""Keeps the C library's heap small: glibc's holds on to what was freed. Any thread.

After a model of 1 GB is closed it keeps up to 1 GB of it; and it has a heap for nearly every thread, each as large as
its threads ever needed it.
"""

import ctypes
import gc
import sys
from functools import cache
from typing import Any

_M_ARENA_MAX = -8
"""from glibc's malloc.h"""
_HEAPS = 2
"""the main thread's, and one for all others: half an hour of speech takes 100 MB less so, and no more processor time"""


def share_heap() -> None:
    """Let all threads from now on share one heap; does nothing where the C library is another one."""
    library = _library()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, _HEAPS)


def give_back() -> None:
    """Return freed memory to the system; takes up to 0.2 s after a large model. Does nothing where the C library
    does it by itself."""
    gc.collect()
    trim()


def trim() -> None:
    """The same without looking for what nobody uses: other threads go on meanwhile."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)


@cache
def _library() -> Any:
    """glibc; None where it is another one: musl's heap shrinks by itself."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
