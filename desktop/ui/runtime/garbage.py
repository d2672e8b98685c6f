"""Python's garbage collection, on the GUI thread alone.

The cyclic collector runs on whichever thread allocates, so the engine's threads would now and then destroy widgets,
which Qt allows on the GUI thread only: a crash. (Electrum and pyqtgraph do the same, for this reason.)
"""

import gc

from PyQt6.QtCore import QObject, Qt, QTimer

_EVERY = 2000
"""Milliseconds between two looks; nothing is done unless enough was allocated."""
_SETTLED_AFTER = 15
"""Looks until the libraries are loaded; what lives then stays, and need not be looked at again."""


class GarbageCollection(QObject):
    """Turns automatic garbage collection off and runs it from a GUI timer; `stop` turns it on again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.collect_if_due)
        self._timer.start()

    def stop(self) -> None:
        """Collect on any thread again. Call it when no widget is left that could be destroyed."""
        self._timer.stop()
        gc.enable()

    def collect_if_due(self) -> None:
        """Collect what is due by the collector's own thresholds, the oldest generation seldom."""
        self._looks += 1
        if self._looks == _SETTLED_AFTER:
            gc.freeze()
        due = [count > threshold for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if not due[0]:
            return
        gc.collect(2 if due[1] and due[2] else 1 if due[1] else 0)
