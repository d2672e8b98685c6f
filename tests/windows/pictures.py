"""Pictures of every window: python -m tests.windows.pictures FOLDER [SCALE LOOK]

Starts a screen of 1920x1080 for each scale and look, opens each window there at several widths, lists and menus over a
main window of that width, and keeps what the window draws as FOLDER/SCALE-LOOK-WINDOW-WIDTH.png, with a sheet of all of
them for each scale and look. Prints what does not fit.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import cast

SCALES = ("1", "2")
LOOKS = ("light", "dark", "contrast")
WIDTHS = (480, 640, 960)
HEIGHT = 480


def take(folder: Path, scale: str, look: str) -> list[str]:
    """The pictures of one scale and look, on the screen of DISPLAY; what does not fit."""
    from PyQt6.QtWidgets import QApplication

    from desktop.ui.widgets.theme import Theme
    from tests.windows.fit import misfits
    from tests.windows.scene import Scene, may_be_resized

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    found: list[str] = []
    with tempfile.TemporaryDirectory() as home:
        scene = Scene(Path(home), cast("Theme", look))
        for width in WIDTHS:
            scene.window.resize(width, HEIGHT)
            scene.settle()
            for name in scene.names():
                window = scene.open(name)
                if may_be_resized(window):
                    window.resize(width, window.height())
                scene.settle()
                window.grab().save(str(folder / f"{scale}-{look}-{name}-{width}.png"))
                faults = misfits(window)
                if faults:
                    scene.settle(1)  # it may not have been laid out yet
                    faults = misfits(window)
                found += [f"{scale} {look} {name} {width}: {one}" for one in faults]
                scene.close_others()
        scene.end()
    return found


def sheet(folder: Path, scale: str, look: str) -> None:
    """All pictures of one scale and look beside each other."""
    from PIL import Image

    pictures = []
    for path in sorted(folder.glob(f"{scale}-{look}-*.png")):
        picture = Image.open(path).convert("RGB")
        wide = 480
        pictures.append(picture.resize((wide, max(1, picture.height * wide // picture.width))))
    columns = 4
    rows = [pictures[start : start + columns] for start in range(0, len(pictures), columns)]
    whole = Image.new("RGB", (columns * 490, sum(max(one.height for one in row) + 10 for row in rows)), "magenta")
    top = 0
    for row in rows:
        for column, picture in enumerate(row):
            whole.paste(picture, (column * 490, top))
        top += max(one.height for one in row) + 10
    whole.save(folder / f"sheet-{scale}-{look}.png")


def main(folder: Path, chosen: list[str]) -> None:
    """Each scale and look in a program of its own, since Qt reads the scale once."""
    from tests.virtual_desktop import VirtualDesktop

    folder.mkdir(parents=True, exist_ok=True)
    with VirtualDesktop((1920, 1080)):
        for scale in chosen[:1] or SCALES:
            for look in chosen[1:2] or LOOKS:
                command = [sys.executable, "-m", "tests.windows.pictures", "--take", str(folder), scale, look]
                subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=True)
                sheet(folder, scale, look)


if __name__ == "__main__":
    if sys.argv[1] == "--take":
        into = Path(sys.argv[2])
        words = "\n".join(take(into, *sys.argv[3:]))
        (into / f"misfits-{sys.argv[3]}-{sys.argv[4]}.txt").write_text(words, encoding="utf-8")
        print(words)
    else:
        main(Path(sys.argv[1]), sys.argv[2:])
