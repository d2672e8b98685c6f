"""Renews the pictures of windows in docs/images: python -m tests.windows.documents [FOLDER]

At 200 %, with lines in German, Japanese, Thai, Arabic and English; a font for each of them has to be installed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIZE = (960, 640)


def take(folder: Path) -> None:
    """On the screen of DISPLAY."""
    from PyQt6.QtCore import QRect
    from PyQt6.QtGui import QColor, QImage, QLinearGradient, QPainter
    from PyQt6.QtWidgets import QApplication, QWidget

    from tests.windows.scene import LINES, Scene

    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)

    def on_screen(window: QWidget, file: str) -> None:
        """With what lies over it."""
        screen = window.screen()
        assert screen is not None
        place = QRect(window.mapToGlobal(window.rect().topLeft()), window.size())
        screen.grabWindow(0, *place.getRect()).save(str(folder / file))  # type: ignore[arg-type]

    with tempfile.TemporaryDirectory() as home:
        scene = Scene(Path(home), recording="/home/ana/talk.mp3")
        scene.window.resize(*SIZE)
        scene.settle(1)
        scene.window.grab().save(str(folder / "main-window.png"))
        scene.window.menu.profileChosen.emit("Meeting")
        scene.settle(1)
        subtitles = scene.app.outputs.overlay
        assert subtitles is not None
        subtitles.clear()
        scene.open("menu")
        scene.settle(1)
        on_screen(scene.window, "profiles.png")
        scene.close_others()
        dialog = scene.open("settings-recognition")
        dialog.resize(800, 600)
        scene.settle(1)
        dialog.grab().save(str(folder / "settings.png"))
        scene.close_others()
        rows = []
        for line in LINES[:4]:
            overlay = scene.open(f"overlay-{line[0]}")
            scene.settle(3)  # a line that is full stays for a while before it scrolls
            rows.append(overlay.grab())
        gap = 24
        height = sum(row.height() + gap for row in rows) + gap
        whole = QImage(rows[0].width() + 2 * gap, height, QImage.Format.Format_RGB32)
        painter = QPainter(whole)
        sky = QLinearGradient(0, 0, 0, height)
        sky.setColorAt(0, QColor("#5b8fb0"))
        sky.setColorAt(1, QColor("#d9a05b"))
        painter.fillRect(whole.rect(), sky)
        top = gap
        for row in rows:
            row.setDevicePixelRatio(1)
            painter.drawPixmap(gap, top, row)
            top += row.height() + gap
        painter.end()
        whole.save(str(folder / "overlay.png"))
        scene.end()


def main(folder: Path) -> None:
    """Qt reads the scale once: in a program of its own."""
    from tests.virtual_desktop import VirtualDesktop

    with VirtualDesktop((2560, 1800)):
        command = [sys.executable, "-m", "tests.windows.documents", "--take", str(folder)]
        subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": "2"}, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--take"]:
        take(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "images")
