"""Writing files that others read meanwhile, and locks between processes. Any thread, any process."""

import contextlib
import errno
import os
import stat
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)
_LOOK = 0.01
"""seconds between two tries to get a lock"""


def write_atomically(path: Path, content: bytes | str, *, mode: int = 0o666, durable: bool = False) -> os.stat_result:
    """Replace a file in one step: readers see the old content or the new one, whatever happens meanwhile. Returns what
    the system says of the new file. Raises OSError, and then the old file is untouched and nothing else is left.

    content: a text is written as UTF-8. mode: permissions of a new file, less the umask; one that was there keeps its
    own, its owner where that is allowed, and the link that leads to it. durable: the new name, too, is on the disk when
    this returns, so that not even a power failure brings the old file back. What is there and no ordinary file (a
    device, a pipe) is written to as it is."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        old: os.stat_result | None = path.stat()
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        path.write_bytes(data)
        return old
    target = path.resolve() if path.is_symlink() else path
    temporary = target.with_name(f".{target.name}-{uuid.uuid4().hex[:12]}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if old is not None:
                _keep_owner(file.fileno(), old)
            os.fsync(file.fileno())
            status = os.fstat(file.fileno())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if durable:
        sync_directory(target.parent)
    return status


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
