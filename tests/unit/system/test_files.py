"""Files are replaced whole or not at all; locks hold between threads and processes."""

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.system import files, paths
from desktop.system.files import Replacement, is_same_file, locked, sync_directory, sync_tree, write_atomically


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def test_a_text_or_bytes_become_the_file(file: Path) -> None:
    status = write_atomically(file, "é")
    assert file.read_bytes() == b"\xc3\xa9"
    assert (status.st_size, status.st_ino) == (2, file.stat().st_ino)
    write_atomically(file, b"new", durable=True)
    assert [(one.name, one.read_text()) for one in file.parent.iterdir()] == [("state.json", "new")]


def test_a_failure_leaves_the_old_file_and_no_other(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, "new")
    assert [(one.name, one.read_text()) for one in file.parent.iterdir()] == [("state.json", "old")]


def test_permissions_and_links_stay(file: Path, tmp_path: Path) -> None:
    write_atomically(file, "old", mode=0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(file.name)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o640)


def test_a_device_is_written_to_and_stays_one() -> None:
    write_atomically(Path(os.devnull), "x")
    assert not Path(os.devnull).is_file()


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    write_atomically(Path(f"/dev/fd/{writer}"), "text")
    os.close(writer)
    with os.fdopen(reader) as stream:
        assert stream.read() == "text"


def test_readers_never_see_half_a_file(file: Path) -> None:
    write_atomically(file, "a" * 100_000)
    ended, seen = threading.Event(), set()

    def read() -> None:
        while not ended.is_set():
            seen.add(file.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for letter in "bcdefgh":
        write_atomically(file, letter * 100_000)
    ended.set()
    reader.join()
    assert all(len(text) == 100_000 and len(set(text)) == 1 for text in seen)


def test_a_lock_that_is_held_is_an_error(file: Path) -> None:
    def wait(found: list[str]) -> None:
        try:
            with locked(file, 0.05):
                found.append("held")
        except BlockingIOError as error:
            found.append(str(error.strerror))

    found: list[str] = []
    with locked(file, 1):
        thread = threading.Thread(target=wait, args=(found,))
        thread.start()
        thread.join()
    wait(found)
    assert found == ["another program is changing it", "held"]


def _add_many(lock: Path, file: Path, times: int) -> None:
    for _ in range(times):
        with locked(lock, 30):
            write_atomically(file, str(int(file.read_text()) + 1))


def test_processes_that_change_a_file_at_once_lose_nothing(file: Path, tmp_path: Path) -> None:
    file.write_text("0")
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(tmp_path / "lock", file, 20)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert file.read_text() == "60"


def test_directories_reach_the_disk(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "file").write_text("x")
    sync_tree(tmp_path)
    sync_directory(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_directory(tmp_path / "missing")


def test_the_longest_name_that_a_disk_takes_can_be_replaced(tmp_path: Path) -> None:
    for name in ("a" * 255, "é" * 127):
        write_atomically(tmp_path / name, "old")
        write_atomically(tmp_path / name, "new")
        assert (tmp_path / name).read_text() == "new"
    with pytest.raises(OSError, match="too long"):
        write_atomically(tmp_path / ("a" * 300), "new")


def test_where_files_need_a_name_they_have_one_until_they_are_done(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "O_TMPFILE", 0, raising=False)
    file.write_text("old")
    new = Replacement(file)
    new.file.write(b"new")
    assert len(list(file.parent.iterdir())) == 2
    new.discard()
    assert [(one.name, one.read_text()) for one in file.parent.iterdir()] == [("state.json", "old")]
    write_atomically(file, "new")
    assert [(one.name, one.read_text()) for one in file.parent.iterdir()] == [("state.json", "new")]


def test_a_process_that_is_killed_leaves_the_old_file_and_no_other(file: Path) -> None:
    file.write_text("old")
    program = (
        "import pathlib, sys; from desktop.system.files import Replacement;"
        "new = Replacement(pathlib.Path(sys.argv[1]));"
        "new.file.write(b'x' * 100_000); new.file.flush(); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        writer.send_signal(signal.SIGKILL)
    assert [(one.name, one.read_text()) for one in file.parent.iterdir()] == [("state.json", "old")]


@pytest.mark.parametrize("has_names", [False, True])
def test_what_a_process_left_that_was_killed_before_the_last_step_goes_with_the_next_write(
    file: Path, monkeypatch: pytest.MonkeyPatch, has_names: bool
) -> None:
    """has_names: where the system knows no files without a name."""
    file.write_text("old")
    program = (
        "import os, signal, sys; from pathlib import Path; from desktop.system import files\n"
        "if sys.argv[2]: del os.O_TMPFILE\n"
        "sys.addaudithook(lambda name, _: os.kill(os.getpid(), signal.SIGKILL) if name == 'os.rename' else None)\n"
        "files.write_atomically(Path(sys.argv[1]), 'new')"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file), "yes" * has_names])
    assert done.returncode == -9
    (stray,) = [one for one in file.parent.iterdir() if one != file]
    other = file.with_name(f".other{stray.name[len(file.name) + 1 :]}")
    other.write_text("of another file")
    if has_names:
        monkeypatch.delattr(os, "O_TMPFILE")
    being_written = Replacement(file)
    if not has_names:
        being_written._name(being_written.file.fileno())
    write_atomically(file, "newest")
    assert sorted(file.parent.iterdir()) == sorted([file, other, being_written._temporary])
    being_written.discard()
    files.tidy(file.parent)
    assert list(file.parent.iterdir()) == [file]


def test_a_start_deletes_what_lies_unfinished_in_parleys_own_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for file in (paths.config_file(), paths.models_dir() / "state.json", paths.checked_file()):
        file.parent.mkdir(parents=True)
        file.with_name(f".{file.name}-0123456789ab.tmp").write_text("half")
        file.write_text("whole")
    files.tidy_own()
    assert sorted(one.name for one in tmp_path.rglob("*") if one.is_file()) == sorted(
        ["settings.toml", "state.json", "checked.json"]
    )


def test_the_same_file_is_known_by_any_name(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.touch()
    (tmp_path / "hard").hardlink_to(one)
    (tmp_path / "soft").symlink_to("hard")
    assert is_same_file(one, tmp_path / "hard")
    assert is_same_file(one, tmp_path / "soft")
    assert not is_same_file(one, tmp_path / "two")
    assert is_same_file(tmp_path / "two", tmp_path / "two")
    assert not is_same_file(one, Path("a\0b"))
