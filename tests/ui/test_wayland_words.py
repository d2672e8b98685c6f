"""Under Wayland no program hears keys of other windows: every place says so, in the same words, and what to do."""

from pathlib import Path

import pytest
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.doctor.findings import Health
from desktop.doctor.screen import compositor as compositor_finding
from desktop.doctor.screen import hotkeys as examined
from desktop.injector.platforms import NO_HOTKEYS, hears_hotkeys
from desktop.messages.wayland import LAYERED, NATIVE, THROUGH_X, subtitles_caveat
from desktop.settings.declaration import HotkeySettings, Settings
from desktop.system.wayland import LAYER_SHELL, MUTTER
from desktop.ui.doctor.trials import HotkeyTrial
from desktop.ui.first_run.outputs import OutputsPage
from desktop.ui.main.main_window import MainWindow
from desktop.ui.runtime.hotkeys import Hotkeys
from tests.layer_compositor import LayerCompositor, Monitor
from tests.ui.conftest import StartApp


@pytest.fixture(autouse=True)
def _wayland(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-1")
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")


def test_every_place_says_the_same(window: MainWindow, qtbot: QtBot) -> None:
    assert not hears_hotkeys()
    assert "parley toggle" in NO_HOTKEYS
    assert NO_HOTKEYS in examined(Settings()).sentence
    page = OutputsPage()
    qtbot.addWidget(page)
    page.apply(Settings())
    texts = [label.text() for label in page.findChildren(QLabel)]
    assert NO_HOTKEYS in texts
    assert not page.hotkey.isVisibleTo(page)
    hotkeys = Hotkeys()
    trial = HotkeyTrial(hotkeys)
    qtbot.addWidget(trial)
    assert NO_HOTKEYS in [label.text() for label in trial.findChildren(QLabel)]
    assert not [label for label in trial.findChildren(QLabel) if "every window" in label.text()]
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    dialog.open_page("hotkeys")
    assert NO_HOTKEYS in [label.text() for label in dialog.findChildren(QLabel)]
    dialog.close()


def test_a_hotkey_that_is_set_is_told_of_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = examined(Settings(hotkeys=HotkeySettings(toggle_listening="<ctrl>+<alt>+l")))
    assert finding.sentence.startswith("Wayland lets no program hear keys of other windows")
    assert "parley toggle" in finding.fix
    hotkeys = Hotkeys()
    told: list[str] = []
    hotkeys.failed.connect(told.append)
    monkeypatch.delenv("DISPLAY", raising=False)  # pynput cannot even begin
    hotkeys.apply({"toggle_listening": "<ctrl>+<alt>+l"})
    assert told == [NO_HOTKEYS]
    hotkeys.close()


def test_what_subtitles_cannot_do_is_said_by_the_doctor_and_the_card(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    finding = compositor_finding(Settings())
    assert (finding.health, finding.sentence) == (Health.WARNING, NATIVE)
    assert "xwayland" in finding.fix.lower()
    window.show_caveat(NATIVE)
    assert window.cards.subtitles.state_text() == "Takes the focus: XWayland is missing"
    window.show_caveat(THROUGH_X)
    assert window.cards.subtitles.toolTip() == THROUGH_X
    assert window.cards.subtitles.state_text().startswith("Bottom")
    assert subtitles_caveat(is_wayland=True, offered=(), has_x=True) == THROUGH_X
    assert subtitles_caveat(is_wayland=False, offered=(), has_x=True) == ""
    assert subtitles_caveat(is_wayland=True, offered=(LAYER_SHELL,), has_x=False) == ""
    assert subtitles_caveat(is_wayland=True, offered=(MUTTER,), has_x=True) == ""
    assert subtitles_caveat(is_wayland=True, offered=(MUTTER,), has_x=False) == NATIVE


def test_a_native_window_warns_at_the_start(start_app: StartApp, qtbot: QtBot) -> None:
    app, _ = start_app()

    def warned() -> bool:
        return len([notice for notice in app.window.notices if notice.message.startswith(NATIVE)]) == 1

    qtbot.waitUntil(warned)
    assert app.window.cards.subtitles.state_text() == "Takes the focus: XWayland is missing"


def test_with_a_layer_shell_nothing_is_said(
    start_app: StartApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with LayerCompositor(tmp_path, [Monitor("DP-1")]) as compositor:
        for name, value in compositor.environment.items():
            monkeypatch.setenv(name, value)
        finding = compositor_finding(Settings())
        assert (finding.health, finding.sentence) == (Health.OK, LAYERED)
        app, _ = start_app()
        asked: list[frozenset[str]] = []
        app.subtitles_caveat._lookup.found.connect(asked.append)
        qtbot.waitUntil(lambda: bool(asked) or bool(app.window.notices))
        assert app.window.caveat == ""
        assert app.window.cards.subtitles.state_text().startswith("Bottom")
        assert not [notice for notice in app.window.notices if "subtitles" in notice.message]
