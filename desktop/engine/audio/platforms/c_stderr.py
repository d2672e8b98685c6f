"""Keeps what C libraries print to the C `stderr` away from the user's terminal.

ALSA, JACK and PortAudio print dozens of lines about devices that a machine does not have. Python's own
sys.stderr, and with it logging, is not touched. Safe from any thread.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

_lock = Lock()
_holders = 0
_saved: int | None = None
_null: int | None = None


@contextmanager
def hushed() -> Iterator[None]:
    """Within it, C's `stderr` goes nowhere."""
    hush()
    try:
        yield
    finally:
        unhush()


def hush() -> None:
    """From now on C's `stderr` goes nowhere, until `unhush` was called as often."""
    global _holders, _saved, _null
    with _lock:
        _holders += 1
        stream = _c_stderr()
        if _holders > 1 or stream is None:
            return
        if _null is None:
            _null = _open_null()
        if _null:
            # The variable is swapped, not the file descriptor: other threads' logging goes on meanwhile.
            _saved, stream.value = stream.value, _null


def unhush() -> None:
    """Takes one `hush` back."""
    global _holders, _saved
    with _lock:
        _holders -= 1
        stream = _c_stderr()
        if _holders == 0 and _saved is not None and stream is not None:
            stream.value, _saved = _saved, None


def _c_stderr() -> Any:
    """The C library's variable of that name, or None where it has none (Windows, macOS), where nothing is printed."""
    if sys.platform != "linux":
        return None
    try:
        return ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stderr")
    except (ValueError, OSError):
        return None


def _open_null() -> int | None:
    library = ctypes.CDLL(None)
    library.fopen.restype = ctypes.c_void_p
    library.fopen.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
    handle: int | None = library.fopen(b"/dev/null", b"w")
    return handle
