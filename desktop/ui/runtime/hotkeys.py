"""Global hotkeys: they work while another window has the focus. The listener runs on pynput's own thread; what it
hears is handed to the GUI thread by a signal. pynput is imported when the first hotkey is set: it raises without X."""

import logging
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from desktop.ui.runtime.hotkey_listener import listener_for

log = logging.getLogger(__name__)


class Hotkeys(QObject):
    """Listens for the hotkeys that are set."""

    pressed = pyqtSignal(str)
    """name of the hotkey"""
    tried = pyqtSignal(str)
    """name of the hotkey, instead of `pressed`, while hotkeys are only tried out"""
    failed = pyqtSignal(str)
    """one sentence: why a hotkey does not work"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: dict[str, str] = {}
        self._listener: Any = None
        self._is_trial = False
        self.problem = ""
        """the newest sentence of `failed` for the keys that are set"""

    @property
    def keys(self) -> Mapping[str, str]:
        """Which hotkeys are set: name -> combination."""
        return dict(self._keys)

    @property
    def is_listening(self) -> bool:
        """Whether hotkeys are heard at all."""
        return self._listener is not None

    def try_out(self, is_trial: bool) -> None:
        """From now on hotkeys do nothing but tell `tried`, or do their work again."""
        self._is_trial = is_trial

    def apply(self, keys: Mapping[str, str]) -> None:
        """keys: name -> "<ctrl>+<alt>+l", empty for none. Listens to these from now on."""
        wanted = {name: combination.strip() for name, combination in keys.items() if combination.strip()}
        if wanted == self._keys:
            return
        self._keys = wanted
        self.problem = ""
        self.close()
        if not wanted:
            return
        try:
            from pynput import keyboard
        except Exception as error:  # pynput raises whatever its backend raised
            log.warning("no global hotkeys: %s", type(error).__name__)
            self._fail(_why_not())
            return
        usable = {}
        for name, combination in wanted.items():
            try:
                keyboard.HotKey.parse(combination)
            except ValueError:
                self._fail(f"The hotkey {combination} is not one; write it like <ctrl>+<alt>+l.")
            else:
                usable[combination] = lambda name=name: self._heard(name)
        if not usable:
            return
        try:
            self._listener = listener_for(usable)
            self._listener.daemon = True
            self._listener.start()
        except Exception as error:
            self._listener = None
            log.warning("no global hotkeys: %s", type(error).__name__)
        if self._listener is None or not _hears_all():
            self._fail(_why_not())

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def _heard(self, name: str) -> None:
        (self.tried if self._is_trial else self.pressed).emit(name)  # on pynput's thread; both are queued

    def _fail(self, sentence: str) -> None:
        self.problem = sentence
        self.failed.emit(sentence)


def _hears_all() -> bool:
    from desktop.injector.platforms import hears_hotkeys  # the window does not wait for the settings

    return hears_hotkeys()


def _why_not() -> str:
    """Why hotkeys are not heard in other windows."""
    from desktop.injector.platforms import NO_HOTKEYS

    if not _hears_all():
        return NO_HOTKEYS
    return "Global hotkeys do not work on this desktop; use the shortcuts of the window."


def hotkey_text(combination: str) -> str:
    """ "<ctrl>+<alt>+l" as a user reads it: "Ctrl+Alt+L". Pure."""
    return "+".join(part.strip("<>").replace("_", " ").title() for part in combination.split("+") if part)
