"""What cannot be read twice (a pipe, a FIFO), copied first: FFmpeg seeks, and of many formats the length and the index
stand at their end."""

import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from desktop.engine.errors import FileUnreadable

STDIN = Path("/dev/stdin")
"""stands for what is piped into the program, also where the system has no such name"""
_BLOCK = 1 << 18
_PATIENCE = 100
"""milliseconds between two looks at whether the copy is still wanted"""


def is_pipe(path: Path) -> bool:
    """Whether what the name stands for can be read only once. Waits for nobody; False also where nothing is known."""
    try:
        mode = (os.fstat(0) if path == STDIN else path.stat()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or (path == STDIN and sys.platform == "win32")


def spooled(path: Path, is_wanted: Callable[[], bool]) -> IO[bytes]:
    """What comes out of a pipe, as a nameless file in the folder for temporary ones; the caller closes it.

    Blocks until the pipe ends or the copy is not wanted any more, which is asked every 0.1 s (not on Windows). Raises
    FileUnreadable where it cannot be read, or there is no room for it.
    """
    try:
        # A FIFO is opened without waiting for its writer. Stdin may be a socket, whose name cannot be opened.
        source = os.dup(0) if path == STDIN else os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise FileUnreadable("file-unreadable", path=path, reason=os.strerror(error.errno or 0)) from error
    copy = tempfile.TemporaryFile(prefix="parley-")  # noqa: SIM115
    try:
        while is_wanted():
            if _is_ready(source):
                block = os.read(source, _BLOCK)
                if not block:
                    break
                copy.write(block)
        copy.seek(0)
    except OSError as error:
        copy.close()
        reason = os.strerror(error.errno or 0)
        raise FileUnreadable("file-not-spooled", path=path, folder=tempfile.gettempdir(), reason=reason) from error
    except BaseException:
        copy.close()
        raise
    finally:
        os.close(source)
    return copy


def _is_ready(source: int) -> bool:
    """Whether a read gives bytes, or the end, at once. A FIFO that nobody has opened to write is not at its end."""
    if sys.platform == "win32":
        return True
    import select

    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(_PATIENCE))
