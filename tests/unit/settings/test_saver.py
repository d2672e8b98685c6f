"""Saving beside the thread that changes: nothing waits for the disk, nothing is lost."""

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.settings.store import SettingsStore
from tests.waiting import wait_until


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


class Saving:
    """A store that saves in the background, and what it was told."""

    def __init__(self, file: Path) -> None:
        self.store = SettingsStore(file, environment={})
        self.failures: list[OSError] = []
        self.failed = threading.Semaphore(0)
        self.store.save_in_background(self._fail)

    def _fail(self, error: OSError) -> None:
        self.failures.append(error)
        self.failed.release()


@pytest.fixture
def saving(file: Path) -> Iterator[Saving]:
    one = Saving(file)
    yield one
    one.store.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "settings-saver"]


class Held:
    """Another program that is changing the file."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def release(self) -> None:
        os.close(self._descriptor)


def again(file: Path) -> SettingsStore:
    return SettingsStore(file, environment={})


def test_a_change_applies_while_the_file_is_not_to_be_had(
    saving: Saving, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Held(file)
    heard: list[float] = []
    saving.store.subscribe(lambda settings: heard.append(settings.speech.rate))
    monkeypatch.setattr("desktop.settings.file.LOCK_PATIENCE", 1e9)  # who waited for the file would never come back
    for step in range(1, 11):
        saving.store.set("speech.rate", 1 + step / 20)
    assert heard[-1] == saving.store.current.speech.rate == 1.5
    assert again(file).current.speech.rate == 1.0
    other.release()
    saving.store.close()
    assert again(file).current.speech.rate == 1.5
    assert saving.failures == []


def test_what_cannot_be_saved_is_told_and_saved_with_the_next_change(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.write_text("a file where the folder should be")
    saving = Saving(folder / "settings.toml")
    saving.store.set("speech.rate", 1.5)
    assert saving.failed.acquire(timeout=10)
    assert saving.store.current.speech.rate == 1.5
    folder.unlink()
    saving.store.set("speech.volume", 0.5)
    saving.store.close()
    saved = again(folder / "settings.toml").current.speech
    assert (saved.rate, saved.volume) == (1.5, 0.5)
    assert len(saving.failures) == 1


def test_what_others_wrote_meanwhile_is_taken_over(saving: Saving, file: Path) -> None:
    again(file).set("speech.volume", 0.25)
    saving.store.set("speech.rate", 1.5)
    assert wait_until(lambda: "speech.volume" in saving.store.reload())
    assert saving.store.current.speech.volume == 0.25
    assert saving.store.current.speech.rate == 1.5
    assert saving.store.reload() == ()


def test_a_look_at_the_file_while_it_is_saved_takes_nothing_back(saving: Saving, file: Path) -> None:
    saving.store.set("speech.rate", 1.5)
    for _ in range(200):
        saving.store.set("speech.volume", 0.5)
        saving.store.reload()
        assert saving.store.current.speech.rate == 1.5
        assert saving.store.current.speech.volume == 0.5
