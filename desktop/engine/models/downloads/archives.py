"""Unpacks packages from anywhere without trusting them: zip (Argos's .argosmodel is one) and tar. Any thread.

Refused, each with a sentence: absolute paths and `..`, links and devices, names that meet twice, more files or bytes
than any model has, longer lists and headers than any package has, packings that may take any amount of memory (LZMA), a
size that the contents do not keep. Checksums inside a zip are verified.
"""

import bz2
import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from desktop.engine.errors import PackageRefused
from desktop.engine.message import Message
from desktop.engine.models.downloads.places import disk_error
from desktop.engine.models.files import reason
from desktop.system.archive_headers import ArchiveHeaders

_MOST_FILES = 2000
_MOST_BYTES = 20 * 10**9
_MOST_GROWTH = 200
"""times that the contents may be larger than the package, past the first 10 MB"""
_BLOCK = 1 << 20
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_Wanted = Callable[[PurePosixPath], bool]


@dataclass(frozen=True, slots=True)
class _Member:
    path: PurePosixPath
    size: int
    open: Callable[[], IO[bytes] | None]


def is_archive(file: Path) -> bool:
    """Whether it is a package that `unpack` can read."""
    try:
        if zipfile.is_zipfile(file):
            return True
        with _tar(file) as archive:
            return archive.next() is not None
    except _BAD:
        return False


def unpacked_size(file: Path, wanted: _Wanted = lambda _: True) -> int:
    """Bytes of the contents, as the package says. wanted: which of its files count. Raises PackageRefused."""
    with _opened(file) as members:
        return sum(one.size for one in members if wanted(one.path))


def unpack(file: Path, into: Path, check: Callable[[], None] = lambda: None, wanted: _Wanted = lambda _: True) -> None:
    """The contents of a package below a new directory. check: called now and then; may raise. wanted: which of its
    files are written. Raises PackageRefused, DiskFull, DownloadError; then the directory may hold a part."""
    with _opened(file) as members:
        for member in filter(lambda one: wanted(one.path), members):
            target = into.joinpath(*member.path.parts)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as out:
                    _copy(member, out, file, check)
            except FileExistsError:
                raise _refused(file, "archive-names-twice") from None
            except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError, NotImplementedError):
                raise _refused(file, "archive-member-damaged", name=member.path.name) from None
            except OSError as error:
                if error.errno is None:  # lzma and bz2 say so of bad data
                    raise _refused(file, "archive-member-damaged", name=member.path.name) from None
                raise disk_error(into, error) from None


def _copy(member: _Member, out: IO[bytes], file: Path, check: Callable[[], None]) -> None:
    source = member.open()
    if source is None:
        raise _refused(file, "archive-member-damaged", name=member.path.name)
    written = 0
    with source:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > member.size:
                raise _refused(file, "archive-member-larger", name=member.path.name)
            out.write(block)
            check()
    if written < member.size:
        raise _refused(file, "archive-member-shorter", name=member.path.name)


_BAD = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError, RuntimeError)


class _WithoutHoles(tarfile.TarInfo):
    """Files with holes are refused before their lists of holes are read: those may be as long as the file."""

    def _proc_gnusparse_10(self, *_: object) -> None:
        raise tarfile.ReadError("a file with holes")

    _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_sparse = _proc_gnusparse_10


def _tar(file: Path) -> tarfile.TarFile:
    """Raises what _BAD lists. LZMA is not among the packings: it may take any amount of memory."""
    with file.open("rb") as stream:
        begin = stream.read(3)
    opened: IO[bytes]
    if begin[:2] == b"\x1f\x8b":
        opened = cast(IO[bytes], gzip.open(file, "rb"))  # noqa: SIM115  # closed with the archive
    elif begin == b"BZh":
        opened = bz2.open(file, "rb")  # noqa: SIM115
    else:
        opened = file.open("rb")
    headers = ArchiveHeaders(opened)
    try:
        return tarfile.TarFile(fileobj=headers, mode="r", tarinfo=_WithoutHoles)
    except BaseException:
        headers.close()
        raise


