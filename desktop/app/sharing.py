"""Sharing captions: the dialog, the mark in the window, and the thread that serves. GUI thread.

It is off until the user wants it, each time that Parley runs: until then nothing of the server is imported, and nothing
listens."""

import contextlib
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from desktop.ui.main.main_window import MainWindow
from desktop.ui.sharing.state import SharingState

if TYPE_CHECKING:
    from desktop.app.sharing_thread import SharingThread
    from desktop.settings.declaration import Settings
    from desktop.ui.runtime.engine_thread import EngineThread
    from desktop.ui.sharing.dialog import SharingDialog


class Sharing(QObject):
    """Whether captions are shared, and with whom."""

    changed = pyqtSignal(object)
    """the new SharingState"""
    settingChanged = pyqtSignal(str, object)
    _told = pyqtSignal(object, object)
    """a thread and its SharingState, from that thread"""

    def __init__(self, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = SharingState()
        self.dialog: SharingDialog | None = None
        self._window = window
        self._settings: Settings | None = None
        self._engine: EngineThread | None = None
        self._thread: SharingThread | None = None
        self._told.connect(self._hear)
        self.changed.connect(window.status_line.show_sharing)
        window.menu.sharingWanted.connect(self.open)
        window.status_line.sharing.clicked.connect(self.open)

    def begin(self, engine: "EngineThread") -> None:
        """From now on this engine's captions can be shared."""
        self._engine = engine

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self._settings = settings

    def open(self) -> "SharingDialog | None":
        """The dialog; None: the settings are not read yet."""
        if self._settings is None:
            return None
        if self.dialog is None:
            from desktop.ui.sharing.dialog import SharingDialog

            self.dialog = dialog = SharingDialog(self._settings.sharing, self._window)
            dialog.shareWanted.connect(self.share)
            dialog.stopWanted.connect(self.stop)
            dialog.finished.connect(self._forget)
            dialog.show_state(self.state)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    def share(self, who: Any, port: int) -> None:
        """Begin. who: a `Who`; what is chosen is kept for the next time, but not that it is on."""
        if self._engine is None or self._thread is not None:
            return
        from desktop.app.sharing_thread import SharingThread

        for key, value in (("sharing.who", who), ("sharing.port", port)):
            self.settingChanged.emit(key, value)
        self._show(SharingState("starting"))

        def tell(state: SharingState) -> None:
            with contextlib.suppress(RuntimeError):  # Parley has ended
                self._told.emit(thread, state)

        self._thread = thread = SharingThread(who, port, self._engine.subscribe, tell)
        thread.start()

    def stop(self) -> None:
        """Tell those who follow that it ends, and end."""
        if self._thread is not None:
            self._show(SharingState("stopping"))
            self._thread.end()

    def close(self) -> None:
        """Parley ends."""
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.close()  # it is gone soon, and what comes now is not shown any more
        if self._thread is not None:
            self._thread.end()

    def wait(self, seconds: float) -> bool:
        """Until nothing listens any more; whether it does not."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def _hear(self, thread: "SharingThread", state: SharingState) -> None:
        if thread is not self._thread:
            return
        if state.standing == "off":
            self._thread = None
        elif self.state.standing == "stopping":
            return  # who follows goes one by one
        self._show(state)
        if state.problem and self.dialog is None:
            self._window.notify("sharing", state.problem, "warning")

    def _show(self, state: SharingState) -> None:
        self.state = state
        self.changed.emit(state)
        if self.dialog is not None:
            self.dialog.show_state(state)

    def _forget(self) -> None:
        self.dialog = None
