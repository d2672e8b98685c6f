"""What subtitles cannot do on this desktop: asked beside the GUI thread, shown on their card, and warned of once."""

import os
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QGuiApplication

from desktop.messages.wayland import NATIVE, NEEDS_X, subtitles_caveat
from desktop.system.wayland import is_wayland, offered
from desktop.ui.main.main_window import MainWindow
from desktop.ui.runtime.lookup import Lookup

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings


class SubtitlesCaveat(QObject):
    """GUI thread only."""

    def __init__(self, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._lookup = Lookup(self)
        self._lookup.found.connect(self._found)
        self._is_asked = False
        self._is_warned = False
        self._wants_subtitles = False

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self._wants_subtitles = settings.subtitles.enabled
        if not self._is_asked and is_wayland(os.environ):
            self._lookup.ask(lambda deliver: deliver(offered(os.environ)))
        self._is_asked = True
        self._warn()

    def close(self) -> None:
        """Nothing is shown from now on."""
        self._lookup.close()

    def _found(self, names: frozenset[str]) -> None:
        has_x = QGuiApplication.platformName() == "xcb"
        self._window.show_caveat(subtitles_caveat(is_wayland=True, offered=names, has_x=has_x))
        self._warn()

    def _warn(self) -> None:
        if self._window.caveat == NATIVE and self._wants_subtitles and not self._is_warned:
            self._is_warned = True
            self._window.notify("subtitles", f"{NATIVE} {NEEDS_X}", "warning")
