"""The settings file on disk: nothing of the user's is lost, whatever happens to it."""

import multiprocessing
import os
import stat
import threading
import tomllib
from pathlib import Path

import pytest

from desktop.settings import file as settings_file
from desktop.settings.store import SettingInvalid, SettingsStore


def store(file: Path) -> SettingsStore:
    return SettingsStore(file, {})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_comments_order_and_unknown_keys_stay_byte_for_byte(file: Path) -> None:
    text = (
        "# mine\nversion = 1\n\n# slow\n[speech]  # voice\nrate   =   0.7 # slow\nfuture = {a = 1, b = [1,\n 2]}\n\n"
        "[from-the-future]\nx = 1979-05-27T07:32:00Z\n\n[vad]\nonset = 0.2\n"
    )
    file.write_text(text)
    store(file).set("speech.rate", 1.5)
    assert file.read_text() == text.replace("0.7 # slow", "1.5 # slow")
    store(file).reset("vad.onset")
    assert file.read_text() == text.replace("0.7 # slow", "1.5 # slow").replace("onset = 0.2\n", "")


def test_windows_line_ends_and_a_byte_order_mark_are_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[speech]\r\nrate = 0.7\r\n")
    made = store(file)
    assert (made.current.speech.rate, made.problems) == (0.7, [])
    made.set("speech.volume", 0.5)
    assert b"rate = 0.7\r\n" in file.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "speech.rate = 0.7\nspeech.future = 1\n",
        "speech = {rate = 0.7, future = 1}\n",
        "[speech]\nrate = 0.7\n[vad]\nonset = 0.2\n[speech.deeper]\nx = 1\n[subtitles]\nlines = 3\n",
        "[profiles.A.speech]\nrate = 2.0\n[speech]\nrate = 0.7\n[profiles.B]\n",
        "['speech']\n\"rate\" = 0.7\n",
    ],
)
def test_every_way_to_write_a_table_can_be_changed(file: Path, text: str) -> None:
    file.write_text(text)
    before = tomllib.loads(text)
    made = store(file)
    assert made.current.speech.rate == 0.7
    made.set("speech.rate", 1.5)
    made.set("subtitles.line_length", 50)
    after = tomllib.loads(file.read_text())
    before["speech"]["rate"] = 1.5
    before.setdefault("subtitles", {})["line_length"] = 50
    assert after == {"version": 1, **before}
    assert list(file.parent.glob("*.toml")) == [file]


def test_a_stray_value_in_the_place_of_a_table_is_kept_beside(file: Path) -> None:
    file.write_text("speech = 5\n[vad]\nonset = 0.2\n")
    store(file).set("speech.rate", 1.5)
    assert file.with_suffix(".broken.toml").read_text() == "speech = 5\n[vad]\nonset = 0.2\n"
    assert (store(file).current.speech.rate, store(file).current.vad.onset) == (1.5, 0.2)


