"""The scene as a program of its own: python -m tests.windows.program FOLDER

Prints the names of its windows; then each name that comes in on a line opens that window and no other, and is printed
when it is there.
"""

import sys
import threading
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from tests.windows.scene import Scene


class Program(QObject):
    """Does what it reads."""

    read = pyqtSignal(str)

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self.read.connect(self._open)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.read.emit(line.strip())
        self.read.emit("")

    def _open(self, name: str) -> None:
        if not name:
            self._scene.end()
            QApplication.quit()
            return
        self._scene.close_others()
        self._scene.open(name)
        print(name, flush=True)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    scene = Scene(Path(sys.argv[1]))
    program = Program(scene)
    print(*scene.names(), flush=True)
    application.exec()
