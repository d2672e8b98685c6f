"""Closing and quitting: nothing is cut off or lost without a question, and what is not saved comes back."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.app.closing import answer_to_close
from desktop.app.wiring import App
from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.ui.widgets.question import Question
from tests.fakes import FakeEngine
from tests.ui.conftest import StartApp


def say(engine: FakeEngine, number: int, text: str, *, is_final: bool = True) -> None:
    words = (text, "") if is_final else ("", text)
    engine.emit(TranscriptUpdate(number, 1, "en", *words, (), 0.0, 1.0, is_final))


def question_of(app: App) -> Question | None:
    return next((one for one in app.window.findChildren(Question) if one.isVisible()), None)


def listening(start_app: StartApp, qtbot: QtBot, **options: object) -> tuple[App, FakeEngine]:
    app, engine = start_app(starts=True, **options)
    qtbot.waitUntil(lambda: app.window.status.is_running)
    return app, engine


@pytest.mark.parametrize(
    ("situation", "answer"),
    [
        ((True, True, True), "hide"),
        ((True, False, False), "hide"),
        ((False, True, False), "ask"),
        ((False, False, True), "ask"),
        ((False, False, False), "quit"),
    ],
)
def test_what_closing_the_window_does(situation: tuple[bool, bool, bool], answer: str) -> None:
    has_tray, is_running, is_at_risk = situation
    assert answer_to_close(has_tray=has_tray, is_running=is_running, is_at_risk=is_at_risk) == answer


def test_closing_while_listening_asks_once_and_does_not_quit_by_itself(start_app: StartApp, qtbot: QtBot) -> None:
    app, engine = listening(start_app, qtbot)
    app.window.close()
    app.window.close()
    app.window.quitRequested.emit()
    assert len([one for one in app.window.findChildren(Question) if one.isVisible()]) == 1
    question = question_of(app)
    assert question is not None
    assert question.focusWidget() is question.no
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert app.window.isVisible()
    assert "close" not in engine.calls
    app.window.close()
    question = question_of(app)
    assert question is not None
    qtbot.mouseClick(question.yes, Qt.MouseButton.LeftButton)
    assert app.engine is not None
    qtbot.waitUntil(app.engine.isFinished)


def test_what_is_not_saved_is_offered_at_the_next_start(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "unsaved"
    app, engine = listening(start_app, qtbot, unsaved=folder)
    say(engine, 0, "The first line.")
    say(engine, 1, "cut off in the", is_final=False)
    qtbot.waitUntil(lambda: len(app.window.transcript.view.lines) == 2)
    app.quit()
    app, _ = start_app(unsaved=folder, file=tmp_path / "other.toml")
    assert [notice.code for notice in app.window.notices if notice.code == "unsaved"]
    bar = app.window.status_line.bar
    qtbot.waitUntil(lambda: bar.notice is not None and bar.notice.code == "unsaved")
    (button,) = [one for one in bar.findChildren(QPushButton) if one.text() == "Bring back"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    text = app.window.transcript.view.toPlainText()
    assert "The first line." in text
    assert "cut off in the" in text
    app.quit()
    app, _ = start_app(unsaved=folder, file=tmp_path / "third.toml")  # it is still not saved
    qtbot.waitUntil(lambda: bool([notice for notice in app.window.notices if notice.code == "unsaved"]))
    app.window.act("bring-back")
    app.window.transcript.save(tmp_path / "talk.txt")
    assert list(folder.glob("*.jsonl")) == []


def test_a_kill_loses_no_line(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    app, engine = listening(start_app, qtbot, unsaved=tmp_path / "unsaved")
    say(engine, 0, "Written at once.")
    engine.emit(TranslationUpdate(0, 1, "en", "es", "Escrito.", "", True))
    qtbot.waitUntil(lambda: "Escrito." in app.window.transcript.view.toPlainText())
    (file,) = (tmp_path / "unsaved").glob("*.jsonl")
    content = file.read_text(encoding="utf-8")
    assert "Written at once." in content
    assert "Escrito." in content


def test_clearing_takes_it_out_and_undo_brings_it_back(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "unsaved"
    app, engine = listening(start_app, qtbot, unsaved=folder)
    say(engine, 0, "A line.")
    qtbot.waitUntil(lambda: len(app.window.transcript.view.lines) == 1)
    app.window.transcript.view.clear_lines()
    assert list(folder.glob("*.jsonl")) == []
    app.window.transcript.view.undo()
    (file,) = folder.glob("*.jsonl")
    assert "A line." in file.read_text()


def test_who_wants_nothing_kept_is_asked_instead(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "unsaved"
    app, engine = start_app(unsaved=folder)
    app.window.settingChanged.emit("window.keep_transcript", False)
    say(engine, 0, "Not to be kept.")
    qtbot.waitUntil(lambda: len(app.window.transcript.view.lines) == 1)
    assert not folder.exists()
    app.window.quitRequested.emit()
    question = question_of(app)
    assert question is not None
    qtbot.mouseClick(question.no, Qt.MouseButton.LeftButton)
    app.window.transcript.save(tmp_path / "talk.txt")
    app.window.quitRequested.emit()
    assert question_of(app) is None


def test_a_folder_that_cannot_be_written_is_told_once(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "unsaved").write_text("in the way")
    app, engine = start_app(unsaved=tmp_path / "unsaved")
    for number in range(3):
        say(engine, number, f"Line {number}.")
    qtbot.waitUntil(lambda: len(app.window.transcript.view.lines) == 3)
    told = [notice for notice in app.window.notices if "is not kept" in notice.message]
    assert [notice.count for notice in told] == [1]
    assert app.transcript.is_at_risk
