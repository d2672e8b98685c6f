"""The app takes over what other processes write into the settings file."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.settings.store import SettingsStore
from desktop.system.paths import RESOURCES
from desktop.ui.runtime.profiles.watch import SettingsWatch
from tests.ui.conftest import StartApp


def parley(*arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(RESOURCES.parent)}
    subprocess.run([sys.executable, "-m", "desktop", *arguments], env=environment, check=True, timeout=60)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


@pytest.fixture
def store(file: Path) -> SettingsStore:
    file.parent.mkdir()
    return SettingsStore(file, {})


@pytest.fixture
def watch(store: SettingsStore, qtbot: QtBot) -> Iterator[SettingsWatch]:
    watch = SettingsWatch()
    watch.begin(store)
    yield watch
    watch.deleteLater()


def test_what_the_command_line_sets_arrives_without_being_asked_for(
    watch: SettingsWatch, store: SettingsStore, file: Path, qtbot: QtBot
) -> None:
    heard: list[float] = []
    store.subscribe(lambda new: heard.append(new.speech.rate))
    parley("--settings", str(file), "config", "set", "speech.rate", "1.5")
    qtbot.waitUntil(lambda: heard == [1.5])
    parley("--settings", str(file), "profile", "use", "Meeting")
    qtbot.waitUntil(lambda: store.profile == "Meeting")
    assert store.current.translation.target == "es"
    # What the app itself saves is no news.
    store.set("speech.volume", 0.5)
    told = len(heard)
    watch.check_file()
    assert len(heard) == told


def test_behind_a_link_too(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "config").mkdir()
    real, link = tmp_path / "dotfiles" / "parley.toml", tmp_path / "config" / "settings.toml"
    real.write_text("[speech]\nrate = 0.7\n")
    link.symlink_to(real)
    store = SettingsStore(link, {})
    watch = SettingsWatch()
    watch.begin(store)
    SettingsStore(real, {}).set("speech.rate", 1.5)
    qtbot.waitUntil(lambda: store.current.speech.rate == 1.5)
    watch.deleteLater()


def test_a_file_broken_by_hand_is_told_once_and_the_settings_stay(
    watch: SettingsWatch, store: SettingsStore, file: Path, qtbot: QtBot
) -> None:
    store.set("speech.rate", 1.5)
    watch.check_file()
    with qtbot.waitSignal(watch.failed) as told:
        file.write_text("[speech\n")
    assert "cannot be read" in told.args[0]
    with qtbot.assertNotEmitted(watch.failed):
        watch.check_file()
    assert store.current.speech.rate == 1.5


def test_a_store_without_a_file_and_a_folder_that_is_not_there(tmp_path: Path, qtbot: QtBot) -> None:
    for file in (None, tmp_path / "later" / "settings.toml"):
        store = SettingsStore(file, {})
        watch = SettingsWatch()
        watch.begin(store)
        watch.check_file()
        if file is not None:
            SettingsStore(file, {}).set("speech.rate", 1.5)
            watch.check_file()
            assert store.current.speech.rate == 1.5
        watch.deleteLater()


def test_the_app_and_the_command_line_change_the_same_file_and_nothing_is_lost(
    start_app: StartApp, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "settings.toml"
    app, engine = start_app(starts=True)
    app.window.settingChanged.emit("speech.rate", 1.5)
    parley("--settings", str(file), "profile", "use", "Meeting")
    qtbot.waitUntil(lambda: engine.settings.translation.target == "es")
    assert engine.settings.audio.source == "loopback:"
    assert app.profiles.current == "Meeting"
    parley("--settings", str(file), "config", "set", "speech.volume", "0.5")
    app.window.settingChanged.emit("subtitles.lines", 3)  # perhaps before the app has looked
    qtbot.waitUntil(lambda: engine.settings.speech.volume == 0.5)
    again = SettingsStore(file, {})
    assert again.profile == "Meeting"
    speech, lines = again.current.speech, again.current.subtitles.lines
    assert (speech.rate, speech.volume, lines) == (1.5, 0.5, 3)


def test_the_app_starts_with_the_profile_it_is_told(start_app: StartApp, tmp_path: Path) -> None:
    _, engine = start_app(profile="Meeting")
    assert engine.settings.translation.target == "es"
    assert not (tmp_path / "settings.toml").exists()
