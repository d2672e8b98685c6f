"""Correcting a line of the transcript: in place, by mouse and keyboard, translated again and saved corrected."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QTextCursor
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.engine.events import TranscriptUpdate
from desktop.ui.main.main_window import MainWindow
from desktop.ui.transcript.line_editor import LineEditor
from desktop.ui.transcript.view import TranscriptView
from tests.ui.conftest import StartApp
from tests.ui.test_transcript_view import heard, shown, translated, view

__all__ = ["view"]


def editor(view: TranscriptView) -> LineEditor | None:
    """The open field."""
    return next((one for one in view.findChildren(LineEditor) if one.isVisible()), None)


def click(view: TranscriptView, qtbot: QtBot, text: str) -> None:
    """Press and release the mouse on the first letters of a text."""
    view.moveCursor(QTextCursor.MoveOperation.Start)
    assert view.find(text)
    place = view.cursorRect().center() - QPoint(8, 0)
    cursor = view.textCursor()
    cursor.clearSelection()
    view.setTextCursor(cursor)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.fixture
def said(view: TranscriptView) -> TranscriptView:
    for number, (original, translation) in enumerate((("Hello there.", "Hola."), ("How are shoe?", "Cómo zapato."))):
        view.heard(heard(number, original))
        view.translated(translated(number, translation))
    return view


def test_click_type_enter(said: TranscriptView, qtbot: QtBot) -> None:
    click(said, qtbot, "How are shoe?")
    field = editor(said)
    assert field is not None
    qtbot.waitUntil(field.field.hasFocus)
    field.field.selectAll()
    qtbot.keyClicks(field.field, "How are you?")
    with qtbot.waitSignal(said.corrected) as wanted:
        qtbot.keyClick(field.field, Qt.Key.Key_Return)
    assert wanted.args == [1, "How are you?", "en"]
    assert editor(said) is None
    assert shown(said) == ["Hello there.", "Hola.", "How are you?"]
    said.retranslated(1, "How are you?", translated(-1, "¿Cómo estás?"))
    assert shown(said) == ["Hello there.", "Hola.", "How are you?", "¿Cómo estás?"]


def test_escape_changes_nothing(said: TranscriptView, qtbot: QtBot) -> None:
    said.edit_line(0)
    field = editor(said)
    assert field is not None
    qtbot.keyClicks(field.field, " nonsense")
    with qtbot.assertNotEmitted(said.corrected):
        qtbot.keyClick(field.field, Qt.Key.Key_Escape)
    assert editor(said) is None
    assert shown(said) == ["Hello there.", "Hola.", "How are shoe?", "Cómo zapato."]


def test_the_translation_and_a_drag_do_not_open_it(said: TranscriptView, qtbot: QtBot) -> None:
    click(said, qtbot, "Hola.")
    assert editor(said) is None
    said.moveCursor(QTextCursor.MoveOperation.Start)
    assert said.find("How are shoe?")  # selected by dragging
    qtbot.mouseRelease(said.viewport(), Qt.MouseButton.LeftButton, pos=said.cursorRect().center())
    assert editor(said) is None


def test_what_is_still_being_said_cannot_be_corrected(said: TranscriptView) -> None:
    said.heard(heard(2, "I would", "like"))
    said.edit_line(2)
    assert editor(said) is None


def test_new_lines_and_a_clear_while_it_is_open(said: TranscriptView, qtbot: QtBot) -> None:
    said.edit_line(1)
    field = editor(said)
    assert field is not None
    for number in range(10, 40):
        said.heard(heard(number, f"line {number}"))
    qtbot.keyClicks(field.field, "!")
    qtbot.keyClick(field.field, Qt.Key.Key_Return)
    assert "How are shoe?!" in shown(said)
    assert said.is_following
    said.edit_line(3)
    said.clear_lines()
    assert editor(said) is None
    assert shown(said) == []


def test_an_answer_for_an_older_text_is_not_shown(said: TranscriptView) -> None:
    said.lines.correct(0, "Hello you.")
    said.retranslated(0, "Hello there.", translated(-1, "viejo"))
    said.translated(translated(0, "también viejo", revision=9))
    assert "viejo" not in said.toPlainText()


def test_emptied_it_is_taken_out(said: TranscriptView, qtbot: QtBot) -> None:
    said.edit_line(0)
    field = editor(said)
    assert field is not None
    field.field.clear()
    qtbot.keyClick(field.field, Qt.Key.Key_Return)
    assert shown(said) == ["How are shoe?", "Cómo zapato."]


def test_it_is_saved_corrected(said: TranscriptView, tmp_path: Path) -> None:
    said.lines.correct(1, "How are you?")
    said.retranslated(1, "How are you?", translated(-1, "¿Cómo estás?"))
    said.save(tmp_path / "all.srt")
    content = (tmp_path / "all.srt").read_text()
    assert "How are you?" in content
    assert "¿Cómo estás?" in content
    assert "shoe" not in content


def test_by_keyboard_alone(window: MainWindow, qtbot: QtBot) -> None:
    view = window.transcript.view
    view.heard(heard(0, "Hello there."))
    view.heard(heard(1, "How are shoe?"))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.start.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F2)
    field = editor(view)
    assert field is not None
    assert field.text == "How are shoe?"
    with qtbot.assertNotEmitted(window.stopSpeakingRequested):
        QTest.keyClick(field.field, Qt.Key.Key_Escape)
    assert editor(view) is None


def test_the_engine_translates_it_again(start_app: StartApp, qtbot: QtBot) -> None:
    app, engine = start_app(starts=True)
    engine.emit(TranscriptUpdate(0, 1, "en", "How are shoe?", "", (), 0.0, 1.0, True))
    view = app.window.transcript.view
    qtbot.waitUntil(lambda: len(view.lines) == 1)
    view.edit_line(0)
    field = editor(view)
    assert field is not None
    field.field.setPlainText("How are you?")
    field.save()
    qtbot.waitUntil(lambda: shown(view) == ["How are you?", "HOW ARE YOU?"])


def test_it_stays_in_sight_when_the_window_gets_smaller(said: TranscriptView, qtbot: QtBot) -> None:
    for number in range(10, 60):
        said.heard(heard(number, f"The line {number} is long enough that it wraps where there is little room for it."))
    said.edit_line(51)
    said.resize(360, 220)
    field = editor(said)
    viewport = said.viewport()
    assert field is not None
    assert viewport is not None
    qtbot.waitUntil(lambda: viewport.rect().contains(field.geometry()))
