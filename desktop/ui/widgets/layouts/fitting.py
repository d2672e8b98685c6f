"""Windows that are no larger than the screen. GUI thread only."""

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

TITLE_BAR = 32
"""pixels that a window manager may put above a window"""


def room(window: QWidget) -> QSize:
    """What the screen of a window has for it."""
    screen = window.screen() or QGuiApplication.primaryScreen()
    if screen is None:
        return QSize(640, 480)
    area = screen.availableGeometry()
    return QSize(area.width(), area.height() - TITLE_BAR)


def fit(window: QWidget, usual: tuple[int, int], least: tuple[int, int] = (0, 0)) -> None:
    """Give a window its usual size, and one that it is never smaller than, or what the screen has if that is less."""
    there = room(window)
    window.setMinimumSize(QSize(*least).boundedTo(there))
    window.resize(QSize(*usual).boundedTo(there))
