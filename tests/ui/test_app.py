"""The app with an engine that does what it is told: loading, switching while running, quitting."""

import threading
import time
from pathlib import Path

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.engine.events import ErrorEvent, Severity, TranscriptUpdate
from desktop.engine.message import verbatim
from desktop.injector.typist import FOCUS_CHANGED, TypingStatus
from desktop.settings.declaration import Settings
from desktop.settings.store import SettingsStore
from desktop.ui.main.main_window import MainWindow
from desktop.ui.main.status import Status
from desktop.ui.main.window_geometry import restore
from desktop.ui.runtime.engine_thread import EngineThread
from desktop.ui.runtime.hotkeys import Hotkeys
from desktop.ui.tray.tray import Tray
from desktop.ui.widgets.question import Question
from tests.fakes import FakeEngine
from tests.ui.conftest import StartApp


def test_start_say_stop(start_app: StartApp, qtbot: QtBot) -> None:
    app, engine = start_app()
    qtbot.mouseClick(app.window.start, Qt.MouseButton.LeftButton)
    assert app.window.status_line.words().startswith("Loading")  # at once, whatever the engine does
    qtbot.waitUntil(lambda: app.window.status_line.words() == "Listening")
    engine.emit(TranscriptUpdate(0, 1, "en", "Hello", "there", (), 0.0, 1.0, False))
    qtbot.waitUntil(lambda: "Hello there" in app.window.transcript.view.toPlainText())
    assert app.outputs.overlay is not None
    qtbot.waitUntil(lambda: "Hello" in app.outputs.overlay.text())
    qtbot.mouseClick(app.window.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: app.window.status_line.words() == "Ready")
    assert [call for call in engine.calls if call in ("start", "stop")] == ["start", "stop"]


def test_a_switch_while_running_reaches_the_engine_and_the_file(start_app: StartApp, tmp_path: Path) -> None:
    app, engine = start_app(starts=True)
    took = []
    for key, value in (("translation.target", "es"), ("audio.source", "loopback:"), ("speech.enabled", True)):
        begin = time.perf_counter()
        app.window.settingChanged.emit(key, value)
        took.append(time.perf_counter() - begin)
    assert min(took) < 0.2  # a busy machine holds up one of them
    assert engine.settings.translation.target == "es"
    assert engine.settings.audio.source == "loopback:"
    assert engine.settings.speech.enabled
    assert app.store is not None
    app.store.close()
    saved = SettingsStore(tmp_path / "settings.toml", environment={}).current
    assert saved.translation.target == "es"


def test_quitting_hides_every_window_at_once(start_app: StartApp, qtbot: QtBot) -> None:
    app, _ = start_app()
    models = app.model_setup.open_models()
    latency = app.window.menu.open_latency()
    assert models is not None
    qtbot.waitUntil(models.isVisible)
    app.quit()
    assert not [one for one in (app.window, models, latency) if one.isVisible()]


def test_what_only_the_window_needs_does_not_bother_the_engine(start_app: StartApp) -> None:
    app, engine = start_app()
    app.window.settingChanged.emit("subtitles.lines", 3)
    assert "update_settings" not in engine.calls


def test_a_bad_value_is_told_and_nothing_changes(start_app: StartApp) -> None:
    app, engine = start_app()
    app.window.settingChanged.emit("speech.rate", 7)
    assert "speech.rate" in app.window.notices[0].message
    assert engine.settings.speech.rate == 1.0


def test_problems_of_the_settings_file_are_shown(start_app: StartApp, tmp_path: Path) -> None:
    file = tmp_path / "odd.toml"
    file.write_text("[speech]\nrate = 99\n")
    app, _ = start_app(file=file)
    assert any("speech.rate" in notice.message for notice in app.window.notices)
    assert file.read_text() == "[speech]\nrate = 99\n"


