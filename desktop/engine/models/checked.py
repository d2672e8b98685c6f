"""Which large files of models were read through and found good, so that each is read once and not at every start; and
which could not be opened though they looked good, so that this is known where models are listed and repaired.

A file is known by what the system says of it (where on the disk, size, times), never by its name. What was found good
or bad is kept in the user's cache, which may be deleted at any time. Any thread, any process.
"""

import contextlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

from desktop import __version__
from desktop.engine.message import Message
from desktop.engine.models.files import FileBroken, reason
from desktop.system import paths
from desktop.system.files import locked, read_regular, write_atomically

_log = logging.getLogger(__name__)

_VERSION = 1
_MOST = 1000
_LARGEST = 1_000_000
"""bytes of the cache's file"""
_PATIENCE = 3.0
"""seconds to wait for another process that writes"""

_found: dict[str, Message | None] = {}
"""what was found in this process: None is good"""
_refused: set[str] = set()
_NOT_OF_THE_FILE = ("memory", "alloc", "cuda", "cublas", "cudnn")


def once(what: str, file: Path, check: Callable[[], None]) -> None:
    """check(), unless it was done with this very file before. what: which check, with all that it depends on.
    Raises FileBroken, also if it was raised before. What ships with Parley is not read: an idle window stays small."""
    try:
        if _is_shipped(file):
            return
        key = f"{what}:{_stamp(file.stat())}"
    except OSError as error:
        raise FileBroken("broken-unreadable", name=file.name, reason=reason(error)) from None
    if key not in _found and key in _kept("good"):
        _found[key] = None
    if key not in _found:
        try:
            check()
        except FileBroken as error:
            _found[key] = error.message
        else:
            _found[key] = None
            _keep("good", key)
    if (problem := _found[key]) is not None:
        raise FileBroken(problem)


def refuse(file: Path, error: Exception) -> None:
    """A library could not open this file: from now on `check_refused` says so. error: what it raised; one that speaks
    of memory or of the disk says nothing of the file."""
    about = str(error).casefold()
    if isinstance(error, MemoryError | OSError) or any(word in about for word in _NOT_OF_THE_FILE) or _is_shipped(file):
        return
    with contextlib.suppress(OSError):
        key = _opening(file)
        if key not in _refused:
            _refused.add(key)
            _keep("bad", key)


def check_refused(file: Path) -> None:
    """Raises FileBroken if this very file could not be opened when it was wanted."""
    try:
        key = _opening(file)
    except OSError:
        return
    if key in _refused or key in _kept("bad"):
        raise FileBroken("broken-not-opened", name=file.name)


def _opening(file: Path) -> str:
    return f"open {__version__}:{_stamp(file.stat())}"


def _is_shipped(file: Path) -> bool:
    return file.resolve().is_relative_to((paths.RESOURCES / "starter").resolve())


def _stamp(status: os.stat_result) -> str:
    return "-".join(map(str, (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)))


def _kept(group: str) -> list[str]:
    try:
        content = json.loads(read_regular(paths.checked_file(), _LARGEST))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        return []
    keys = content.get(group)
    return [one for one in keys if isinstance(one, str)] if isinstance(keys, list) else []


def _keep(group: str, key: str) -> None:
    """A disk that cannot be written is logged: the next process reads the file again."""
    file = paths.checked_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file.with_name(f".{file.name}.lock"), _PATIENCE):
            groups = {name: _kept(name) for name in ("good", "bad")}
            groups[group] = [*groups[group], key][-_MOST:]
            write_atomically(file, json.dumps({"version": _VERSION, **groups}), mode=0o600)
    except OSError as error:
        _log.warning("what was checked cannot be kept: %s", reason(error))
