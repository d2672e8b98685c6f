"""The models window, the first-steps window and the downloads, which outlive both. GUI thread only.

The windows are imported and made when they are asked for; downloads live here and outlive them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from desktop.ui.models.rows import Key

if TYPE_CHECKING:
    from desktop.engine.events import DevicesChanged, Event
    from desktop.engine.models.downloads import Downloads
    from desktop.settings.declaration import ModelSettings, Settings
    from desktop.ui.first_run.window import FirstRun
    from desktop.ui.models.overview import ModelOverview, ModelOverviewLookup
    from desktop.ui.models.tasks import ModelTasks
    from desktop.ui.models.window import ModelsWindow


class ModelSetup(QObject):
    """Opens the models window and the first-steps window, and updates both with the newest look-up."""

    settingChanged = pyqtSignal(str, object)
    startRequested = pyqtSignal()
    settingsWanted = pyqtSignal()
    modelsChanged = pyqtSignal()
    """models came or went: lists and a running session look again"""
    installed = pyqtSignal(str, str, str)
    """(kind, id, label) of a model that was fetched"""
    firstRunLeft = pyqtSignal()
    """the first steps were closed, at whatever page"""
    notified = pyqtSignal(str, str, str)
    """(code, sentence, severity), while no window of models shows it"""
    progressed = pyqtSignal(object)
    """the downloads as one (`tasks.DownloadsSummary`), or None"""

    def __init__(
        self,
        window: QWidget,
        parent: QObject | None = None,
        make: "Callable[[ModelSettings], Downloads] | None" = None,
    ) -> None:
        """window: the main window, over which the others open. make: what fetches (`ModelTasks`)."""
        super().__init__(parent)
        self._make = make
        self._window = window
        self._settings: Settings | None = None
        self._devices: DevicesChanged | None = None
        self._tasks: ModelTasks | None = None
        self._lookup: ModelOverviewLookup | None = None
        self._found: ModelOverview | None = None
        self._waiting: Callable[[], object] | None = None
        """what was asked for before the settings were there"""
        self.models: ModelsWindow | None = None
        self.first_run: FirstRun | None = None

    @property
    def tasks(self) -> "ModelTasks":
        """What is under way; made when it is first asked for."""
        if self._tasks is None:
            from desktop.ui.models.tasks import ModelTasks

            self._tasks = tasks = ModelTasks(self._make, self)
            tasks.changed.connect(self._download_changed)
            tasks.modelsChanged.connect(self._look)
            tasks.modelsChanged.connect(self.modelsChanged)
            tasks.notified.connect(self._told)
            tasks.fetched.connect(self.installed)
            if self._settings is not None:
                tasks.apply(self._settings.models)
        return self._tasks

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        old, self._settings = self._settings, settings
        if self._tasks is not None:
            self._tasks.apply(settings.models)
        for window in (self.models, self.first_run):
            if window is not None:
                window.apply(settings)
        if old is not None and _asks(old) != _asks(settings):
            self._look()
        if self._waiting is not None:
            do, self._waiting = self._waiting, None
            do()

    def on_event(self, event: "Event") -> None:
        """An event of the engine."""
        from desktop.engine.events import DevicesChanged  # with the first event; the window comes before it

        if isinstance(event, DevicesChanged):
            self._devices = event
            if self.first_run is not None:
                self.first_run.on_event(event)

    def models_came(self) -> None:
        """Models were put in place by somebody else: every list looks again."""
        self._look()
        self.modelsChanged.emit()

    def open_models(self, kind: str = "") -> "ModelsWindow | None":
        """The models; kind: show only these."""
        if self._settings is None:
            self._waiting = lambda: self.open_models(kind)
            return None
        if self.models is None:
            from desktop.ui.models.window import ModelsWindow

            self.models = ModelsWindow(self.tasks)
            self.models.settingsWanted.connect(self.settingsWanted)
            self.models.apply(self._settings)
            if self._found is not None:
                self.models.show_found(self._found)
        if kind:
            self.models.show_kind(kind)
        self._look()
        _show_over(self.models, self._window)
        return self.models

    def open_first_run(self) -> "FirstRun | None":
        """The first steps, from the first page."""
        if self._settings is None:
            self._waiting = self.open_first_run
            return None
        if self.first_run is None:
            from desktop.ui.first_run.window import FirstRun

            self.first_run = FirstRun(self.tasks)
            self.first_run.settingChanged.connect(self.settingChanged)
            self.first_run.startRequested.connect(self.startRequested)
            self.first_run.importWanted.connect(lambda: self.open_models() and None)
            self.first_run.left.connect(self.firstRunLeft)
        self.first_run.apply(self._settings)
        if self._devices is not None:
            self.first_run.set_devices(self._devices)
        if self._found is not None:
            self.first_run.show_found(self._found)
        self._look()
        if not self.first_run.isVisible():
            _place_over(self.first_run, self._window)
        self.first_run.open()
        return self.first_run

    def greet(self) -> None:
        """The very first start: the language of the desktop is proposed, and the first steps open."""
        from PyQt6.QtCore import QLocale

        code = QLocale.system().name().partition("_")[0]
        settings = self._settings
        if settings is not None and settings.recognition.language == "auto":
            from desktop.engine.text.languages import CODES

            self.settingChanged.emit("recognition.language", code if code in CODES else "en")
        self.open_first_run()

    def import_from(self, path: Path) -> None:
        """Take models from a file or folder."""
        self.tasks.import_from(path)

    def close(self) -> None:
        """Close the windows, end what is under way; what was fetched so far is kept."""
        for window in (self.models, self.first_run):
            if window is not None:
                window.close()
        if self.first_run is not None:
            self.first_run.end()
        if self._tasks is not None:
            self._tasks.close()
        if self._lookup is not None:
            self._lookup.close()

    def wait(self, seconds: float) -> bool:
        """Whether nothing of it runs any more within that time."""
        return self.first_run is None or self.first_run.wait(seconds)

    def _look(self) -> None:
        """Look at the models again, if somebody is shown them."""
        if self._settings is None or (self.models is None and self.first_run is None):
            return
        if self._lookup is None:
            from desktop.ui.models.overview import ModelOverviewLookup

            self._lookup = ModelOverviewLookup(self)
            self._lookup.found.connect(self._show_found)
        self._lookup.refresh(self._settings)

    def _show_found(self, found: "ModelOverview") -> None:
        self._found = found
        for window in (self.models, self.first_run):
            if window is not None:
                window.show_found(found)

    def _download_changed(self, key: Key) -> None:
        from desktop.ui.models.tasks import downloads_summary

        self.progressed.emit(downloads_summary(self.tasks.downloads()))

    def _told(self, code: str, sentence: str, severity: str) -> None:
        is_shown = any(window is not None and window.isVisible() for window in (self.models, self.first_run))
        if not is_shown:
            self.notified.emit(code, sentence, severity)


def _asks(settings: "Settings") -> tuple[object, ...]:
    """What the list of models depends on."""
    recognition = settings.recognition
    return (
        recognition.backend,
        recognition.model,
        recognition.language,
        recognition.languages,
        recognition.threads,
        recognition.device,
        recognition.compute_type,
        settings.translation.target,
        settings.speech.enabled,
    )


def _place_over(window: QWidget, below: QWidget) -> None:
    """In the middle over another window, and on its screen."""
    middle = below.frameGeometry().center()
    screen = below.screen()
    corner = middle - window.rect().center()
    if screen is not None:
        room = screen.availableGeometry()
        corner.setX(max(room.left(), min(corner.x(), room.right() - window.width())))
        corner.setY(max(room.top(), min(corner.y(), room.bottom() - window.height())))
    window.move(corner)


def _show_over(window: QWidget, below: QWidget) -> None:
    if not window.isVisible():
        _place_over(window, below)
    window.show()
    window.raise_()
    window.activateWindow()