def test_broken_files_are_set_aside_one_by_one(file: Path) -> None:
    for text in ("[[[", "]]]", "[[["):
        file.write_text(text)
        store(file).set("speech.rate", 1.5)
    kept = sorted(path.read_text() for path in file.parent.glob("settings.broken*.toml"))
    assert kept == ["[[[", "]]]"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_permissions_stay(file: Path, mode: int) -> None:
    file.write_text("[speech]\nrate = 0.7\n")
    file.chmod(mode)
    store(file).set("speech.rate", 1.5)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_new_file_is_for_its_owner_alone(file: Path) -> None:
    store(file).set("speech.rate", 1.5)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real, link = tmp_path / "dotfiles" / "parley.toml", tmp_path / "settings.toml"
    link.symlink_to(Path("dotfiles") / "parley.toml")
    store(link).set("speech.rate", 1.5)  # it need not be there yet
    assert link.is_symlink()
    assert tomllib.loads(real.read_text())["speech"]["rate"] == 1.5
    store(link).set("speech.rate", 0.5)
    assert link.is_symlink()
    assert store(real).current.speech.rate == 0.5


@pytest.mark.parametrize("kind", ["folder", "circle", "pipe", "not-allowed", "no-folder"])
def test_what_cannot_be_written_raises_and_is_changed_all_the_same(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "settings.toml"
    if kind == "folder":
        file.mkdir()
    elif kind == "circle":
        file.symlink_to(file)
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "not-allowed":
        file = Path("/proc/parley/settings.toml")
    else:
        (tmp_path / "taken").write_text("")
        file = tmp_path / "taken" / "settings.toml"
    made = store(file)
    assert len(made.problems) == (0 if kind == "not-allowed" else 1)
    with pytest.raises(OSError) as raised:
        made.set("speech.rate", 1.5)
    assert raised.value.strerror
    assert made.current.speech.rate == 1.5


def test_what_could_not_be_saved_is_saved_with_the_next_change(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.write_text("in the way")
    made = store(folder / "settings.toml")
    with pytest.raises(OSError):
        made.set("speech.rate", 1.5)
    with pytest.raises(OSError):
        made.use("Meeting")
    folder.unlink()
    made.set("speech.volume", 0.5)
    again = store(folder / "settings.toml")
    assert again.profile == "Meeting"
    assert again.current == made.current
    assert again.current.speech.rate == 1.5


def test_dev_null_is_no_settings_and_stays_what_it_is() -> None:
    made = store(Path(os.devnull))
    assert made.problems == []
    with pytest.raises(OSError):
        made.set("speech.rate", 1.5)
    assert not Path(os.devnull).is_file()


def test_a_full_disk_leaves_the_old_file_and_no_other(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("[speech]\nrate = 0.7\n")
    made = store(file)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        made.set("speech.rate", 1.5)
    assert file.read_text() == "[speech]\nrate = 0.7\n"
    assert {path.name for path in file.parent.iterdir()} == {"settings.toml", ".settings.toml.lock"}


def test_a_change_takes_over_what_another_process_wrote(file: Path) -> None:
    ours, theirs = store(file), store(file)
    theirs.set("speech.rate", 1.5)
    ours.set("speech.volume", 0.5)
    assert (ours.current.speech.rate, ours.current.speech.volume) == (1.5, 0.5)
    again = store(file).current.speech
    assert (again.rate, again.volume) == (1.5, 0.5)


def _set_many(file: Path, key: str, values: list[float]) -> None:
    made = SettingsStore(file, {})
    for value in values:
        made.set(key, value)


def test_processes_that_write_at_once_lose_nothing(file: Path) -> None:
    keys = ("speech.rate", "speech.volume", "vad.threshold", "subtitles.background_opacity")
    values = [0.5 + step / 50 for step in range(20)]
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_set_many, args=(file, key, [*values, 0.75])) for key in keys]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * len(keys)
    saved = tomllib.loads(file.read_text())
    assert [saved[key.split(".")[0]][key.split(".")[1]] for key in keys] == [0.75] * len(keys)


def test_a_reader_never_sees_half_a_file(file: Path) -> None:
    made = store(file)
    made.set("recognition.vocabulary", "x" * 50_000)
    ended, seen = threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            seen.append(tomllib.loads(file.read_text())["recognition"]["vocabulary"][:1])

    reader = threading.Thread(target=read)
    reader.start()
    for letter in "abcdefgh":
        made.set("recognition.vocabulary", letter * 50_000)
    ended.set()
    reader.join()
    assert seen


def test_a_lock_that_is_held_too_long_is_an_error(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = store(file)
    made.set("speech.rate", 1.5)
    monkeypatch.setattr(settings_file, "LOCK_PATIENCE", 0.05)
    with settings_file._lock(file), pytest.raises(OSError, match="another program"):
        made.set("speech.rate", 0.5)
    made.set("speech.volume", 0.5)
    assert store(file).current.speech.rate == 0.5


def test_reload_tells_what_others_changed(file: Path) -> None:
    made = store(file)
    heard: list[float] = []
    made.subscribe(lambda new: heard.append(new.speech.rate))
    assert made.reload() == ()
    made.set("speech.volume", 0.5)
    assert made.reload() == ()  # its own change is none
    store(file).set("speech.rate", 1.5)
    assert made.reload() == ("speech.rate",)
    assert heard == [1.0, 1.5]
    store(file).use("Meeting")
    assert set(made.reload()) >= {"audio.source", "translation.target"}
    assert made.profile == "Meeting"
    assert made.reload() == ()


def test_reload_of_a_broken_or_vanished_file_keeps_what_is(file: Path) -> None:
    made = store(file)
    made.set("speech.rate", 1.5)
    file.write_text("[speech\n")
    assert made.reload() == ()
    assert "cannot be read" in made.problems[0]
    assert made.current.speech.rate == 1.5
    file.unlink()
    assert made.reload() == ()
    assert made.current.speech.rate == 1.5
    file.write_text("[speech]\nrate = 0.5\n")
    assert made.reload() == ("speech.rate",)
    assert made.problems == []


def test_a_file_that_is_too_large_is_left_alone(file: Path) -> None:
    file.write_text("x = '" + "a" * settings_file.LARGEST + "'")
    made = store(file)
    assert "larger than" in made.problems[0]


def test_text_that_no_file_can_hold_is_refused(file: Path) -> None:
    made = store(file)
    for text in ("a\x00b", "\udcff", "a\x1bb"):
        with pytest.raises(SettingInvalid):
            made.set("recognition.vocabulary", text)
    assert not file.exists()
