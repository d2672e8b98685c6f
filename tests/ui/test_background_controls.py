"""What works without the window: every hotkey does its part, and the tray is not needed for it."""

import pytest
from pytestqt.qtbot import QtBot

from desktop.app.background_controls import BackgroundControls
from desktop.settings.declaration import HotkeySettings
from desktop.settings.store import SettingsStore
from desktop.ui.runtime.profiles.switch import ProfileSwitch


@pytest.fixture
def profiles() -> ProfileSwitch:
    switch = ProfileSwitch()
    switch.begin(SettingsStore(None, environment={}))
    return switch


def test_every_hotkey_that_can_be_set_does_something(qtbot: QtBot, profiles: ProfileSwitch) -> None:
    controls = BackgroundControls(profiles)
    done: list[object] = []
    controls.toggleRequested.connect(lambda: done.append("toggle"))
    controls.unlockRequested.connect(lambda is_unlocked: done.append(("unlock", is_unlocked)))
    controls.stopSpeakingRequested.connect(lambda: done.append("silence"))
    controls.typeRestRequested.connect(lambda: done.append("rest"))
    profiles.shown.connect(lambda names, current: done.append(("profile", current)))
    for name in HotkeySettings.model_fields:
        controls.hotkeys.pressed.emit(name)
    assert sorted(map(str, done)) == sorted(
        map(str, ["toggle", ("unlock", True), "silence", "rest", ("profile", "Dictation")])
    )
    controls.close()
