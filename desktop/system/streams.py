"""Standard streams that are closed, full, or whose reader has gone. Main thread, before anything is written.

What is written to standard output and cannot be is an error of its own, `OutputFailed`; what cannot be said on standard
error is lost, and nothing else.
"""

import errno
import io
import os
import sys
from typing import Any


class OutputFailed(OSError):
    """Standard output takes nothing any more; that its reader has gone is a BrokenPipeError as ever."""


def mend_streams() -> None:
    """Give the process three open standard streams, so that no file that is opened later gets the number of one that
    was closed, and make `sys.stdout` and `sys.stderr` fail as said above. Does nothing on Windows."""
    if sys.platform == "win32":
        return
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Reading only: writing to a standard output that was closed fails.
            _put(os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY), number)
    sys.stdout = _stream(_Output(1, "w", closefd=False), sys.stdout)
    sys.stderr = _stream(_Lossy(2, "w", closefd=False), sys.stderr)


def silence_output() -> None:
    """Nothing is flushed into standard output at exit that it does not take."""
    null = os.open(os.devnull, os.O_WRONLY)
    _put(null, sys.stdout.fileno())


class _Output(io.FileIO):
    def write(self, content: Any, /) -> int:
        try:
            return super().write(content) or 0
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFailed(error.errno or errno.EIO, error.strerror or "unknown reason") from None


class _Lossy(io.FileIO):
    def write(self, content: Any, /) -> int:
        try:
            return super().write(content) or 0
        except OSError:
            return len(memoryview(content).cast("B"))


def _stream(raw: io.FileIO, before: Any) -> io.TextIOWrapper:
    """before: the stream whose ways it has; None: it was closed."""
    is_error = raw.fileno() == 2
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors="backslashreplace",  # a name that is not UTF-8 is shown; in JSON, too, it is read back as it was
        line_buffering=is_error or raw.isatty() or bool(getattr(before, "write_through", False)),
    )


def _put(opened: int, number: int) -> None:
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
