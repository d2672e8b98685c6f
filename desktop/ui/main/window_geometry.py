"""Where the main window stands: kept when it closes, and put back on the screens that there are then. GUI thread."""

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

from desktop.ui.widgets.layouts.fitting import TITLE_BAR


def restore(window: QWidget, geometry: tuple[int, ...]) -> None:
    """Place the window: x, y, width, height; where no screen is any more it keeps only its size, and on a smaller
    screen than before it still lies inside."""
    if len(geometry) != 4:
        return
    wanted = QRect(*geometry)
    window.resize(wanted.size())
    for screen in QGuiApplication.screens():
        room = screen.availableGeometry().adjusted(0, 0, 0, -TITLE_BAR)
        if room.intersects(wanted.adjusted(40, 0, -40, 0)):
            window.resize(wanted.size().boundedTo(room.size()))
            left = max(room.left(), min(wanted.left(), room.right() + 1 - window.width()))
            top = max(room.top(), min(wanted.top(), room.bottom() + 1 - window.height()))
            window.move(left, top)
            return


def place_first(window: QWidget, below: float) -> None:
    """Place a window that was never placed so that the subtitles at their usual place cover nothing of it.

    below: part of the screen's height, from its lower edge, that they take."""
    screen = window.screen()
    if screen is None:
        return
    area = screen.availableGeometry()
    free = round(area.height() * (1 - below)) - TITLE_BAR
    window.resize(window.width(), max(window.minimumHeight(), min(window.height(), free)))
    window.move(area.left() + (area.width() - window.width()) // 2, area.top() + max(0, (free - window.height()) // 2))


def current(window: QWidget) -> tuple[int, ...] | None:
    """What to keep for `restore`; None while the window fills the screen."""
    if window.isMaximized() or window.isFullScreen():
        return None
    return window.x(), window.y(), window.width(), window.height()  # of the frame: that is what `move` places
