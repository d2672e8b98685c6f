"""What the user is told: once, with the right keys, and no longer than it matters."""

import re
from datetime import datetime

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QAbstractButton, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.engine.events import ErrorEvent, Severity, State, StateChanged, TranscriptUpdate
from desktop.engine.message import verbatim
from desktop.ui.main.main_window import MainWindow
from desktop.ui.main.shortcuts import SHORTCUTS
from desktop.ui.models.installed_choices import InstalledChoices
from desktop.ui.widgets import notifications
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.notifications import PHRASEBOOK, Notice, NoticeBar
from desktop.ui.widgets.pickers.picker import PickerList


def test_tooltips_name_the_keys_that_do_it(window: MainWindow) -> None:
    declared = {key: shortcut.name for shortcut in SHORTCUTS for key in shortcut.keys}
    named = {}
    for button in window.findChildren(QAbstractButton):
        for keys in re.findall(r"\(((?:Ctrl|F\d|Esc)[^)]*)\)", button.toolTip()):
            named[button.accessibleName()] = declared[keys]
    assert named["0 warnings"] == "warnings"
    assert named["Go to the newest line"] == "live"
    assert "close" not in named.values()


def test_good_news_goes_by_itself_and_a_warning_stays(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "PASSES_AFTER", 20)
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.show_notice(Notice("resumed", "The sound is back.", "info", datetime.now()))
    assert not bar.isHidden()
    qtbot.waitUntil(bar.isHidden)
    bar.show_notice(Notice("resumed", "The sound is back.", "info", datetime.now()))
    bar.show_notice(Notice("device-lost", "It was disconnected.", "warning", datetime.now()))
    qtbot.wait(80)
    assert bar.notice is not None
    assert not bar.isHidden()


def test_a_cleared_transcript_can_be_brought_back(window: MainWindow, qtbot: QtBot) -> None:
    window.on_event(TranscriptUpdate(0, 1, "en", "Hello.", "", (), 0.0, 1.0, True, final_text="Hello."))
    window.transcript.clear_button.click()
    assert len(window.transcript.view.lines) == 0
    bar = window.status_line.bar
    assert bar.notice is not None
    assert (bar.notice.action_label, bar.notice.severity) == ("Undo", "info")
    bar._act.click()
    assert [line.original.text for line in window.transcript.view.lines] == ["Hello."]
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(window.transcript.view.lines) == 0
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.transcript.view.lines) == 1


def said(window: MainWindow, sentence: str) -> int:
    """How often the sentence stands in the window."""
    labels = window.status_line.findChildren(QLabel)
    texts = [label.full_text() if isinstance(label, ElidedLabel) else label.text() for label in labels]
    return texts.count(sentence)


def test_a_failure_is_said_once(window: MainWindow) -> None:
    sentence = "The microphone is not connected; connect it."
    window.on_event(ErrorEvent("device-missing", verbatim(sentence), Severity.ERROR, recoverable=False))
    window.on_event(StateChanged(State.FAILED, verbatim(verbatim(sentence))))
    assert said(window, sentence) == 1
    window.status_line.bar.dismiss()
    assert said(window, sentence) == 2  # the hidden bar and the status line
    assert window.status_line.bar.isHidden()


def test_a_search_without_a_match_says_so(window: MainWindow) -> None:
    button = window.languages.target
    button.open_list()
    popup = next(one for one in button.findChildren(PickerList) if one.isVisible())
    field = popup.findChild(QLineEdit)
    assert field is not None

    def says_nothing() -> bool:
        return any(label.isVisible() and label.text() == "Nothing found." for label in popup.findChildren(QLabel))

    assert not says_nothing()
    field.setText("zzzz")
    assert says_nothing()
    field.setText("")
    assert not says_nothing()
    popup.close()


def choices(*, is_phrasebook: bool) -> InstalledChoices:
    return InstalledChoices((), (), (), (), is_phrasebook=is_phrasebook)


def test_a_phrasebook_is_told_before_the_first_word_and_once(window: MainWindow, qtbot: QtBot) -> None:
    window.set_choices(choices(is_phrasebook=True))
    notice = window.status_line.bar.notice
    assert notice is not None
    assert (notice.message, notice.action, notice.action_label) == (PHRASEBOOK, "models", "Open Models")
    window.on_event(ErrorEvent("phrasebook", verbatim("The engine says it in other words."), Severity.WARNING))
    window.set_choices(choices(is_phrasebook=True))
    assert [(one.code, one.count) for one in window.notices] == [("phrasebook", 1)]
    with qtbot.waitSignal(window.menu.modelsWanted):
        window.status_line.bar._act.click()


def test_the_phrasebooks_notice_goes_when_a_real_model_came(window: MainWindow) -> None:
    window.set_choices(choices(is_phrasebook=True))
    window.on_event(TranscriptUpdate(0, 1, "en", "Hello.", "", (), 0.0, 1.0, True))
    assert "phrasebook" in window.transcript.note.words()
    assert not window.transcript.note.isHidden()
    window.set_choices(choices(is_phrasebook=False))
    assert window.status_line.bar.isHidden()
    assert "phrasebook" in window.transcript.note.words()  # of the line that is there
    window.transcript.view.clear_lines()
    assert window.transcript.note.isHidden()


def test_a_copy_of_the_whole_transcript_says_that_it_was_a_phrasebook(window: MainWindow) -> None:
    window.set_choices(choices(is_phrasebook=True))
    window.on_event(TranscriptUpdate(0, 1, "en", "Hello.", "", (), 0.0, 1.0, True))
    window.transcript.copy()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text().startswith("[Recognised with a phrasebook")
    assert clipboard.text().endswith("Hello.")