class _opened:  # noqa: N801  # used like a function
    """The members of a package, checked, while it is open."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._archive: zipfile.ZipFile | tarfile.TarFile | None = None
        self._headers: ArchiveHeaders | None = None

    def __enter__(self) -> list[_Member]:
        try:
            if zipfile.is_zipfile(self._file):
                self._headers = ArchiveHeaders(self._file.open("rb"))
                self._archive = zipfile.ZipFile(self._headers)
                members = list(self._zipped(self._archive))
            else:
                self._archive = _tar(self._file)
                self._headers = self._archive.fileobj  # type: ignore[assignment]
                members = list(self._tarred(self._archive))
            assert self._headers is not None
            self._headers.is_listing = False
        except PackageRefused:
            self.__exit__()
            raise
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, ValueError) as error:
            self.__exit__()
            raise _refused(self._file, "archive-damaged-or-none") from error
        except (NotImplementedError, OverflowError, MemoryError, RuntimeError):
            self.__exit__()
            raise _refused(self._file, "archive-packing-unknown") from None
        except OSError as error:
            self.__exit__()
            if error.errno is None:
                raise _refused(self._file, "archive-damaged") from None
            raise _refused(self._file, "archive-unreadable", reason=reason(error)) from None
        self._check_sizes(members)
        return members

    def __exit__(self, *error: object) -> None:
        if self._archive is not None:
            self._archive.close()
        if self._headers is not None:  # whoever is given an open file does not close it
            self._headers.close()

    def _zipped(self, archive: zipfile.ZipFile) -> Iterator[_Member]:
        for info in archive.infolist():
            if info.is_dir():
                self._path(info.filename)
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise _refused(self._file, "archive-holds-link")
            if info.flag_bits & 1:
                raise _refused(self._file, "archive-locked")
            if info.compress_type not in _PLAIN:
                raise _refused(self._file, "archive-packing-unknown")
            yield _Member(self._path(info.filename), info.file_size, lambda info=info: archive.open(info))  # type: ignore[misc]

    def _tarred(self, archive: tarfile.TarFile) -> Iterator[_Member]:
        read, most = 0, self._most_bytes()
        for number, info in enumerate(archive):
            read += info.size
            if number > _MOST_FILES or read > most:  # a tar has no list: reading on unpacks it
                raise _refused(self._file, "archive-too-large")
            if info.isdir():
                self._path(info.name)
                continue
            if not info.isreg() or info.issparse():
                raise _refused(self._file, "archive-holds-link")
            yield _Member(self._path(info.name), info.size, lambda info=info: archive.extractfile(info))  # type: ignore[misc]

    def _path(self, name: str) -> PurePosixPath:
        path = PurePosixPath(name.replace("\\", "/"))
        parts = [part for part in path.parts if part != "."]
        is_unsafe = path.is_absolute() or ".." in parts or ":" in name or "\0" in name or len(name) > 500
        if is_unsafe or not name.isprintable():
            raise _refused(self._file, "archive-path-unsafe")
        return PurePosixPath(*parts)

    def _most_bytes(self) -> int:
        return min(_MOST_BYTES, 10_000_000 + _MOST_GROWTH * self._file.stat().st_size)

    def _check_sizes(self, members: list[_Member]) -> None:
        total = sum(one.size for one in members)
        if len(members) > _MOST_FILES or total > self._most_bytes():
            self.__exit__()
            raise _refused(self._file, "archive-too-large")
        if not members:
            self.__exit__()
            raise _refused(self._file, "archive-empty")
        names = [str(one.path).casefold() for one in members]
        if len(set(names)) < len(names):
            self.__exit__()
            raise _refused(self._file, "archive-names-twice")


def _refused(file: Path, why: str, **parameters: str) -> PackageRefused:
    return PackageRefused("archive-refused", name=file.name, problem=Message(why, **parameters))


def remove_quietly(place: Path) -> None:
    """After a refusal."""
    shutil.rmtree(place, ignore_errors=True)
