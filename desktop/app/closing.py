"""What closing the window and quitting do: nothing that is said is cut off or lost without a question. GUI thread."""

from collections.abc import Callable
from typing import Literal

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

from desktop.ui.tray.tray import Tray
from desktop.ui.widgets.question import Question

STAYS = "Parley goes on here. Quit in this menu ends it."
"""What the tray says when the window was closed for the first time."""


def answer_to_close(*, has_tray: bool, is_running: bool, is_at_risk: bool) -> Literal["hide", "ask", "quit"]:
    """What closing the window does. Pure.

    has_tray: Parley can be reached without its window; is_at_risk: lines would be gone."""
    if has_tray:
        return "hide"
    return "ask" if is_running or is_at_risk else "quit"


class Closing(QObject):
    """Asks at most one question at a time; `quitting` is the answer yes."""

    quitting = pyqtSignal()

    def __init__(
        self, window: QWidget, is_running: Callable[[], bool], is_at_risk: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._is_running = is_running
        self._is_at_risk = is_at_risk
        self._has_told = False
        self._question: Question | None = None

    def close_window(self, tray: Tray | None) -> None:
        """The user closed the window."""
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication) and application.isSavingSession():
            self.quitting.emit()  # the user logs out: nobody is left to ask
            return
        has_tray = tray is not None and tray.is_visible() and tray.is_available()
        match answer_to_close(has_tray=has_tray, is_running=self._is_running(), is_at_risk=self._is_at_risk()):
            case "hide":
                self._window.hide()
                if tray is not None and not self._has_told:
                    self._has_told = True
                    tray.show_message(STAYS)
            case "ask":
                self._ask()
            case "quit":
                self.quitting.emit()

    def quit(self) -> None:
        """The user wants to quit."""
        if self._is_running() or self._is_at_risk():
            self._ask()
        else:
            self.quitting.emit()

    def _ask(self) -> None:
        if self._question is None:
            is_running = self._is_running()
            parts = ["It is listening."] if is_running else []
            parts += ["The transcript is not saved and would be gone."] if self._is_at_risk() else []
            no = "Go on" if is_running else "Keep"
            self._question = question = Question("Quit Parley?", " ".join(parts), "Quit", self._window, no=no)
            question.accepted.connect(self.quitting)
            question.finished.connect(self._forget)
            if not self._window.isVisible():
                self._window.showNormal()
            question.open()
        self._question.raise_()
        self._question.activateWindow()

    def _forget(self) -> None:
        self._question = None
