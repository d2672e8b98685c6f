"""Where the keyboard's focus goes when what has it is disabled or hidden. GUI thread only.

Qt hands it to the next widget, which may be a button that removes or fetches something: the next press of Space would
do so. Here it waits at the window, and goes back as soon as that is possible.
"""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QWidget


def keeps_focus(window: QWidget) -> bool:
    """Whether the focus is to stay in the window, because what had it just went; then it is at the window itself.

    For `focusNextPrevChild` of a window, which Qt calls for that reason, too."""
    widget = window.focusWidget()
    if widget is None or widget is window or (widget.isEnabled() and not widget.isHidden()):
        return False
    if window.focusProxy() is None:
        window.setFocus(Qt.FocusReason.OtherFocusReason)
        _Return(window, widget)
    return True


class _Return(QObject):
    """Gives the focus back to a widget that comes back, unless it went elsewhere meanwhile."""

    def __init__(self, window: QWidget, widget: QWidget) -> None:
        super().__init__(widget)
        self._window = window
        self._widget = widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kinds = (QEvent.Type.EnabledChange, QEvent.Type.Show)
        if event is not None and event.type() in kinds and self._widget.isEnabled() and not self._widget.isHidden():
            self._widget.removeEventFilter(self)
            if self._window.focusWidget() in (self._window, None):
                self._widget.setFocus(Qt.FocusReason.OtherFocusReason)
            self.deleteLater()
        return False
