"""The observed app, which also writes down what can be clicked in it and where, for a mouse that is not the test's.

usage: clickable_app.py JOURNAL PLACES ARGUMENTS-OF-PARLEY-GUI…

PLACES holds {"buttons": {name: [x, y]}, "items": {text: [x, y]}, "words": [text]} of the windows on screen: the centres
of buttons and list items in pixels of the screen, and every label.
"""

import json
import sys
from pathlib import Path

from PyQt6.QtCore import QPoint, QTimer
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QListWidget, QWidget

from desktop.app.start import run
from tests.end2end.observed_app import ObservedApp

EVERY = 100
"""milliseconds"""


class ClickableApp(ObservedApp):
    """The app; `places` is written anew whenever something on the screen moved."""

    places: Path
    _last = ""

    def begin(self) -> None:
        super().begin()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write)
        self._timer.start(EVERY)

    def _write(self) -> None:
        buttons: dict[str, list[int]] = {}
        items: dict[str, list[int]] = {}
        words: list[str] = []
        in_front = (QApplication.activeWindow(), QApplication.activePopupWidget())
        shown = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        for window in sorted(shown, key=lambda one: one in in_front):  # what is in front has the last word
            for widget in (window, *window.findChildren(QWidget)):
                if not widget.isVisible() or widget.visibleRegion().isEmpty():
                    continue
                if isinstance(widget, QAbstractButton) and widget.isEnabled():
                    buttons[widget.accessibleName() or widget.text()] = _on_screen(widget, widget.rect().center())
                elif isinstance(widget, QLabel):
                    words.append(widget.text())
                elif isinstance(widget, QListWidget):
                    for row in range(widget.count()):
                        item = widget.item(row)
                        if item is not None and not item.isHidden():
                            middle = widget.visualItemRect(item).center()
                            items[item.text()] = _on_screen(widget, middle)
        text = json.dumps({"buttons": buttons, "items": items, "words": words}, ensure_ascii=False)
        if text != self._last:
            self._last = text
            new = self.places.with_suffix(".new")
            new.write_text(text, encoding="utf-8")
            new.replace(self.places)


def _on_screen(widget: QWidget, point: QPoint) -> list[int]:
    there = widget.mapToGlobal(point)
    return [there.x(), there.y()]


if __name__ == "__main__":
    ClickableApp.journal = Path(sys.argv[1])
    ClickableApp.places = Path(sys.argv[2])
    sys.exit(run(sys.argv[3:], ClickableApp))
