"""The settings file on disk: reading it whatever it holds, and changing it without losing anything.

A change reads the file again under a lock that other processes respect, so theirs stay; it keeps comments, order,
unknown keys, permissions and a symbolic link, and replaces the file in one step. What cannot be kept in place (a file
that is no TOML) is set aside first. Used from one thread per object.
"""

import contextlib
import errno
import math
import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from desktop.settings.content import Change
from desktop.settings.migration import VERSION, migrate, version_of
from desktop.settings.values import GROUPS
from desktop.system.files import locked, write_atomically

LARGEST = 1_000_000
"""Bytes; no settings file is larger, and nobody shall wait for the reading of one."""
DEEPEST = 16
"""Levels of tables and lists; deeper ones would exhaust the stack of what reads them."""
LOCK_PATIENCE = 3.0
"""Seconds to wait for another process that writes."""

_Stamp = tuple[int, int, int]


class _Unusable(Exception):
    """The bytes are no settings; the text says why, for a message."""


class SettingsFile:
    """One file. `problem` is the sentence about why it could not be read, or empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._stamp: _Stamp | None = None

    def read(self) -> dict[str, Any]:
        """Its content, brought to the newest version; empty if there is none or it cannot be read."""
        self.problem = ""
        try:
            content = _content(self._bytes(self.path))
        except _Unusable as error:
            self.problem = (
                f"The settings file {self.path} cannot be read ({error}). Parley uses its defaults and keeps the file; "
                "mend or delete it."
            )
            return {}
        except OSError as error:
            self.problem = (
                f"The settings file {self.path} cannot be read ({_reason(error)}). Parley uses its defaults; "
                "check the file and its permissions."
            )
            return {}
        self.problem = _version_problem(content, self.path)
        migrate(content)
        return content

    def is_changed(self) -> bool:
        """Whether the file is another one than was read or written last. One look at the file system; a file that
        is gone counts as unchanged: editors that save by renaming let it vanish for a moment."""
        try:
            now = _stamp(self.path.stat())
        except (OSError, RuntimeError, ValueError):
            return False
        return now != self._stamp

    def change(self, changes: Sequence[Change]) -> dict[str, Any]:
        """Make the changes to what the file holds now; returns its new content. Raises OSError, and then nothing
        has changed."""
        target = _target(self.path)
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "it is no ordinary file")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except FileExistsError:
            raise OSError(errno.ENOTDIR, "its folder is a file") from None
        with _lock(target):
            try:
                before = self._bytes(target)
            except _Unusable as error:  # too large to be kept beside, and hardly ours
                raise OSError(errno.EFBIG, str(error)) from None
            try:
                content = _content(before)
            except _Unusable:
                _set_aside(target, before, "broken")
                before, content = b"", {}
            tables = {name for name, inner in content.items() if isinstance(inner, Mapping)}
            if before and (version_of(content) or VERSION) < VERSION:
                _set_aside(target, before, f"version-{version_of(content)}")
            migrate(content)
            for change in changes:
                change(content)
            replaced = {name for name, inner in content.items() if isinstance(inner, Mapping)} - tables
            after = _edited(before, changes, content)
            if after is None or any(_holds(before, name) for name in replaced & {*GROUPS, "profiles"}):
                # What stands there can only be kept elsewhere: a stray `speech = 1` where [speech] must come.
                _set_aside(target, before, "broken")
            if after is None:
                after = tomlkit.dumps(content).encode("utf-8")
            if after != before:
                self._stamp = _stamp(write_atomically(target, after, mode=0o600, durable=True))
        self.problem = _version_problem(content, self.path)
        return content

    def _bytes(self, path: Path) -> bytes:
        """What the file holds; nothing if it is not there. Raises OSError, _Unusable."""
        try:
            with os.fdopen(_open_without_waiting(path), "rb") as file:
                status = os.fstat(file.fileno())
                if os.path.samestat(status, Path(os.devnull).stat()):
                    return b""
                if not stat.S_ISREG(status.st_mode):
                    raise OSError(errno.EINVAL, "it is no ordinary file")
                if status.st_size > LARGEST:
                    raise _Unusable(f"it is larger than {LARGEST // 1000} kB")
                self._stamp = _stamp(status)
                return file.read(LARGEST)
        except FileNotFoundError:
            self._stamp = None
            return b""
        except ValueError:
            raise OSError(errno.EINVAL, "its name cannot be used") from None


def _content(text: bytes) -> dict[str, Any]:
    """The tables of a file. Raises _Unusable."""
    try:
        content = tomllib.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _Unusable(f"it is not UTF-8 text, from byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise _Unusable(_one_line(error)) from None
    except (ValueError, ArithmeticError):
        raise _Unusable("it has a number or a date that is none") from None
    except RecursionError:
        raise _Unusable("it is nested too deeply") from None
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return content
    raise _Unusable("it is nested too deeply")


def _edited(before: bytes, changes: Sequence[Change], content: Mapping[str, Any]) -> bytes | None:
    """The file's text with the changes made in it, everything else as it was; None if that does not come out as
    `content`: tomlkit has its limits, for example with tables that are scattered over the file."""
    text = before.decode("utf-8-sig")
    try:
        document = tomlkit.parse(text)
        migrate(document)
        for change in changes:
            change(document)
        after = tomlkit.dumps(document)
        return after.encode("utf-8") if _is_same(tomllib.loads(after), content) else None
    except Exception:
        return None


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and bool(one == other)


def _holds(text: bytes, name: str) -> bool:
    return bool(text) and name in _content(text)


def _version_problem(content: Mapping[str, Any], path: Path) -> str:
    version = version_of(content)
    if version is None:
        return f"In {path}, version must be a whole number from 1 on. The file is read as version {VERSION}."
    if version > VERSION:
        return (
            f"The settings file {path} was written by a newer Parley (version {version}, this one knows {VERSION}). "
            "What is unknown is ignored and kept."
        )
    return ""


def _target(path: Path) -> Path:
    """The file itself, where `path` is a symbolic link. Raises OSError."""
    try:
        return path.resolve()
    except (RuntimeError, ValueError):
        raise OSError(errno.ELOOP, "its links lead in a circle") from None


def _set_aside(target: Path, content: bytes, why: str) -> None:
    """Keep a copy beside the file, settings.broken.toml, unless there is one that holds the same."""
    for number in range(1, 1000):
        suffix = f".{why}.toml" if number == 1 else f".{why}-{number}.toml"
        copy = target.with_suffix(suffix)
        try:
            copy.touch(mode=0o600, exist_ok=False)
            write_atomically(copy, content)
            return
        except FileExistsError:
            if copy.is_file() and copy.read_bytes() == content:
                return
    raise OSError(errno.EEXIST, "too many broken files were set aside; delete some")


def _lock(target: Path) -> contextlib.AbstractContextManager[None]:
    """No other process changes the file meanwhile. Raises OSError if one does for too long."""
    return locked(target.with_name(f".{target.name}.lock"), LOCK_PATIENCE)


def _open_without_waiting(path: Path) -> int:
    """A pipe instead of a file must not hold up the app."""
    return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))


def _stamp(status: os.stat_result) -> _Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).encode("utf-8", "backslashreplace").decode("utf-8").split())
    return text if len(text) <= 120 else text[:117] + "…"
