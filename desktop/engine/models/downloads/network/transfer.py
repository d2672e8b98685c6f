"""Fetches one file, and goes on after every kind of interruption. On the thread that downloads.

The bytes lie in `NAME.part` from the first one on; `NAME.part.json` says which file they belong to, so that a later
try, also of another process, asks for the rest only (HTTP Range). A file counts when its size and checksum are right.
"""

import errno
import hashlib
import json
import logging
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.errors import ChecksumWrong, DiskFull, DownloadError
from desktop.engine.models.downloads.control import Control, Meter, Phase
from desktop.engine.models.downloads.network.client import Patience, Temporary, check_status, gave_up, translated
from desktop.engine.models.files import reason
from desktop.system.files import write_atomically

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)

_BLOCK = 1 << 20
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Remote:
    """A file to fetch. Checksums are hexadecimal; empty: not known."""

    name: str
    """of the file inside the model"""
    urls: tuple[str, ...]
    """the same file on each mirror, best first"""
    size: int | None = None
    sha256: str = ""
    git: str = ""
    """git's SHA-1 of the blob; the hub names it for small files"""
    md5: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """for the first address only"""
    path: str = ""
    """inside the repository, where that differs from the name"""

    @property
    def has_checksum(self) -> bool:
        return bool(self.sha256 or self.git or self.md5)

    @property
    def identity(self) -> str:
        """What tells this content from another; empty if only the server can."""
        return self.sha256 or self.git or self.md5


class _Paused(Exception):
    """The user wants the line to rest."""


@dataclass(slots=True)
class Transfer:
    """What fetching needs besides the file: who asks, how patiently, who is told."""

    client: "httpx2.Client"
    patience: Patience
    control: Control
    meter: Meter
    room: Callable[[int], None] = lambda _: None
    """told how large a file is as soon as the server says so, where nobody knew; may raise DiskFull"""

    def fetch(self, remote: Remote, part: Path) -> None:
        """Bring the file to `part`, whole and with the right checksum.
        Raises DownloadError; then what came is kept, unless it was wrong."""
        first_error: DownloadError | None = None
        for number, url in enumerate(remote.urls):
            try:
                self._fetch_from(remote, part, url, dict(remote.headers) if number == 0 else {})
                return
            except (Temporary, DownloadError) as problem:
                error = gave_up(problem) if isinstance(problem, Temporary) else problem
                if isinstance(error, DiskFull) or self.control.is_stopped:
                    raise error from None
                _log.info("mirror %d of %d failed: %s", number + 1, len(remote.urls), error.code)
                # The first mirror's failure is the one to tell; the others' may follow from their being copies.
                first_error = first_error or error
        assert first_error is not None, "a file without an address"
        raise first_error

    def _fetch_from(self, remote: Remote, part: Path, url: str, headers: dict[str, str]) -> None:
        was_resumed = False
        while True:
            was_resumed |= self._kept(remote, part) > 0
            self._go_on_until_whole(remote, part, url, headers)
            if self._is_right(remote, part):
                return
            self._drop(part)
            if not was_resumed:
                raise ChecksumWrong("checksum-wrong", name=remote.name)
            was_resumed = False  # the old part may be to blame: once more, from the beginning

    def _kept(self, remote: Remote, part: Path) -> int:
        """Bytes of this very file that are there already; those of another one are thrown away."""
        size = part.stat().st_size if part.exists() else 0
        if size and (_note(part).get("identity") != remote.identity or (remote.size or size) < size):
            self._drop(part, counted=False)
            return 0
        return size

    def _go_on_until_whole(self, remote: Remote, part: Path, url: str, headers: dict[str, str]) -> None:
        fruitless = 0
        self.meter.kept(_size(part))
        while True:
            if self.control.is_paused:
                self.meter.enter(Phase.PAUSED)
                self.control.wait_while_paused()
            self.control.check()
            before = _size(part)
            if remote.size is not None and before == remote.size and before:
                return
            try:
                self._stream(remote, part, url, headers)
                return
            except _Paused:
                continue
            except Temporary as problem:
                if self.control.is_paused or self.control.is_stopped:
                    continue  # it was us who closed the line
                fruitless = 1 if _size(part) > before else fruitless + 1
                if fruitless >= self.patience.attempts:
                    self.meter.kept(-_size(part))
                    raise
                self.meter.enter(Phase.RETRYING, problem.retrying)
                self.control.wait(max(self.patience.pause(fruitless), problem.after))
            except DownloadError:
                self.meter.kept(-_size(part))
                raise

    def _stream(self, remote: Remote, part: Path, url: str, headers: dict[str, str]) -> None:
        """One request: append what comes. Raises Temporary if that was not all."""
        have = _size(part)
        note = _note(part)
        if have:
            headers = {**headers, "range": f"bytes={have}-"}
            if note.get("etag"):
                headers["if-range"] = str(note["etag"])
        with translated(url), self.client.stream("GET", url, headers=headers) as response:
            if response.status_code == 416:
                total = _total(response)
                if have and total == have and remote.size in (None, total):
                    return
                self._drop(part)
                raise Temporary("file-changed-while-fetching", host=response.url.host, name=remote.name)
            check_status(response, remote.name)
            if have and not _goes_on_at(response, have):
                self._drop(part)  # the server cannot go on, or the file has changed: from the beginning
                have = 0
            total = _total(response)
            if remote.size is not None and total is not None and total != remote.size:
                self._drop(part)
                raise ChecksumWrong(
                    "size-wrong", host=response.url.host, name=remote.name, total=total, size=remote.size
                )
            if remote.size is None and total is not None:
                self.room(total - have)
            self.meter.enter(Phase.FETCHING)
            with _disk_errors(part):
                _write_note(part, {"identity": remote.identity, "etag": _strong_etag(response), "total": total})
            with self.control.waking(lambda: _hang_up(response)):
                self._append(response, part)
            if total is not None and _size(part) != total:
                raise Temporary("file-sent-in-part", host=response.url.host, name=remote.name)

    def _append(self, response: "httpx2.Response", part: Path) -> None:
        with _disk_errors(part), part.open("ab", buffering=0) as file:
            for piece in response.iter_bytes():
                view = memoryview(piece)
                while view:
                    written = file.write(view)
                    view = view[written:]
                    self.meter.received(written)
                self.control.check()
                if self.control.is_paused:
                    raise _Paused

    def _is_right(self, remote: Remote, part: Path) -> bool:
        self.meter.enter(Phase.CHECKING)
        return is_whole(part, remote, self.control)

    def _drop(self, part: Path, *, counted: bool = True) -> None:
        if counted:
            self.meter.kept(-_size(part))
        part.unlink(missing_ok=True)


