"""The models window on an empty machine whose hub is a server of the test: real downloads, real files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.models.downloads import Downloads, Patience
from desktop.settings.store import SettingsStore
from desktop.system import paths
from desktop.ui.main.model_setup import ModelSetup
from desktop.ui.models import overview
from desktop.ui.models.list import ModelRowView
from desktop.ui.models.window import ModelsWindow
from desktop.ui.widgets import theme
from tests.model_server import ModelServer, catalogue_of

SHORT = Patience(connect=2, read=2, attempts=3, first_pause=0.01, longest_pause=0.02)


class ModelsHarness:
    """ModelSetup with settings in memory, its windows, and what it told."""

    def __init__(self, qtbot: QtBot, server: ModelServer, place: Path) -> None:
        theme.apply("light")
        self.qtbot = qtbot
        self.server = server
        self.place = place
        self.main = QWidget()
        qtbot.addWidget(self.main)
        self.model_setup = ModelSetup(self.main, make=lambda settings: Downloads(settings, patience=SHORT))
        self.store = SettingsStore(None, environment={})
        for key, value in {
            "models.hub": (server.address,),
            "models.argos": (f"{server.address}/argos/",),
            "recognition.language": "en",
            "translation.target": "es",
        }.items():
            self.store.set(key, value)
        self.changes: list[tuple[str, Any]] = []
        self.told: list[tuple[str, str, str]] = []
        self.progress: list[Any] = []
        self.store.subscribe(self.model_setup.apply)
        self.model_setup.settingChanged.connect(self._set)
        self.model_setup.notified.connect(lambda *told: self.told.append(told))
        self.model_setup.progressed.connect(self.progress.append)
        self.model_setup.apply(self.store.current)

    def _set(self, key: str, value: Any) -> None:
        self.changes.append((key, value))
        self.store.set(key, value)

    def open(self, kind: str = "") -> ModelsWindow:
        window = self.model_setup.open_models(kind)
        assert window is not None
        self.qtbot.waitUntil(lambda: window.card.title() != "" and window.list.is_complete, timeout=10_000)
        return window

    def row(self, kind: str, name: str) -> ModelRowView:
        assert self.model_setup.models is not None
        view = self.model_setup.models.list.view((kind, name))
        assert view is not None, [row.key for row in self.model_setup.models.list.rows()]
        return view

    def press(self, kind: str, name: str, action: str) -> None:
        """Press a button of a row."""
        self.qtbot.waitUntil(lambda: self.row(kind, name).button(action) is not None, timeout=10_000)
        button = self.row(kind, name).button(action)
        assert button is not None
        button.click()

    def waits_for_state(self, kind: str, name: str, state: str, timeout: int = 15_000) -> None:
        self.qtbot.waitUntil(lambda: self.row(kind, name).row.state == state, timeout=timeout)


@contextmanager
def models_harness(
    qtbot: QtBot, server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelsHarness]:
    """An empty models directory with the server's models as catalogue."""
    place = tmp_path / "models"
    monkeypatch.setattr(paths, "models_dir", lambda: place)
    monkeypatch.setattr(overview, "measure", lambda settings: False)  # two seconds; has a test of its own
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos-packages"))
    for name in ("HF_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN", "ARGOS_PACKAGE_INDEX"):
        monkeypatch.delenv(name, raising=False)
    entries = [
        server.add_whisper("small", pinned=True),
        server.add_whisper("tiny", pinned=True),
        server.add_package("en", "es"),
        server.add_package("es", "en"),
        server.add_package("de", "en"),
        server.add_voice("es_ES-davefx-medium"),
        server.add_voice("de_DE-thorsten-medium"),
    ]
    catalogue_of(entries, place / "catalogue.json")
    desk = ModelsHarness(qtbot, server, place)
    yield desk
    desk.model_setup.close()
    assert desk.model_setup.wait(5)
    for window in (desk.model_setup.models, desk.model_setup.first_run):
        if window is not None:
            qtbot.addWidget(window)
