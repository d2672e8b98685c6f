"""Every window fits a screen of 1920x1080 at 200 %: 960x540 less the title bar."""

import time
from collections.abc import Callable

import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.app.wiring import App
from desktop.practice.texts.reading import read_pasted
from desktop.ui.doctor.window import DoctorWindow
from desktop.ui.main.main_window import MainWindow
from desktop.ui.runtime.hotkeys import Hotkeys
from desktop.ui.widgets.layouts import fitting
from tests.fakes import FakeEngine

ROOM = QSize(960, 508)


def doctor(app: App) -> QWidget:
    assert app.window.settings is not None
    window = DoctorWindow(app.window.settings, Hotkeys(), (), time.time())
    window.show()
    return window


def settings(app: App) -> QWidget:
    dialog = app.window.popovers.open_dialog()
    assert dialog is not None
    return dialog


def practice(app: App) -> QWidget:
    window = app.practice.open()
    assert window is not None
    window.texts.show_document(read_pasted("A text to read.\nIt has two lines."))
    return window


def reading(app: App) -> QWidget:
    window = app.practice.open()
    assert window is not None
    window.texts.show_document(read_pasted("A text to read.\nIt has two lines."))
    window.read_chosen()
    return window


OPEN: dict[str, Callable[[App], QWidget]] = {
    "main": lambda app: MainWindow(),
    "latency": lambda app: app.window.menu.open_latency(),
    "doctor": doctor,
    "settings": settings,
    "practice": practice,
    "reading": reading,
}


@pytest.mark.parametrize("name", OPEN)
def test_it_fits(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, start_app: Callable[..., tuple[App, FakeEngine]], name: str
) -> None:
    monkeypatch.setattr(fitting, "room", lambda window: ROOM)
    app, _ = start_app()
    window = OPEN[name](app)
    window.show()
    qtbot.waitExposed(window)
    assert window.width() <= ROOM.width()
    assert window.height() <= ROOM.height()
    needed = window.minimumSizeHint()
    assert needed.width() <= ROOM.width()
    assert needed.height() <= ROOM.height(), "its content needs more than the screen has"
    window.close()