def test_closing_while_listening_quits_within_five_seconds(start_app: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    app, engine = start_app(starts=True)
    app.window.resize(700, 500)
    app.window.close()
    question = app.window.findChild(Question)
    if question is not None:  # not listening yet: no question
        question.yes.click()
    assert app.engine is not None
    qtbot.waitUntil(app.engine.isFinished, timeout=5_000)
    assert engine.calls[-1] == "close"
    app.end()
    assert SettingsStore(tmp_path / "settings.toml", environment={}).current.window.geometry[2:] == (700, 500)


def test_the_window_answers_while_the_engine_closes(start_app: StartApp, qtbot: QtBot) -> None:
    app, _ = start_app(slow_close=1.0)
    app.quit()
    assert app.engine is not None
    assert not app.engine.isFinished()
    qtbot.waitUntil(app.engine.isFinished, timeout=5_000)


def test_an_engine_that_cannot_be_built_is_one_sentence(qtbot: QtBot) -> None:
    def build(settings: Settings) -> FakeEngine:
        raise OSError("a library is missing")

    thread = EngineThread(Settings(), build)
    with qtbot.waitSignals([thread.failed, thread.finished]) as told:
        thread.start()
    sentence = next(args.args[0] for args in told.all_signals_and_args if args.args)
    assert "Restart Parley" in sentence
    assert "a library is missing" not in sentence


def test_commands_wait_for_the_engine_in_order(qtbot: QtBot) -> None:
    gate, engines = threading.Event(), list[FakeEngine]()

    def build(settings: Settings) -> FakeEngine:
        assert gate.wait(10)
        engines.append(FakeEngine(settings))
        return engines[-1]

    thread = EngineThread(Settings(), build)
    events: list[object] = []
    thread.received.connect(events.append)
    thread.start()
    thread.start_listening()
    thread.update_settings(Settings())
    thread.stop_listening()
    gate.set()
    qtbot.waitUntil(lambda: len(events) == 4)
    assert engines[0].calls == ["watch_devices", "start", "update_settings", "stop"]
    thread.close_engine()
    qtbot.waitUntil(thread.isFinished)


def test_closed_before_the_engine_is_there(qtbot: QtBot) -> None:
    gate = threading.Event()

    def build(settings: Settings) -> FakeEngine:
        assert gate.wait(10)
        return FakeEngine(settings)

    thread = EngineThread(Settings(), build)
    thread.start()
    thread.close_engine()
    gate.set()
    qtbot.waitUntil(thread.isFinished)


def test_the_tray_does_what_the_window_does(start_app: StartApp, qtbot: QtBot) -> None:
    tray = Tray()
    texts = [action.text() for action in tray.menu().actions() if action.text()]
    assert texts == [
        "Start",
        "Show window",
        "Unlock subtitles",
        "Stop speaking",
        "Profile",
        "Practice…",
        "Share captions…",
        "Models…",
        "Quit",
    ]
    with qtbot.waitSignal(tray.toggleRequested):
        tray.menu().actions()[0].trigger()
    tray.show_status(Status("listening"))
    assert tray.menu().actions()[0].text() == "Stop"
    tray.close()


@pytest.mark.parametrize("keys", ["<ctrl>+<alt>+l", "nonsense+"])
def test_hotkeys_that_cannot_work_are_one_sentence(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    hotkeys = Hotkeys()
    with qtbot.waitSignal(hotkeys.failed) as told:
        hotkeys.apply({"toggle_listening": keys})
    assert told.args[0].endswith(".")
    hotkeys.close()


def test_an_error_of_the_engine_reaches_the_status_line(start_app: StartApp, qtbot: QtBot) -> None:
    app, engine = start_app(starts=True)
    engine.emit(ErrorEvent("fallback", verbatim("Basic English is used."), Severity.WARNING))
    qtbot.waitUntil(lambda: app.window.status_line.words() == "Reduced")
    assert app.window.status_line.bar.isVisible()


def test_a_place_on_a_screen_that_is_gone_is_not_used(window: MainWindow) -> None:
    before = window.pos()
    restore(window, (90_000, 90_000, 800, 600))
    assert window.pos() == before
    assert (window.width(), window.height()) == (800, 600)


def test_a_place_on_a_larger_screen_is_moved_inside_this_one(window: MainWindow) -> None:
    room = window.screen().availableGeometry()
    restore(window, (room.right() - 200, room.bottom() - 100, 700, 500))
    assert room.contains(QRect(window.pos(), window.size()))
    restore(window, (0, 0, room.width() + 500, room.height() + 500))
    assert window.width() <= room.width()


def test_what_was_not_typed_is_told_and_can_be_copied(start_app: StartApp, qtbot: QtBot) -> None:
    app, _ = start_app()
    app.outputs.typed.emit(TypingStatus(message=FOCUS_CHANGED))
    assert not [notice for notice in app.window.notices if notice.code == "typing-rest"]
    app.outputs.typed.emit(TypingStatus(message=FOCUS_CHANGED, rest="at three."))
    (notice,) = [notice for notice in app.window.notices if notice.code == "typing-rest"]
    assert "at three" not in notice.message  # it may be read by others
    app.window.act(notice.action)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "at three."
