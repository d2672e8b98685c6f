"""Random keys and clicks all over the real window while lines are said: none is lost, nothing is raised.

`MONKEY_STEPS=2000 python -m pytest tests/ui/test_monkey.py` runs it longer, `MONKEY_SEED=7` with other accidents.
"""

import os
import random
import string
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from desktop.app.wiring import App
from desktop.engine.events import (
    AudioLevel,
    DevicesChanged,
    ErrorEvent,
    Event,
    Metrics,
    Severity,
    SourceOpened,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.message import verbatim
from desktop.ui.main.shortcuts import SHORTCUTS
from tests.fakes import FakeEngine
from tests.ui.conftest import StartApp

STEPS = int(os.environ.get("MONKEY_STEPS", "300"))
SEED = int(os.environ.get("MONKEY_SEED", "1"))
KEYS = [
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Up,
    Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F2, Qt.Key.Key_F10, Qt.Key.Key_Menu,
]  # fmt: skip
# What would leave the window: the Doctor, who plays sounds and measures the machine for ten seconds.
COMBINATIONS = [keys for shortcut in SHORTCUTS if shortcut.name != "doctor" for keys in shortcut.keys]
NOWHERE = "http://127.0.0.1:9"


def answer() -> None:
    """Go away, you who wait for an answer in an event loop of your own: Qt's file dialog asks and offers so."""
    for waiting in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if isinstance(waiting, QMenu | QMessageBox):
            waiting.close()


class Monkey:
    """Acts on whatever window is in front. said: how many lines were said."""

    def __init__(self, app: App, engine: FakeEngine, seed: int) -> None:
        self.app = app
        self.engine = engine
        self.chance = random.Random(seed)
        self.said = 0
        self.acts: list[str] = []

    def act(self) -> None:
        """One key, click, word or event."""
        do = self.chance.choices([self.key, self.combination, self.click, self.write, self.hear], [4, 3, 6, 1, 3])[0]
        do()
        QApplication.processEvents()

    def target(self) -> QWidget:
        popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        return popup or self.chance.choice([self.app.window, *shown])

    def key(self) -> None:
        widget = QApplication.focusWidget() or self.target()
        key = self.chance.choice(KEYS)
        self.acts.append(f"{key.name} on {type(widget).__name__}")
        QTest.keyClick(widget, key)

    def combination(self) -> None:
        keys = self.chance.choice(COMBINATIONS)
        self.acts.append(keys)
        QTest.keySequence(QApplication.focusWidget() or self.app.window, keys)

    def click(self) -> None:
        window = self.target()
        point = QPoint(self.chance.randrange(max(1, window.width())), self.chance.randrange(max(1, window.height())))
        widget = window.childAt(point) or window
        inside = widget.mapFrom(window, point) if widget is not window else point
        self.acts.append(f"click {type(widget).__name__} {widget.accessibleName()!r} in {type(window).__name__}")
        button = Qt.MouseButton.RightButton if self.chance.random() < 0.1 else Qt.MouseButton.LeftButton
        act = QTest.mouseDClick if self.chance.random() < 0.1 else QTest.mouseClick
        act(widget, button, Qt.KeyboardModifier.NoModifier, inside)

    def write(self) -> None:
        widget = QApplication.focusWidget() or self.app.window
        self.acts.append(f"write on {type(widget).__name__}")
        QTest.keyClicks(widget, "".join(self.chance.choices(string.ascii_letters + " 0123456789,.:", k=6)))

    def hear(self) -> None:
        """Something of the engine."""
        number, text = self.said, f"Line number {self.said}."
        heard = TranscriptUpdate(
            number, 2, self.chance.choice(["en", "ar", "th"]), text, "", (), number, number + 1, True
        )
        events: list[Event] = [
            TranscriptUpdate(number, 1, "en", "", "Line", (), number, number + 0.5, False),
            heard,
            TranslationUpdate(number, 1, "en", "es", f"Línea {number}.", "", True),
            AudioLevel(self.chance.uniform(-60, 0), -3, True),
            Metrics({"partial": 0.6, "final": 1.0}, {}, 0.0, 0, "Whisper small", "Argos", "Piper"),
            ErrorEvent("fallback", verbatim(f"Warning {number}."), Severity.WARNING),
            SourceOpened(self.chance.choice(["microphone:", "file:/tmp/talk.mp3"]), float(number), 60.0),
            DevicesChanged(),
        ]
        self.said += 1
        more = self.chance.sample(events[3:], self.chance.randrange(3))
        self.engine.emit(*events[:3], *more)

    def kept(self) -> set[str]:
        """What was heard of the lines that are there, or that `undo` brings back."""
        lines = self.app.window.transcript.view.lines
        return {line.heard.committed for line in (*lines, *lines.taken_out)}


def test_random_keys_and_clicks_lose_no_line(
    start_app: StartApp, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, NOWHERE)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda *_: True)  # another program's window
    monkeypatch.chdir(tmp_path)  # where it may save
    file = tmp_path / "settings.toml"
    file.write_text(f'version = 1\n[models]\nhub = ["{NOWHERE}"]\nargos = ["{NOWHERE}"]\npiper = ["{NOWHERE}"]\n')
    app, engine = start_app(file=file, unsaved=tmp_path / "unsaved")
    app.closing.quitting.disconnect(app.quit)  # it goes on
    quits: list[None] = []
    app.closing.quitting.connect(lambda: quits.append(None))
    monkey = Monkey(app, engine, SEED)
    answers = QTimer()
    answers.timeout.connect(answer)
    answers.start(100)
    app.window.activateWindow()
    try:
        for _ in range(STEPS):
            monkey.act()
            if not app.window.isVisible():
                app.show_window()
        expected = {f"Line number {number}." for number in range(monkey.said)}
        qtbot.waitUntil(lambda: expected <= monkey.kept())
    except BaseException:
        print("\n".join(monkey.acts[-40:]))
        raise
    assert not [notice for notice in app.window.notices if notice.code == "internal"]
    for window in QApplication.topLevelWidgets():
        if window is not app.window:
            window.close()
