"""Settings as forms: made from the declaration, applied at once, set back one by one."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractSpinBox, QFileDialog, QLabel, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from desktop.settings.store import fields, get
from desktop.ui.main.main_window import MainWindow
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.widgets import theme
from desktop.ui.widgets.pickers.picker import PickerButton
from desktop.ui.widgets.switch import Switch

OTHER = {
    "audio.source": "loopback:",
    "recognition.languages": ("en", "de"),
    "cloud.recognition": ("deepgram", "google"),
    "cloud.translation": ("deepl",),
    "cloud.speech": ("google",),
    "typing.terminals": ("xterm",),
    "models.hub": ("http://a", "http://b"),
    "models.argos": ("http://a",),
    "models.piper": ("http://a",),
    "subtitles.geometry": (1, 2, 3, 4),
    "window.geometry": (1, 2, 3, 4),
}


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SettingsDialog:
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    qtbot.waitUntil(lambda: len(dialog._forms) == len(dialog._keys))
    return dialog


def test_every_setting_has_an_editor_that_shows_and_changes_it(dialog: SettingsDialog, window: MainWindow) -> None:
    assert window.settings is not None
    seen = set()
    for row, keys in enumerate(dialog._keys):
        for key in keys:
            seen.add(key)
            editor = dialog.form(row).editor(key)
            value = get(window.settings, key)
            changed: object
            if isinstance(editor.widget, Switch):
                editor.widget.click()
                changed = not value
            elif isinstance(editor.widget, QAbstractSpinBox):
                at_top = value >= editor.widget.maximum()  # type: ignore[attr-defined]
                editor.widget.setValue(editor.widget.minimum() if at_top else editor.widget.maximum())  # type: ignore[attr-defined]
                changed = editor.widget.value()  # type: ignore[attr-defined]
            elif isinstance(editor.widget, PickerButton):
                changed = next((c.value for c in editor.widget._choices if c.value != value), value)
                editor.widget.picked.emit(changed)
            elif isinstance(editor.widget, QLineEdit) and not key.startswith("hotkeys"):
                changed = OTHER.get(key, "text")
                editor.widget.setText(", ".join(map(str, changed)) if isinstance(changed, tuple) else str(changed))
                editor.widget.editingFinished.emit()
            else:
                changed = "#123456" if key.endswith("_color") else "<ctrl>+<alt>+p"
                editor.edited.emit(changed)
            assert get(window.settings, key) == changed, key
    assert seen == {key for key, _ in fields()}


def test_a_setting_goes_back_to_its_default(dialog: SettingsDialog, window: MainWindow) -> None:
    row = next(row for row, keys in enumerate(dialog._keys) if "speech.rate" in keys)
    form = dialog.form(row)
    assert not form._resets["speech.rate"].isEnabled()
    form.editor("speech.rate").edited.emit(1.5)
    assert window.settings is not None
    assert window.settings.speech.rate == 1.5
    form._resets["speech.rate"].click()
    assert window.settings.speech.rate == 1.0
    assert form.editor("speech.rate").widget.value() == 1.0  # type: ignore[attr-defined]


def test_search_shows_only_what_fits(dialog: SettingsDialog) -> None:
    dialog.search("volume")
    visible = [
        dialog._list.item(row).text() for row in range(dialog._list.count()) if not dialog._list.item(row).isHidden()
    ]  # type: ignore[union-attr]
    assert visible == ["Voice"]
    dialog.search("no such words")
    assert dialog._pages.currentWidget() is dialog._nothing
    dialog.search("")
    assert all(not dialog._list.item(row).isHidden() for row in range(dialog._list.count()))  # type: ignore[union-attr]


def test_search_turns_to_the_page_that_is_meant(dialog: SettingsDialog) -> None:
    dialog.search("translat")
    assert dialog._list.currentItem().text() == "Translation"  # type: ignore[union-attr]
    recognition = next(row for row, keys in enumerate(dialog._keys) if "recognition.compute_type" in keys)
    assert not dialog.form(recognition).editor("recognition.compute_type").widget.isVisibleTo(dialog.form(recognition))
    dialog.search("CTranslate2")
    assert dialog._list.currentItem().text() == "Recognition"  # type: ignore[union-attr]


def test_hotkeys_are_taken_by_pressing_them(dialog: SettingsDialog, window: MainWindow, qtbot: QtBot) -> None:
    dialog.open_page("hotkeys")
    row = next(row for row, keys in enumerate(dialog._keys) if "hotkeys.stop_speaking" in keys)
    field = dialog.form(row).editor("hotkeys.stop_speaking").widget
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert window.settings is not None
    assert window.settings.hotkeys.stop_speaking == "<ctrl>+<alt>+s"
    assert field.accessibleName() == "Stop speaking: Ctrl+Alt+S"
    dialog.form(row)._resets["hotkeys.stop_speaking"].click()
    assert window.settings.hotkeys.stop_speaking == ""


def test_a_device_is_shown_by_its_name(window: MainWindow, qtbot: QtBot) -> None:
    window.settingChanged.emit("audio.source", "microphone:Headset")
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    editor = dialog.form(0).editor("audio.source").widget
    assert isinstance(editor, PickerButton)
    assert editor.label == "Headset"
    texts = [label.text() for label in dialog.form(0).findChildren(QLabel)]
    assert not [text for text in texts if "microphone:" in text and "NAME" not in text]


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_the_buttons_of_file_dialogs_show_their_pictures(qtbot: QtBot, look: theme.Theme) -> None:
    theme.apply(look)
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    for button in dialog.findChildren(QToolButton):
        assert button.width() >= button.iconSize().width() + 8, button.objectName()
        assert button.height() >= button.iconSize().height() + 8, button.objectName()
    theme.apply("light")


@pytest.mark.parametrize("card", ["subtitles", "typing", "voice"])
def test_a_card_has_its_settings_at_hand(window: MainWindow, card: str) -> None:
    popover = window.popovers.open_card(getattr(window.cards, card))
    assert popover is not None
    assert popover.isVisible()
    form = window.popovers._form
    assert form is not None
    assert all(not key.endswith(".enabled") for key in form._editors)
    popover.close()
