"""Pulls that end hard: the process is killed, the disk is full."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.engine.errors import DiskFull
from desktop.engine.models import installed as models
from desktop.engine.models.catalogue import Entry, rendered
from desktop.engine.models.downloads import Downloads
from desktop.messages import text_of
from desktop.system import paths
from desktop.system.paths import RESOURCES
from tests.model_server import Fault, ModelServer
from tests.unit.engine.models.downloads.conftest import SHORT
from tests.unit.engine.models.downloads.test_pull import STORE, WEIGHTS, is_sentence, nothing_is_there
from tests.waiting import wait_until

PULLING = "tests.unit.engine.models.downloads.pulling"


def command(server: ModelServer, home: Path, entry: Entry, *more: str) -> list[str]:
    record = json.dumps(json.loads(rendered([entry], ""))["models"][0])
    return [
        sys.executable,
        "-m",
        PULLING,
        server.address,
        str(home),
        record,
        *more,
    ]


def test_a_killed_pull_is_gone_on_with(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    part = home / ".partial" / "whisper-small" / "parts" / "model.bin.part"
    for kept in (1_000_000, 3_000_000, 9_000_000):
        gate = threading.Event()
        already = part.stat().st_size if part.exists() else 0
        server.faults = [Fault(STORE, times=1, hold=gate, hold_after=kept - already)]
        process = subprocess.Popen(command(server, home, entry), cwd=RESOURCES.parent, stdout=subprocess.DEVNULL)
        try:
            assert wait_until(lambda kept=kept: part.exists() and part.stat().st_size == kept)
        finally:
            process.kill()
            process.wait(10)
            gate.set()
        assert nothing_is_there(home)
    server.faults, server.requests = [], []
    model = Downloads(server.settings, patience=SHORT).pull(entry)  # the dead one's lock is free
    assert (model.path / "model.bin").read_bytes() == WEIGHTS
    assert [one.range for one in server.requests if one.path == STORE] == ["bytes=9000000-"]
    assert not [one for one in server.requests if one.path.endswith("config.json")]  # that was whole already


def test_a_disk_that_fills_up_is_said_and_what_came_is_kept(home: Path, server: ModelServer) -> None:
    """The kernel refuses to let a file grow: as with a quota, or a file system's limit."""
    entry = server.add_whisper(pinned=True)
    done = subprocess.run(
        command(server, home, entry, "5000000"), cwd=RESOURCES.parent, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("disk-full ")
    assert nothing_is_there(home)
    server.requests.clear()
    assert Downloads(server.settings, patience=SHORT).pull(entry).name == "small"
    assert [one.range for one in server.requests if one.path == STORE] == ["bytes=5000000-"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "parley-test", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


@needs_root
def test_a_full_disk(home: Path, server: ModelServer, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = small_disk / "models"
    monkeypatch.setattr(paths, "models_dir", lambda: place)
    entry = server.add_whisper(pinned=True)
    with pytest.raises(DiskFull) as caught:  # it is 19 MB, and some room is left free
        Downloads(server.settings, patience=SHORT).pull(entry)
    assert is_sentence(caught.value)
    assert "are free" in text_of(caught.value)

    # Somebody else fills the disk meanwhile: what was free at the beginning is not any more.
    plenty = shutil.disk_usage("/")._replace(free=10**10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: plenty)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(8_000_000))
    with pytest.raises(DiskFull) as caught:
        Downloads(server.settings, patience=SHORT).pull(entry)
    assert is_sentence(caught.value)
    assert "is full" in text_of(caught.value)
    assert nothing_is_there(place)
    filler.unlink()
    assert Downloads(server.settings, patience=SHORT).pull(entry).name == "small"
    assert not [one for kind in models.KINDS for one in models.broken(kind)]


@needs_root
def test_an_import_onto_a_full_disk(home: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "models_dir", lambda: small_disk / "models")
    plenty = shutil.disk_usage("/")._replace(free=10**10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: plenty)
    (small_disk / "filler").write_bytes(bytes(12_000_000))
    source = home.parent / "small"
    shutil.copytree(RESOURCES / "starter" / "whisper", source)
    with pytest.raises(DiskFull) as caught:
        Downloads().import_from(source)
    assert is_sentence(caught.value)
    assert nothing_is_there(small_disk / "models")
    assert not list((small_disk / "models" / ".partial").glob("import-*"))
