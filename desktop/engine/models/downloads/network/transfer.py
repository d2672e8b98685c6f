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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.errors import ChecksumWrong, DiskFull, DownloadError
from desktop.engine.models.downloads.control import Control, Meter, Phase
from desktop.engine.models.downloads.network.client import (
    Patience,
    Temporary,
    answered,
    check_status,
    gave_up,
    hang_up,
    pieces,
    whole_number,
)
from desktop.engine.models.files import reason
from desktop.system.files import read_regular, write_atomically

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)

_BLOCK = 1 << 20
_WORTH_IT = 10_000
"""bytes of one try that make the next one as good as the first"""
_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')
_LARGEST_NOTE = 10_000
"""bytes"""
_LARGEST_UNKNOWN = 4 * 10**9
"""bytes of a file whose size neither the catalogue nor the server says"""
_LOOK_AT_SPACE = 1 << 26
"""bytes after which the disk is looked at again, where nobody said how many will come"""
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
    """told how many bytes will come as soon as the server says so, where nobody knew; may raise DiskFull"""
    _is_last: bool = True
    """there is no other server to ask"""

    def fetch(self, remote: Remote, part: Path) -> None:
        """Bring the file to `part`, whole and with the right checksum.
        Raises DownloadError; then what came is kept, unless it was wrong."""
        first_error: DownloadError | None = None
        for number, url in enumerate(remote.urls):
            try:
                self._is_last = number + 1 == len(remote.urls)
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
        waited = 0.0
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
                if _size(part) - before >= _WORTH_IT:
                    fruitless, waited = 0, 0.0
                fruitless += 1
                pause = max(self.patience.pause(fruitless), problem.after)
                waited += pause
                is_over = self.patience.is_over(waited, is_last=self._is_last)
                if fruitless >= self.patience.attempts or problem.is_hopeless or is_over:
                    self.meter.kept(-_size(part))
                    raise
                self.meter.enter(Phase.RETRYING, problem.retrying)
                self.control.wait(pause)
            except DownloadError:
                self.meter.kept(-_size(part))
                raise

    def _stream(self, remote: Remote, part: Path, url: str, headers: dict[str, str]) -> None:
        """One request: append what comes. Raises Temporary if that was not all."""
        have = _size(part)
        note = _note(part)
        if have:
            headers = {**headers, "range": f"bytes={have}-"}
            if isinstance(etag := note.get("etag"), str) and _ETAG.fullmatch(etag):
                headers["if-range"] = etag
        with answered(self.client, url, headers, self.patience) as response:
            if response.status_code == 416:
                total = _total(response)
                if have and total == have and remote.size in (None, total):
                    return
                self._drop(part)
                raise Temporary("file-changed-while-fetching", host=response.url.host, name=remote.name)
            check_status(response, remote.name)
            if response.status_code == 206 and not (have and _goes_on_at(response, have)):
                self._drop(part)
                raise Temporary("file-changed-while-fetching", host=response.url.host, name=remote.name)
            if response.status_code == 200:
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
                self._append(response, part, remote, total)
            wanted = remote.size if remote.size is not None else total
            if wanted is not None and _size(part) < wanted:
                raise Temporary("file-sent-in-part", host=response.url.host, name=remote.name)

    def _append(self, response: "httpx2.Response", part: Path, remote: Remote, total: int | None) -> None:
        """No more than the file can have, whatever the server says and sends."""
        known = remote.size if remote.size is not None else total
        most = _LARGEST_UNKNOWN if known is None else known
        size = _size(part)
        looked = 0
        with _disk_errors(part), part.open("ab", buffering=0) as file:
            for piece in pieces(response, self.patience):
                if known is None and size >= looked:
                    looked = size + _LOOK_AT_SPACE
                    self.room(_LOOK_AT_SPACE)
                size += len(piece)
                if size > most:
                    self._drop(part)
                    raise ChecksumWrong("size-wrong", host=response.url.host, name=remote.name, total=size, size=most)
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
    line = response.extensions.get("network_stream")
    if line is not None:
        hang_up(line)


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _note_file(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _note(part: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_regular(_note_file(part), _LARGEST_NOTE))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_note(part: Path, content: dict[str, Any]) -> None:
    write_atomically(_note_file(part), json.dumps(content))


def _strong_etag(response: "httpx2.Response") -> str:
    etag = response.headers.get("etag", "")
    return etag if _ETAG.fullmatch(etag) else ""


def _goes_on_at(response: "httpx2.Response", have: int) -> bool:
    found = re.match(r"bytes ([0-9]{1,15})-", response.headers.get("content-range", ""))
    return found is not None and int(found[1]) == have


def _total(response: "httpx2.Response") -> int | None:
    """Bytes of the whole file, as far as the server says."""
    if found := re.search(r"/([0-9]{1,15})$", response.headers.get("content-range", "")):
        return int(found[1])
    return whole_number(response.headers.get("content-length", "")) if response.status_code == 200 else None


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
