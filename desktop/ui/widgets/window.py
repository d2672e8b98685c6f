"""A window beside or instead of another one. GUI thread only."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMainWindow, QWidget


class Window(QMainWindow):
    """Screen readers call it a window, which they do not with a plain QWidget. What it shows goes into `content`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.content = QWidget()
        self.setCentralWidget(self.content)
