"""Global hotkeys: they work while another window has the focus. The listener runs on pynput's own thread; what it
hears is handed to the GUI thread by a signal. pynput is imported when the first hotkey is set: it raises without X."""

import logging
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

log = logging.getLogger(__name__)


class Hotkeys(QObject):
    """Listens for the hotkeys that are set."""

    pressed = pyqtSignal(str)
    """name of the hotkey"""
    failed = pyqtSignal(str)
    """one sentence: why a hotkey does not work"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: dict[str, str] = {}
        self._listener: Any = None

    def apply(self, keys: Mapping[str, str]) -> None:
        """keys: name -> "<ctrl>+<alt>+l", empty for none. Listens to these from now on."""
        wanted = {name: combination.strip() for name, combination in keys.items() if combination.strip()}
        if wanted == self._keys:
            return
        self._keys = wanted
        self.close()
        if not wanted:
            return
        try:
            from pynput import keyboard
        except Exception as error:  # pynput raises whatever its backend raised
            log.warning("no global hotkeys: %s", type(error).__name__)
            self.failed.emit("Global hotkeys do not work on this desktop; use the shortcuts of the window.")
            return
        usable = {}
        for name, combination in wanted.items():
            try:
                keyboard.HotKey.parse(combination)
            except ValueError:
                self.failed.emit(f"The hotkey {combination} is not one; write it like <ctrl>+<alt>+l.")
            else:
                usable[combination] = lambda name=name: self.pressed.emit(name)
        if not usable:
            return
        try:
            self._listener = keyboard.GlobalHotKeys(usable)
            self._listener.daemon = True
            self._listener.start()
        except Exception as error:
            self._listener = None
            log.warning("no global hotkeys: %s", type(error).__name__)
            self.failed.emit("Global hotkeys do not work on this desktop; use the shortcuts of the window.")

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
