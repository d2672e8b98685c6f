"""Goes through the Doctor's checks on a QThread of its own, and tells each finding on the receiver's thread."""

import logging
import threading
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QThread, pyqtSignal

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)


class DoctorRun(QThread):
    """One examination. `finished` follows the last finding."""

    listed = pyqtSignal(tuple)
    """((id, title), …) of the checks, in the order in which their findings come"""
    found = pyqtSignal(object)
    """a Finding"""
    failed = pyqtSignal(str)
    """nothing can be examined: one sentence"""

    def __init__(
        self,
        settings: "Settings",
        problems: tuple[str, ...] = (),
        usable_at: float | None = None,
        parent: QObject | None = None,
    ) -> None:
        """problems: sentences about settings that could not be read; usable_at: when the window could be used, of
        `time.time`."""
        super().__init__(parent)
        self._settings, self._problems, self._usable_at = settings, problems, usable_at
        self._cancelled = threading.Event()

    def run(self) -> None:
        """On this object's thread; what the checks need is imported here, too."""
        try:
            from desktop.doctor.examination import CHECKS, CheckContext, examine

            subject = CheckContext(self._settings, self._problems, self._started_in(), self._cancelled)
            self.listed.emit(tuple((check.id, check.title) for check in CHECKS))
            for finding in examine(subject):
                if self._cancelled.is_set():
                    return
                self.found.emit(finding)
        except Exception as error:
            log.exception("the examination ended")
            self.failed.emit(f"The Doctor cannot look at this machine ({type(error).__name__}); the log says more.")

    def cancel(self) -> None:
        """End within a second or so. Any thread; returns at once."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def _started_in(self) -> float | None:
        if self._usable_at is None:
            return None
        import psutil

        return max(0.0, self._usable_at - float(psutil.Process().create_time()))