def is_whole(file: Path, remote: Remote, control: Control | None = None) -> bool:
    """Whether a file on the disk has the size and the checksum. Raises DownloadStopped."""
    try:
        size = file.stat().st_size
        if remote.size is not None and size != remote.size:
            return False
        if not remote.has_checksum:
            total = _note(file).get("total")
            return total is None or total == size
        if remote.sha256:
            digest, wanted = hashlib.sha256(), remote.sha256
        elif remote.git:
            digest, wanted = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False), remote.git
        else:
            digest, wanted = hashlib.md5(usedforsecurity=False), remote.md5
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                if control is not None:
                    control.check()
        return digest.hexdigest() == wanted
    except OSError as error:
        _log.warning("%s cannot be checked: %s", file.name, reason(error))
        return False


def forget_note(part: Path) -> None:
    """The part has become a file of the model."""
    _note_file(part).unlink(missing_ok=True)


@contextmanager
def _disk_errors(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise DiskFull("disk-full-while-fetching", folder=place.parent) from None
        raise DownloadError("download-place-refused", folder=place.parent, reason=reason(error)) from None


def _hang_up(response: "httpx2.Response") -> None:
    """Whoever waits for bytes of this answer gets an error at once. From any thread."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _note_file(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _note(part: Path) -> dict[str, Any]:
    try:
        content = json.loads(_note_file(part).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_note(part: Path, content: dict[str, Any]) -> None:
    write_atomically(_note_file(part), json.dumps(content))


def _strong_etag(response: "httpx2.Response") -> str:
    etag = response.headers.get("etag", "")
    return "" if etag.startswith("W/") else etag


def _goes_on_at(response: "httpx2.Response", have: int) -> bool:
    found = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
    return response.status_code == 206 and found is not None and int(found[1]) == have


def _total(response: "httpx2.Response") -> int | None:
    """Bytes of the whole file, as far as the server says."""
    if response.headers.get("content-encoding", "identity") != "identity":
        return None
    if found := re.search(r"/(\d+)$", response.headers.get("content-range", "")):
        return int(found[1])
    length = response.headers.get("content-length", "")
    return int(length) if length.isdigit() and response.status_code == 200 else None


def os_error_of_full_disk(error: OSError) -> bool:
    """Whether it says that there is no space."""
    return error.errno in _NO_SPACE


def link_or_copy(source: Path, target: Path) -> None:
    """The same bytes at another place, without using space where the disk can do that."""
    import shutil

    real = source.resolve()
    try:
        os.link(real, target)
    except OSError:
        shutil.copyfile(real, target)
