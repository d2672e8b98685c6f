"""What cannot be read twice (a pipe, a FIFO): copied first, for FFmpeg seeks, and of many formats the length and the
index stand at their end; or heard while it comes, where the format allows that."""

import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
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


class Pipe:
    """What comes out of a pipe: read as it comes, by FFmpeg as a file without seeking, and kept until `forget` as a
    nameless file in the folder for temporary ones. Raises FileUnreadable where it cannot be opened. On one thread at a
    time."""

    def __init__(self, path: Path, is_wanted: Callable[[], bool]) -> None:
        """is_wanted: asked every 0.1 s (not on Windows) while nothing comes; False is as if the pipe had ended."""
        self._path = path
        self._is_wanted = is_wanted
        self.came_at: float | None = None
        """when the first bytes came, by the monotonic clock"""
        try:
            # A FIFO is opened without waiting for its writer. Stdin may be a socket, whose name cannot be opened.
            self._source = os.dup(0) if path == STDIN else os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            raise FileUnreadable("file-unreadable", path=path, reason=os.strerror(error.errno or 0)) from error
        try:
            self._copy: IO[bytes] | None = tempfile.TemporaryFile(prefix="parley-")  # noqa: SIM115
        except OSError as error:
            os.close(self._source)
            raise self._not_kept(error) from error

    def seekable(self) -> bool:
        return False

    def read(self, size: int = _BLOCK) -> bytes:
        """Some bytes as soon as there are any; none at its end. Raises FileUnreadable."""
        try:
            while self._is_wanted():
                if _is_ready(self._source):
                    block = os.read(self._source, size)
                    self.came_at = self.came_at or monotonic()
                    if self._copy is not None:
                        self._copy.write(block)
                    return block
        except OSError as error:
            raise self._not_kept(error) from error
        return b""

    def _not_kept(self, error: OSError) -> FileUnreadable:
        folder = tempfile.tempdir or os.environ.get("TMPDIR", "/tmp")
        return FileUnreadable("file-not-spooled", path=self._path, folder=folder, reason=os.strerror(error.errno or 0))

    def forget(self) -> None:
        """Keep nothing any more: what was kept, and what comes."""
        if self._copy is not None:
            self._copy.close()
            self._copy = None

    def rest(self) -> IO[bytes]:
        """All of it, from its beginning, once it has ended; the pipe is closed, the caller closes the file."""
        assert self._copy is not None
        try:
            while self.read():
                pass
            self._copy.seek(0)
        except BaseException:
            self.forget()
            raise
        finally:
            os.close(self._source)
        copy, self._copy = self._copy, None
        return copy

    def close(self) -> None:
        """Instead of `rest`."""
        self.forget()
        os.close(self._source)


def _is_ready(source: int) -> bool:
    """Whether a read gives bytes, or the end, at once. A FIFO that nobody has opened to write is not at its end."""
    if sys.platform == "win32":
        return True
    import select

    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(_PATIENCE))
