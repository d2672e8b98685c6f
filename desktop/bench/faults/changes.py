"""What this process changes on the disk, told by Python's audit events: which name is opened for writing, made, moved,
deleted. What libraries in C do by themselves is not seen. Any thread; an audit hook cannot be taken away again, so
there is one, and it does nothing while nobody watches.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NAMED = {
    "open": ((0, None),),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
}
"""event -> where among its arguments are (name, number of the folder from which the name counts)"""

Watcher = Callable[[Path], None]
"""told of each name before it is changed, on the thread that changes it"""

_watchers: list[Watcher] = []
_is_hooked = False


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell of changes while it is open. Names of open files (numbers) are left out: they were opened before."""
    global _is_hooked
    if not _is_hooked:
        sys.addaudithook(_heard)
        _is_hooked = True
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def outside(allowed: Path, found: list[str]) -> Watcher:
    """A watcher that keeps the names that are not below `allowed`, and no device."""

    def watch(name: Path) -> None:
        if not name.is_relative_to(allowed) and not name.is_relative_to("/dev") and not name.is_relative_to("/proc"):
            found.append(str(name))

    return watch


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watchers or event not in _NAMED:
        return
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITES):
        return
    for position, folder in _NAMED[event]:
        name = arguments[position]
        if isinstance(name, str | bytes | os.PathLike):
            path = _whole(name, arguments[folder] if folder is not None and folder < len(arguments) else -1)
            for watcher in tuple(_watchers):
                watcher(path)


def _whole(name: Any, folder: Any) -> Path:
    """The name from the root on, `..` resolved as far as it can be without asking the disk."""
    path = os.fsdecode(name)
    if isinstance(folder, int) and folder >= 0 and not os.path.isabs(path):  # noqa: PTH117
        with contextlib.suppress(OSError):
            path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)  # noqa: PTH115, PTH118
    return Path(os.path.normpath(os.path.abspath(path)))  # noqa: PTH100
