"""Profiles and presets as a user meets them: in the menu, the tray, by hotkey, in the model list and the settings."""

import tomllib
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from desktop.settings.presets import PRESETS
from desktop.settings.store import SettingsStore
from desktop.ui.main.main_window import MainWindow
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.settings.preset_list import changes_of, preset_in_use
from desktop.ui.settings.profile_dialogs import RemoveProfile, SaveProfile
from desktop.ui.tray.tray import Tray
from desktop.ui.widgets import theme
from desktop.ui.widgets.pickers.picker import PickerList
from tests.ui.conftest import StartApp


def pick(menu: PickerList, label: str) -> None:
    """Choose the line of the menu that says `label`."""
    value = next(choice.value for choice in menu._choices if choice.label == label and not choice.is_heading)
    menu.close()
    menu.picked.emit(value)


def labels(menu: PickerList) -> list[str]:
    return [choice.label for choice in menu._choices if not choice.is_heading]


def test_a_profile_is_chosen_kept_and_removed_in_the_menu(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    app, _ = start_app()
    file = tmp_path / "settings.toml"
    side, button = app.window.menu, app.window.status_line.menu
    menu = side.open_menu(button)
    assert labels(menu)[:5] == ["Default", "Dictation", "Meeting", "Stream", "Save as…"]
    pick(menu, "Meeting")
    assert app.store is not None
    assert (app.store.profile, app.store.current.audio.source) == ("Meeting", "loopback:")
    assert button.text() == "Meeting"
    qtbot.waitUntil(file.exists)
    assert tomllib.loads(file.read_text())["profile"] == "Meeting"

    pick(side.open_menu(button), "Save as…")
    dialog = app.window.findChild(SaveProfile)
    assert dialog is not None
    assert not dialog._yes.isEnabled()
    dialog.name.setText("meeting")
    assert dialog._yes.text() == "Replace"
    dialog.name.setText("Default")
    assert not dialog._yes.isEnabled()  # that is no profile
    dialog.name.setText("Lecture & talk")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert app.store.profile == "Lecture & talk"
    assert app.store.current.audio.source == "loopback:"

    menu = side.open_menu(button)
    assert "Remove Lecture & talk…" in labels(menu)
    pick(menu, "Remove Lecture & talk…")
    question = app.window.findChild(RemoveProfile)
    assert question is not None
    qtbot.mouseClick(question._yes, Qt.MouseButton.LeftButton)
    assert app.store.profile == "Default"
    assert button.text() == ""
    assert not any("Remove" in one for one in labels(side.open_menu(button)))


def test_the_hotkey_goes_from_one_profile_to_the_next(start_app: StartApp) -> None:
    app, _ = start_app()
    seen = []
    for _ in range(4):
        app.background.hotkeys.pressed.emit("next_profile")
        assert app.store is not None
        seen.append(app.store.profile)
    assert seen == ["Dictation", "Meeting", "Stream", "Default"]


def test_the_tray_lists_the_profiles(qtbot: QtBot) -> None:
    tray = Tray()
    tray.show_profiles(("Default", "Tea & talk"), "Tea & talk")
    menu = next(one for one in tray.menu().findChildren(QMenu) if one.title() == "Profile")
    actions = menu.actions()
    assert [(one.text(), one.isChecked()) for one in actions] == [("Default", False), ("Tea && talk", True)]
    with qtbot.waitSignal(tray.profileRequested) as asked:
        actions[1].trigger()
    assert asked.args == ["Tea & talk"]
    tray.close()


def test_a_profile_that_cannot_be_saved_says_why(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    app, _ = start_app(file=tmp_path / "folder" / "settings.toml")
    (tmp_path / "folder").write_text("no folder")
    app.profiles.use("Meeting")
    qtbot.waitUntil(lambda: any("it cannot be saved" in notice.message for notice in app.window.notices))
    app.profiles.use("Nothing")
    assert any("no profile called" in notice.message for notice in app.window.notices)


@pytest.mark.parametrize("name", [preset.name for preset in PRESETS])
def test_a_preset_is_one_click_and_then_in_use(window: MainWindow, qtbot: QtBot, name: str) -> None:
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    dialog.open_page("recognition")
    presets = dialog.presets
    assert presets is not None
    assert window.settings is not None
    row = presets.row(name)
    wanted = changes_of(window.settings, name, ())
    assert all(str(new) in row.changes.text() for _, new in wanted.values() if isinstance(new, str | int))
    if wanted:
        qtbot.mouseClick(row.use, Qt.MouseButton.LeftButton)
    assert preset_in_use(window.settings, ()) == name
    assert (row.use.text(), row.use.isEnabled()) == ("In use", False)
    dialog.close()


def test_the_model_list_has_the_presets_with_what_they_are_for(window: MainWindow) -> None:
    window.popovers.open_models(window.status_line.model)
    popup = next(one for one in window.status_line.model.findChildren(PickerList) if one.isVisible())
    for preset in PRESETS:
        assert any(preset.help in one for one in labels(popup))
    fast = next(one for one in labels(popup) if one.startswith("Fast"))
    pick(popup, fast)
    assert window.settings is not None
    assert window.settings.recognition.beam_size == 1


def test_a_setting_says_where_it_comes_from_and_when_it_takes_effect(qtbot: QtBot, tmp_path: Path) -> None:
    theme.apply("light")
    store = SettingsStore(tmp_path / "s.toml", environment={"PARLEY_SPEECH__RATE": "1.5"}, flags={"speech.volume": 0.5})
    store.use("Meeting")
    dialog = SettingsDialog(store.current, {}, provenance=store)
    qtbot.addWidget(dialog)

    def said(key: str) -> str:
        row = next(row for row, keys in enumerate(dialog._keys) if key in keys)
        return dialog.form(row)._notes[key].text()

    def explained(key: str) -> str:
        row = next(row for row, keys in enumerate(dialog._keys) if key in keys)
        return dialog.form(row).editor(key).widget.accessibleDescription()

    assert "From the environment (PARLEY_SPEECH__RATE)" in said("speech.rate")
    assert "the default is 1" in said("speech.rate")
    assert "From the command line" in said("speech.volume")
    assert "From the profile Meeting" in said("audio.source")
    assert said("speech.output") == ""
    assert "started again" in explained("window.geometry")
    assert "loads the model again" in explained("recognition.threads")
    assert "again" not in explained("speech.rate")
    assert "in the profile Meeting" in dialog._place.text()
    store.subscribe(dialog.show_settings)
    row = next(row for row, keys in enumerate(dialog._keys) if "speech.rate" in keys)
    label = dialog.form(row)._rows["speech.rate"][0]
    assert label.is_changed
    dialog.form(row).reset.connect(store.reset)
    dialog.form(row)._resets["speech.rate"].click()
    assert not label.is_changed
    assert said("speech.rate") == ""


def test_the_menu_opens_with_f10_and_reaches_everything(window: MainWindow, qtbot: QtBot) -> None:
    window.show_profiles(("Default", "Meeting"), "Default")
    qtbot.keyClick(window, Qt.Key.Key_F10)
    menu = next(one for one in window.status_line.menu.findChildren(PickerList) if one.isVisible())
    assert {"Settings…", "Doctor…", "Latency…", "Keyboard shortcuts"} <= set(labels(menu))
    pick(menu, "Settings…")
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.findChild(QLineEdit) is not None
    dialog.close()
