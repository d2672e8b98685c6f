"""Writing files that others read meanwhile, and locks between processes. Any thread, any process."""

import contextlib
import errno
import os
import re
import stat
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from desktop.system import paths

if sys.platform != "win32":
    import fcntl

_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)
_NO_UNNAMED = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)
"""what systems answer that know no files without a name; ENOENT, too, if the folder is missing"""
_STRAY = re.compile(r"\.(.{1,50})-[0-9a-f]{12}\.tmp", re.DOTALL)
"""what a file that is being replaced is called meanwhile"""
_OPEN_FILES = Path("/proc/self/fd")
_LOOK = 0.01
"""seconds between two tries to get a lock"""


def write_atomically(path: Path, content: bytes | str, *, mode: int = 0o666, durable: bool = False) -> os.stat_result:
    """Replace a file in one step: readers see the old content or the new one, whatever happens meanwhile. Returns what
    the system says of the new file. Raises OSError, and then the old file is untouched and nothing else is left.

    content: a text is written as UTF-8; half a character, as in a name that is none, as \\udce9. mode: permissions of a
    new file, less the umask; one that was there keeps its own, its owner where that is allowed, and the link that leads
    to it. durable: the new name, too, is on the disk when
    this returns, so that not even a power failure brings the old file back. What is there and no ordinary file (a
    device, a pipe) is written to as it is."""
    new = Replacement(path, mode=mode)
    try:
        new.file.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
        return new.commit(durable=durable)
    except BaseException:
        new.discard()
        raise


class Replacement:
    """A file that is written beside another one and takes its place when it is done (see `write_atomically`). Where the
    system can, it has no name until then; what a process leaves that is killed all the same goes with the next
    replacement of the file (`tidy`).

    file: to write to. Raises OSError. One of `commit` and `discard` must be called, on any thread."""

    def __init__(self, path: Path, *, mode: int = 0o666) -> None:
        try:
            self._old: os.stat_result | None = path.stat()
        except FileNotFoundError:
            self._old = None
        self._is_direct = self._old is not None and not stat.S_ISREG(self._old.st_mode)
        self._target = path.resolve() if path.is_symlink() else path
        # Cut, so that a name of the greatest length has room for what is added.
        self._temporary = self._target.with_name(f".{self._target.name[:50]}-{uuid.uuid4().hex[:12]}.tmp")
        self._is_named = False
        self.file: BinaryIO
        if self._is_direct:
            self.file = path.open("wb")
        else:
            self.file = os.fdopen(self._opened(mode), "wb")

    def commit(self, *, durable: bool = False) -> os.stat_result:
        """Take the place of the old file. Raises OSError; then `discard`."""
        self.file.flush()
        if self._is_direct:
            self.file.close()
            assert self._old is not None
            return self._old
        descriptor = self.file.fileno()
        if self._old is not None:
            _keep_owner(descriptor, self._old)
        os.fsync(descriptor)
        status = os.fstat(descriptor)
        is_there = not self._is_named and self._name(descriptor)
        self.file.close()  # before the file gets its name: Windows renames no open file
        if not is_there:
            self._temporary.replace(self._target)
        self._is_named = False
        tidy(self._target.parent, self._target.name)
        if durable:
            sync_directory(self._target.parent)
        return status

    def discard(self) -> None:
        """Leave the old file as it is, and nothing else. Never raises; does nothing after `commit`."""
        with contextlib.suppress(OSError):  # of what is still in the buffer: nobody wants it
            self.file.close()
        if self._is_named:
            self._is_named = False
            with contextlib.suppress(OSError):
                self._temporary.unlink()

    def _name(self, descriptor: int) -> bool:
        """Give the file its name, in one step, if there is none of that name yet, else one beside it. Returns whether
        it has its own."""
        folder = os.open(self._target.parent, getattr(os, "O_PATH", os.O_RDONLY))
        # Python follows the link to the open file only where a folder is given as a number.
        source = _OPEN_FILES / str(descriptor)
        try:
            if self._old is None:
                with contextlib.suppress(FileExistsError):  # somebody else was quicker
                    os.link(source, self._target.name, dst_dir_fd=folder, follow_symlinks=True)
                    return True
            os.link(source, self._temporary.name, dst_dir_fd=folder, follow_symlinks=True)
        finally:
            os.close(folder)
        self._is_named = True
        return False

    def _opened(self, mode: int) -> int:
        unnamed = getattr(os, "O_TMPFILE", 0)
        if unnamed and _OPEN_FILES.is_dir():
            try:
                return _held(os.open(self._target.parent, os.O_WRONLY | unnamed, mode))
            except OSError as error:
                if error.errno not in _NO_UNNAMED:
                    raise
        while True:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            made = _held(os.open(self._temporary, flags, mode))
            if sys.platform == "win32" or os.fstat(made).st_nlink:
                self._is_named = True
                return made
            os.close(made)  # another process took it for a stray before it was held


def tidy(folder: Path, name: str = "") -> None:
    """Delete what killed processes left of files that they were replacing; what a living one holds stays. name: only
    what was to become the file of that name. Never raises."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _STRAY.fullmatch(entry.name)
            if found and name[:50] in ("", found[1]) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError):  # it is held, or gone
                    _delete_unheld(Path(entry.path))


def tidy_own() -> None:
    """`tidy` for the folders of Parley's own files, at each start. Never raises; takes less than a millisecond."""
    for folder in {paths.config_file().parent, paths.models_dir(), paths.checked_file().parent, paths.practice_dir()}:
        tidy(folder)


def _held(descriptor: int) -> int:
    """An open file that others see is in use, as long as it is open. Windows deletes no open file anyway."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _delete_unheld(path: Path) -> None:
    """Raises OSError."""
    if sys.platform == "win32":
        path.unlink()
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    finally:
        os.close(descriptor)


def read_regular(path: Path, largest: int) -> bytes:
    """All of an ordinary file; nothing is waited for, and no more than `largest` bytes are read.
    Raises OSError: EINVAL for a pipe, a device and a name that none can have, EFBIG for more bytes."""
    try:
        # A pipe instead of a file must not hold up anything.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError:
        raise OSError(errno.EINVAL, "its name cannot be used") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file")
        content = file.read(largest + 1) if status.st_size <= largest else b""
        if status.st_size > largest or len(content) > largest:  # the second: it grew
            raise OSError(errno.EFBIG, "it is too large")
    return content


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two names are of one file, also through links. Names of nothing are compared as they stand."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return one.absolute() == other.absolute()


def sync_tree(directory: Path) -> None:
    """Bring everything below a directory, names included, to the disk. Raises OSError."""
    for place, _, files in os.walk(directory):
        for name in files:
            with (Path(place) / name).open("rb") as stream:
                os.fsync(stream.fileno())
        sync_directory(Path(place))


def sync_directory(directory: Path) -> None:
    """Bring the names in a directory to the disk, where the system can. Raises OSError."""
    if sys.platform == "win32":
        return  # directories cannot be opened there
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that cannot
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(file: Path, patience: float) -> Iterator[None]:
    """Hold a lock between processes and threads; `file` is only there for it, and stays. Where the file system has no
    locks, go on without. Raises BlockingIOError if another one holds it for longer than `patience` seconds, OSError."""
    from filelock import FileLock, Timeout

    lock = FileLock(file, thread_local=False)
    try:
        lock.acquire(timeout=patience, poll_interval=_LOOK)
    except Timeout:
        raise BlockingIOError(errno.EAGAIN, "another program is changing it") from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    try:
        yield
    finally:
        lock.release()


def _keep_owner(descriptor: int, old: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    if os.geteuid() != old.st_uid:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
