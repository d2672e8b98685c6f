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
_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
"""from glibc's malloc.h"""
_HEAPS = 2
"""the main thread's, and one for all others: half an hour of speech takes 100 MB less so, and no more processor time"""
_LARGE = 3_000_000
"""bytes: a block of its own. glibc's own bound grows to 32 MB as blocks are freed, and the gaps that a decode leaves
in the heap with it: 10 speakers took 100 MB more"""
_FREE = 16_000_000
"""bytes at the end of the heap that may be kept"""


def share_heap() -> None:
    """Let all threads from now on share one heap; does nothing where the C library is another one."""
    library = _library()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, _HEAPS)


def keep_small() -> None:
    """Give each large block back as soon as it is freed, for programs that serve many. Does nothing where the C library
    is another one."""
    share_heap()
    library = _library()
    if library is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _FREE)


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
