"""Captions of the app for others: what the dialog and the window show, and that a real follower reads along."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from desktop.app.sharing import Sharing
from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.settings.declaration import SharingSettings
from desktop.ui.main.main_window import MainWindow
from desktop.ui.sharing.dialog import SharingDialog
from desktop.ui.sharing.state import SharingState
from tests.ui.conftest import StartApp

SOON = 30_000
"""milliseconds; a busy machine imports slowly"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def listening() -> list[int]:
    """Ports at which this process listens."""
    return [one.laddr.port for one in psutil.Process(os.getpid()).net_connections("tcp") if one.status == "LISTEN"]


def follower(sharing: Sharing) -> ClientConnection:
    """Somebody who has the link, as the page does it."""
    shared = sharing.state.shared
    assert shared is not None
    let_in = httpx.post(f"{shared.url}room", json={"room": shared.link.partition("#")[2]})
    cookie = let_in.headers["set-cookie"].partition(";")[0]
    line = connect(
        shared.url.replace("http", "ws", 1) + "follow",
        additional_headers={"cookie": cookie},
        origin=Origin(shared.url.rstrip("/")),
        open_timeout=30,
    )
    line.send(json.dumps({"type": "follow", "room": shared.code, "seq": 0}))
    return line


def told(line: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line.recv(timeout=20))
    return found


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.system.paths.server_dir", lambda: tmp_path / "server")


def test_a_follower_reads_what_is_heard_through_stop_and_start(start_app: StartApp, qtbot: QtBot) -> None:
    app, engine = start_app()
    badge = app.window.status_line.sharing
    before = listening()
    app.window.menu.sharingWanted.emit()
    dialog = app.sharing.dialog
    assert dialog is not None
    assert app.sharing.state == SharingState()
    assert badge.isHidden()
    assert listening() == before  # nothing listens before the user wants it
    port = free_port()
    dialog.port.setValue(port)
    dialog.toggle.click()
    qtbot.waitUntil(lambda: app.sharing.state.is_on, timeout=SOON)
    assert port in listening()
    assert dialog.words() == "Nobody follows yet."
    assert not badge.isHidden()
    with follower(app.sharing) as line:
        assert told(line) == {"type": "following"}
        qtbot.waitUntil(lambda: dialog.words() == "1 person follows.")
        assert badge.accessibleName() == "Captions are shared · 1 person follows"
        app.start()
        engine.emit(TranscriptUpdate(0, 1, "en", "Good morning.", "", (), 0.0, 1.0, True))
        engine.emit(TranslationUpdate(0, 1, "en", "es", "Buenos días.", "", is_final=True))
        engine.emit(TranslationUpdate(-1, 1, "en", "es", "Not for others.", "", is_final=True))
        assert told(line)["text"] == "Good morning."
        assert told(line)["translation"] == "Buenos días."
        app.stop()
        app.start()
        engine.emit(TranscriptUpdate(1, 1, "en", "We go on.", "", (), 5.0, 6.0, True))
        again = told(line)
        assert (again["text"], again["segment_id"]) == ("We go on.", "1")
        dialog.close()  # that stops nothing
        assert app.sharing.state.is_on
        badge.click()
        again_open = app.sharing.dialog
        assert again_open is not None
        assert again_open is not dialog
        dialog = again_open
        assert dialog.words() == "1 person follows."
        dialog.toggle.click()
        assert told(line) == {"type": "ended"}
    qtbot.waitUntil(lambda: app.sharing.state == SharingState(), timeout=SOON)
    assert badge.isHidden()
    assert listening() == before
    assert app.store is not None
    assert app.store.current.sharing == SharingSettings(who="computer", port=port)


def test_a_port_that_is_taken_is_one_sentence_and_quitting_stops_sharing(start_app: StartApp, qtbot: QtBot) -> None:
    app, _ = start_app()
    dialog = app.sharing.open()
    assert dialog is not None
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        dialog.port.setValue(port)
        dialog.toggle.click()
        qtbot.waitUntil(lambda: bool(app.sharing.state.problem), timeout=SOON)
    assert dialog.words() == f"Another program uses port {port}; choose another one."
    dialog.toggle.click()
    qtbot.waitUntil(lambda: app.sharing.state.is_on, timeout=SOON)
    assert port in listening()
    app.quit()
    assert app.sharing.wait(10)
    assert port not in listening()


def test_the_network_is_served_encrypted_or_not_at_all(
    start_app: StartApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = start_app()
    dialog = app.sharing.open()
    assert dialog is not None
    dialog.who["network"].click()
    assert "certificate" in " ".join(label.text() for label in dialog.findChildren(QLabel))
    dialog.port.setValue(free_port())
    found = iter((None, "0.0.0.0"))
    monkeypatch.setattr("desktop.server.http.networks.best_address", lambda *_: next(found))
    dialog.toggle.click()
    qtbot.waitUntil(lambda: bool(app.sharing.state.problem), timeout=SOON)
    assert dialog.words() == "This computer is in no network; connect it to one, or share on this computer only."
    dialog.toggle.click()
    qtbot.waitUntil(lambda: app.sharing.state.is_on, timeout=SOON)
    shared = app.sharing.state.shared
    assert shared is not None
    assert shared.url.startswith("https://")
    assert dialog.shared.fingerprint.text().replace("\n", ":") == shared.fingerprint
    with pytest.raises(httpx.TransportError):
        httpx.get(shared.url.replace("https", "http").replace("0.0.0.0", "127.0.0.1"))
    dialog.shared.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == shared.link


def test_what_cannot_be_changed_while_it_is_on(window: MainWindow, qtbot: QtBot) -> None:
    dialog = SharingDialog(SharingSettings(who="network", port=6000), window)
    qtbot.addWidget(dialog)
    assert (dialog.chosen, dialog.port.value()) == ("network", 6000)
    assert dialog.toggle.text() == "Share"
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.toggle.setFocus()
    dialog.show_state(SharingState("starting"))
    assert not dialog.toggle.isEnabled()
    assert dialog.focusWidget() in (dialog, None)  # not at "Close"
    assert not dialog.port.isEnabled()
    dialog.show_state(SharingState("off", problem="It cannot be shared."))
    assert dialog.words() == "It cannot be shared."
    assert dialog.toggle.isEnabled()
    assert dialog.focusWidget() is dialog.toggle
    assert dialog.port.isEnabled()
