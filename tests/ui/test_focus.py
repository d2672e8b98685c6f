"""The keyboard's focus never moves by itself: not to a button that does something, and Enter does nothing dangerous."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.main.main_window import MainWindow
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.settings.profile_dialogs import RemoveProfile, SaveProfile
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.question import Question
from tests.model_server import served
from tests.ui.models_harness import models_harness


class Pair(QWidget):
    """A button that goes while it works, and one that must not be pressed by accident."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        self.work = QPushButton("Import")
        self.danger = QPushButton("Fetch")
        for button in (self.work, self.danger):
            layout.addWidget(button)

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)


GO_AND_COME: list[tuple[Callable[[QWidget], None], Callable[[QWidget], None]]] = [
    (lambda one: one.setEnabled(False), lambda one: one.setEnabled(True)),
    (lambda one: one.hide(), lambda one: one.show()),
]


@pytest.mark.parametrize(("go", "come"), GO_AND_COME, ids=["disabled", "hidden"])
def test_what_goes_away_gets_the_focus_back(
    qtbot: QtBot, go: Callable[[QWidget], None], come: Callable[[QWidget], None]
) -> None:
    pair = Pair()
    qtbot.addWidget(pair)
    pair.show()
    pair.activateWindow()
    pair.work.setFocus()
    qtbot.waitUntil(pair.work.hasFocus)
    go(pair.work)
    assert not pair.danger.hasFocus()
    come(pair.work)
    assert pair.work.hasFocus()
    go(pair.work)
    qtbot.keyClick(pair, Qt.Key.Key_Tab)  # who goes on is not held
    assert pair.danger.hasFocus()
    come(pair.work)
    assert pair.danger.hasFocus()


def test_an_import_leaves_the_focus_where_it_was(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as server, models_harness(qtbot, server, tmp_path, monkeypatch) as desk:
        window = desk.open()
        window.activateWindow()
        for button in (window.import_button, window.list_button):
            button.setFocus()
            qtbot.waitUntil(button.hasFocus)
            window.show_busy(True)
            assert window.focusWidget() is window
            window.show_busy(False)
            assert button.hasFocus()


def test_a_model_that_is_there_has_no_focus_on_remove(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served() as server, models_harness(qtbot, server, tmp_path, monkeypatch) as desk:
        window = desk.open()
        window.activateWindow()
        row = desk.row("voice", "es_ES-davefx-medium")
        fetch = row.button("fetch")
        assert fetch is not None
        fetch.setFocus()
        qtbot.waitUntil(fetch.hasFocus)
        qtbot.keyClick(fetch, Qt.Key.Key_Space)
        desk.waits_for_state("voice", "es_ES-davefx-medium", "installed")
        focused = window.focusWidget()
        assert focused is row
        assert row.button("remove") is not focused
        qtbot.keyClick(row, Qt.Key.Key_Tab)  # the place is kept
        assert row.button("remove") is window.focusWidget()


def test_no_window_hands_the_focus_on_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    clear = window.transcript.clear_button
    clear.setEnabled(True)
    clear.setFocus()
    qtbot.waitUntil(clear.hasFocus)
    clear.setEnabled(False)
    assert window.focusWidget() is window
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    qtbot.waitExposed(dialog)
    dialog.open_page("vad")
    reset = dialog.form(1)._resets["vad.threshold"]
    reset.setEnabled(True)
    reset.setFocus()
    reset.setEnabled(False)
    assert dialog.focusWidget() is dialog
    latency = window.menu.open_latency()
    assert keeps_focus(latency) is False  # nothing is gone there
    latency.close()
    dialog.close()


def pressed(dialog: QDialog, qtbot: QtBot) -> list[str]:
    """The buttons that Enter presses, from each field and from the dialog itself."""
    found: list[str] = []
    for button in dialog.findChildren(QPushButton):
        button.clicked.connect(lambda _=False, button=button: found.append(button.text() or button.accessibleName()))
    for field in [*dialog.findChildren(QLineEdit), dialog]:
        if field.isVisible():
            field.setFocus()
            qtbot.keyClick(field, Qt.Key.Key_Return)
    return found


def test_enter_removes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    for dialog in (
        Question("Remove Whisper small?", "This frees 484 MB.", "Remove", window),
        RemoveProfile("Lecture", window),
    ):
        dialog.open()
        qtbot.waitExposed(dialog)
        answers: list[int] = []
        dialog.finished.connect(answers.append)
        focused = dialog.focusWidget()
        qtbot.keyClick(focused or dialog, Qt.Key.Key_Return)
        assert answers == [QDialog.DialogCode.Rejected.value], type(dialog).__name__


def test_enter_replaces_no_profile(window: MainWindow, qtbot: QtBot) -> None:
    dialog = SaveProfile(("No profile", "Lecture"), window)
    dialog.open()
    qtbot.waitExposed(dialog)
    named: list[str] = []
    dialog.chosen.connect(named.append)
    dialog.name.setText("lecture")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert named == []
    dialog.name.setText("Talk")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert named == ["Talk"]


def test_enter_in_the_settings_presses_no_button(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.popovers.open_dialog()
    assert isinstance(dialog, SettingsDialog)
    qtbot.waitExposed(dialog)
    for page in ("recognition", "subtitles", "models", "hotkeys"):
        dialog.open_page(page)
        assert pressed(dialog, qtbot) == []
        assert dialog.isVisible()
    dialog.close()
