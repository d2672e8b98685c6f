"""Takes over what other processes write into the settings file while the app runs. GUI thread only.

The file is watched for those who write into it, its folder for those who replace it. Where the system tells nothing
(a network drive), coming back to the window is the moment to look. Each look is one stat of the file.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from desktop.settings.store import SettingsStore

log = logging.getLogger(__name__)

SETTLES = 50
"""Milliseconds after which a program that saves is through."""


class SettingsWatch(QObject):
    """Calls `SettingsStore.reload` when there may be something new. Does nothing before `begin`."""

    failed = pyqtSignal(str)
    """one sentence: the file was changed and cannot be used as it is now"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: SettingsStore | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._soon)
        self._watcher.fileChanged.connect(self._soon)
        self._settles = QTimer(self)
        self._settles.setSingleShot(True)
        self._settles.setInterval(SETTLES)
        self._settles.timeout.connect(self.check_file)

    def begin(self, store: "SettingsStore") -> None:
        """From now on `store` follows its file."""
        self._store = store
        self._watch()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._activated)

    def check_file(self) -> None:
        """Take over what is new now."""
        if self._store is None:
            return
        self._watch()  # a file that was replaced is another one
        before = self._store.problems
        changed = self._store.reload()
        if changed:
            log.info("the settings file was changed by another program: %s", ", ".join(changed))
        for problem in self._store.problems:
            if problem not in before:
                self.failed.emit(problem)

    def _soon(self) -> None:
        self._settles.start()

    def _activated(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self._soon()

    def _watch(self) -> None:
        file = self._store.file if self._store is not None else None
        if file is None:
            return
        end = _end_of(file)
        wanted = {str(path) for path in (file.parent, end.parent, end) if path.exists()}
        missing = wanted - {*self._watcher.directories(), *self._watcher.files()}
        if missing:
            self._watcher.addPaths(sorted(missing))


def _end_of(file: Path) -> Path:
    """Where a symbolic link leads; the file itself if it is none, or leads in a circle."""
    try:
        return file.resolve()
    except (OSError, RuntimeError):
        return file
