"""Whether a screen reader runs: what the desktop says on its bus (Linux and BSD), now and whenever it changes. GUI
thread only; imported late."""

import os

from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot
from PyQt6.QtDBus import QDBusConnection, QDBusError, QDBusMessage

_SERVICE, _PATH, _STATUS = "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status"
_PROPERTIES, _NAME = "org.freedesktop.DBus.Properties", "ScreenReaderEnabled"


class ScreenReader(QObject):
    """Asks once, and listens for changes."""

    found = pyqtSignal(bool)

    def look(self) -> None:
        """Ask; `found` tells the answer, if there is one."""
        if os.environ.get("QT_LINUX_ACCESSIBILITY_ALWAYS_ON") == "1":
            self.found.emit(True)
            return
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        bus.connect(_SERVICE, _PATH, _PROPERTIES, "PropertiesChanged", self._changed)
        question = QDBusMessage.createMethodCall(_SERVICE, _PATH, _PROPERTIES, "Get")
        question.setArguments([_STATUS, _NAME])
        bus.callWithCallback(question, self._answered, self._refused)

    @pyqtSlot(QDBusMessage)
    def _answered(self, message: QDBusMessage) -> None:
        for value in message.arguments()[:1]:
            self.found.emit(bool(value.variant() if hasattr(value, "variant") else value))

    @pyqtSlot(QDBusError, QDBusMessage)
    def _refused(self, error: QDBusError, message: QDBusMessage) -> None:
        """There is no such bus: nobody reads."""

    @pyqtSlot(QDBusMessage)
    def _changed(self, message: QDBusMessage) -> None:
        arguments = message.arguments()
        if len(arguments) > 1 and arguments[0] == _STATUS and _NAME in arguments[1]:
            self.found.emit(bool(arguments[1][_NAME]))
