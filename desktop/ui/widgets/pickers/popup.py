"""What lists, menus and popovers are: a small window that hangs on a widget and closes with a click elsewhere.
GUI thread only.

Qt leaves windows of the type Popup out of what it tells screen readers. Where one runs, they are dialogs, and close
when another window becomes active.
"""

from PyQt6.QtCore import QElapsedTimer, Qt, QTimer
from PyQt6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShowEvent
from PyQt6.QtWidgets import QApplication, QDialog, QFrame, QVBoxLayout, QWidget

_SETTLED = 100
"""milliseconds after which it is known which window became active"""
_COMING = 2_000
"""milliseconds that a window manager may take to give it the focus"""

_is_read = False


def show_to_screen_readers(is_read: bool) -> None:
    """Whether what opens from now on is to be read by a screen reader."""
    global _is_read
    _is_read = is_read


class Popup(QDialog):
    """What it shows goes into `frame`. It is gone when it is closed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: for screen readers."""
        hidden, seen = Qt.WindowType.Popup, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint
        super().__init__(parent, seen if _is_read else hidden)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(name)
        self._was_active = False
        self._shown = QElapsedTimer()
        self.frame = QFrame()
        self.frame.setObjectName("popover")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.frame)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._focus_moved)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter presses no button of its own accord, as it does in a dialog."""
        if event is not None and event.matches(QKeySequence.StandardKey.Cancel):
            self.close()
        elif event is not None:
            event.ignore()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._shown.start()

    def _focus_moved(self) -> None:
        self._was_active = self._was_active or self.isActiveWindow()
        # What was active before may still be told of, while this one is only coming.
        if self._was_active or (self._shown.isValid() and self._shown.hasExpired(_COMING)):
            QTimer.singleShot(_SETTLED, self._left)

    def _left(self) -> None:
        """Close, unless what became active hangs on something of this."""
        active = QApplication.activeWindow()
        while active is not None and active is not self:
            active = active.parentWidget()
        if active is None and self.windowType() != Qt.WindowType.Popup:
            self.close()
