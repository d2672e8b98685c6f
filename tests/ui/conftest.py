"""The window as tests use it: real widgets, settings in memory or in a file, an engine that does what it is told."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app.wiring import App
from desktop.settings.declaration import Settings
from desktop.settings.store import SettingsStore
from desktop.ui.main.main_window import MainWindow
from desktop.ui.widgets import theme
from tests.fakes import FakeEngine


@pytest.fixture(scope="package", autouse=True)
def _widgets_are_freed_on_this_thread() -> Iterator[None]:
    """As in the app: no other thread's allocations may destroy widgets."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _collect(_widgets_are_freed_on_this_thread: None) -> Iterator[None]:
    yield
    if sum(gc.get_count()) > 2000:
        gc.collect()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window with settings in memory, shown."""
    theme.apply("light")
    window = MainWindow()
    qtbot.addWidget(window)
    store = SettingsStore(None, environment={})
    store.subscribe(window.apply)
    window.settingChanged.connect(store.set)
    window.settingReset.connect(store.reset)
    window.settingsChanged.connect(store.update)
    window.popovers.provenance = store
    window.apply(store.current)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.settingChanged.disconnect(store.set)  # PyQt holds methods weakly: the store lives until here


@pytest.fixture(scope="session", autouse=True)
def _application(qapp: QApplication) -> QApplication:
    """Made before any test has a screen of its own, or it would live on that one and die with it."""
    return qapp


StartApp = Callable[..., tuple[App, FakeEngine]]


@pytest.fixture
def start_app(qtbot: QtBot, tmp_path: Path) -> Iterator[StartApp]:
    """start_app(**options of App) -> the app and its engine, loaded and running; it is ended after the test."""
    apps: list[App] = []

    def start(file: Path | None = None, slow_close: float = 0.0, **options: object) -> tuple[App, FakeEngine]:
        theme.apply("light")
        engines: list[FakeEngine] = []

        def build(settings: Settings) -> FakeEngine:
            engines.append(FakeEngine(settings, slow_close=slow_close))
            return engines[-1]

        window = MainWindow()
        window.show()
        app = App(window, file or tmp_path / "settings.toml", {}, build=build, **options)  # type: ignore[arg-type]
        apps.append(app)
        app.begin()
        qtbot.waitUntil(lambda: bool(engines) and "watch_devices" in engines[0].calls, timeout=15_000)
        qtbot.waitUntil(lambda: app.outputs.overlay is not None, timeout=15_000)
        return app, engines[0]

    yield start
    for app in apps:
        app.quit()
        qtbot.waitUntil(lambda app=app: app.engine is None or app.engine.isFinished(), timeout=8_000)
        app.end()
    QApplication.processEvents()
