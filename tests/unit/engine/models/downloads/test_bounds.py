"""What is read while something is installed or listed has bounds: memory, disk and time, whatever a file claims."""

import bz2
import gzip
import io
import os
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.engine.errors import ModelError, PackageRefused
from desktop.engine.models import catalogue
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Downloads, archives, state
from desktop.engine.models.speed.tuning_cache import TuningCache
from tests.model_server import STARTER, packed_package
from tests.unit.engine.models.downloads.test_imports import ABOUT, install
from tests.unit.engine.models.downloads.test_pull import is_sentence, nothing_is_there

MOST = 30_000_000
"""bytes of memory"""


def header(kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def sparse(begin: bytes) -> Callable[[Path], None]:
    """A file of 4 GiB that takes no room, with this at its beginning."""

    def make(file: Path) -> None:
        file.write_bytes(begin)
        os.truncate(file, 4 << 30)

    return make


def packed(pack: Callable[[bytes], bytes], begin: bytes) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        file.write_bytes(pack(begin + bytes(40_000_000)))

    return make


def map_of_holes(file: Path) -> None:
    """A pax file whose list of holes is as long as the contents: 3 million numbers."""
    records = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
    body = records + bytes(-len(records) % 512)
    count = b"3000000\n" + b"0\n" * 3_000_000
    content = header(tarfile.XHDTYPE, len(records)) + body + header(tarfile.REGTYPE, len(count)) + count
    file.write_bytes(gzip.compress(content, 1))


def long_list(file: Path) -> None:
    """A zip whose list of names has 40 MB."""
    size = 40_000_000
    file.write_bytes(bytes(size) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0))


def lzma_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("model/model.bin", b"x")


def xz(file: Path) -> None:
    with tarfile.open(file, "w:xz") as archive:
        info = tarfile.TarInfo("model.bin")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))


@pytest.mark.parametrize(
    "make",
    [
        sparse(header(tarfile.XHDTYPE, 4 << 30)),
        sparse(header(tarfile.XGLTYPE, 4 << 30)),
        sparse(header(tarfile.GNUTYPE_LONGNAME, 4 << 30)),
        packed(gzip.compress, header(tarfile.XHDTYPE, 40_000_000)),
        packed(bz2.compress, header(tarfile.XHDTYPE, 40_000_000)),
        packed(gzip.compress, header(tarfile.REGTYPE, 100_000_000)),
        map_of_holes,
        long_list,
        lzma_zip,
        xz,
        sparse(b"PK\3\4"),
    ],
)
def test_no_archive_takes_more_memory_than_it_should(home: Path, tmp_path: Path, make: Callable[[Path], None]) -> None:
    file = tmp_path / "package.argosmodel"
    make(file)
    tracemalloc.start()
    try:
        with pytest.raises(PackageRefused) as caught:
            install(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert is_sentence(caught.value)
    assert peak < MOST
    assert nothing_is_there(home)
    assert not list((home / ".partial").glob("import-*"))


def test_only_the_files_of_the_model_are_unpacked_and_kept(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "translate-en_de-1_2.argosmodel"
    file.write_bytes(packed_package("en_de", ABOUT))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("en_de/zeros.dat", bytes(50_000_000))
        archive.writestr("en_de/stanza/resources.bin", bytes(1000))
        archive.writestr("en_de/README", bytes(2_000_000))
    into = tmp_path / "into"
    archives.unpack(file, into, wanted=lambda path: path.name == "metadata.json")
    assert [one.name for one in into.rglob("*") if one.is_file()] == ["metadata.json"]
    (model,) = install(file)
    kept = {one.name for one in model.path.rglob("*") if one.is_file()}
    assert not kept & {"zeros.dat", "resources.bin", "README"}
    assert kept >= {"metadata.json", "model.bin", "sentencepiece.model", "README.md"}
    folder = model.path.rename(tmp_path / "folder")
    (folder / "photo.jpg").write_bytes(bytes(1000))
    (again,) = install(folder)
    assert not (again.path / "photo.jpg").exists()


def pipe(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(place)


def endless(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    os.truncate(place, 6 * 10**9)


SMALL = ("catalogue.json", "state.json", "whisper/mine/config.json", "voices/a/a.onnx.json", "argos/b/metadata.json")


@pytest.mark.parametrize("make", [pipe, endless])
def test_nothing_that_is_kept_is_read_without_end(home: Path, tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A pipe, or a file of 6 GB, in the place of each small file."""
    for name in SMALL:
        make(home / name)
    make(tmp_path / "tuning.json")
    assert catalogue.load().entries
    assert state.recorded("whisper", "mine") is None
    assert TuningCache(tmp_path / "tuning.json").get(STARTER / "whisper") is None
    for kind in models.KINDS:
        assert all(one.is_starter for one in models.installed(kind))
    assert {one.name for one in Downloads().find_broken()} >= {"mine", "b"}
    for place in (home / "catalogue.json", home / "whisper" / "mine", home / "argos" / "b"):
        with pytest.raises(ModelError) as caught:
            Downloads().import_from(place)
        assert is_sentence(caught.value)
