"""The Parley server among the settings, and that sound leaves this computer."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.events import ErrorEvent, Metrics, Severity, State, StateChanged
from desktop.engine.message import Message
from desktop.system import secrets
from desktop.ui.main.main_window import MainWindow
from desktop.ui.settings.server_panel import ServerPanel
from desktop.ui.widgets.pickers.picker import PickerList
from tests.kept_keyring import KeptKeyring
from tests.serving import shared_server


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptKeyring]:
    monkeypatch.setenv("KEPT_KEYRING", str(tmp_path / "keyring.json"))
    before = keyring.get_keyring()
    made = KeptKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def panel(window: MainWindow, ring: KeptKeyring, qtbot: QtBot) -> ServerPanel:
    window.popovers.open_server()
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    assert dialog.server is not None
    qtbot.waitExposed(dialog)
    return dialog.server


def test_without_a_server_everything_stays_here(panel: ServerPanel) -> None:
    assert panel.words() == "No server is set: everything stays on this computer."
    assert not panel.test.isEnabled()


def test_a_server_is_tried(panel: ServerPanel, window: MainWindow, qtbot: QtBot) -> None:
    window.settingChanged.emit("server.url", shared_server().url)
    assert panel.words() == "Sound and text go to this server while Parley listens."
    panel.test.click()
    assert not panel.test.isEnabled()
    qtbot.waitUntil(panel.test.isEnabled, timeout=20_000)
    assert panel.words().startswith("Starter (phrasebook) answers within ")
    window.settingChanged.emit("server.url", "http://127.0.0.1:9")
    panel.test.click()
    qtbot.waitUntil(panel.test.isEnabled, timeout=20_000)
    assert panel.words().startswith("127.0.0.1:9 cannot be reached; see that")
    window.settingChanged.emit("server.url", "http://cellar")
    panel.test.click()
    qtbot.waitUntil(panel.test.isEnabled, timeout=20_000)
    assert "https://" in panel.words()


def test_the_token_is_kept_in_the_keyring_and_shown_nowhere(
    panel: ServerPanel, ring: KeptKeyring, qtbot: QtBot
) -> None:
    assert not panel.keep.isEnabled()
    panel.token.setText("parley_secret")
    panel.keep.click()
    qtbot.waitUntil(lambda: ring.get_password(secrets.SERVICE, secrets.SERVER) == "parley_secret")
    qtbot.waitUntil(lambda: panel.keep.text() == "Remove")
    assert panel.token.text() == ""
    assert "secret" not in panel.token.placeholderText()
    panel.keep.click()
    qtbot.waitUntil(lambda: ring.get_password(secrets.SERVICE, secrets.SERVER) is None)
    qtbot.waitUntil(lambda: not panel.keep.isEnabled())


def test_the_list_of_models_leads_to_it(window: MainWindow) -> None:
    window.popovers.open_models(window.status_line.model)
    lists = [one for one in QApplication.topLevelWidgets() if isinstance(one, PickerList) and one.isVisible()]
    lists[0].picked.emit("server:")
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    assert dialog.server is not None
    assert dialog.server.isVisible()


def metrics(sent_to: str) -> Metrics:
    return Metrics({}, {}, 0.0, 0, f"base · {sent_to}" if sent_to else "base", "", "", sent_to=sent_to)


def test_a_mark_says_that_sound_leaves_this_computer(window: MainWindow) -> None:
    line = window.status_line
    window.on_event(StateChanged(State.LISTENING))
    window.on_event(metrics(""))
    assert line.sent_to.isHidden()
    window.on_event(metrics("cellar:5026"))
    assert not line.sent_to.isHidden()
    assert line.sent_to.accessibleName() == "What is heard goes to cellar:5026"
    assert line.model.text() == "base"
    assert line.sent_to.text() in ("", "cellar:5026")
    window.on_event(metrics(""))
    assert line.sent_to.isHidden()
    window.on_event(metrics("cellar:5026"))
    window.on_event(StateChanged(State.IDLE))
    assert line.sent_to.isHidden()


def test_one_notice_says_that_it_is_away_and_then_that_it_is_back(window: MainWindow) -> None:
    window.on_event(StateChanged(State.LISTENING))
    failure = Message("server-gone", name="cellar:5026")
    away = Message("engine-away", failure=failure, successor="base")
    window.on_event(ErrorEvent("engine-away", away, Severity.WARNING))
    assert window.status.words == "Reduced"
    notice = window.status_line.bar.notice
    assert notice is not None
    assert notice.action == "elsewhere"
    window.on_event(ErrorEvent("engine-back", Message("engine-back", name="cellar:5026"), Severity.INFO))
    assert window.status.words == "Listening"
    assert [one.code for one in window.notices if one.code.startswith("engine")] == ["engine-back"]
    assert window.status_line.bar.notice == window.notices[0]
