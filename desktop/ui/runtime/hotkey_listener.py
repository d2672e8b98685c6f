"""Hears hotkeys, on pynput's thread. On X11 the letters are those of the layout that is active now, and where that has
no Latin ones, those that stand on the same keys of another: pynput alone takes the first layout there was at its start.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from PyQt6.QtGui import QGuiApplication


def letter_of(alone: str, with_shift: str, latin: str, wanted: Collection[str], *, has_shift: bool) -> str:
    """Which character a key stands for in hotkeys. Pure.

    alone, with_shift: what it writes on the active layout. latin: what it writes where letters are Latin. wanted: the
    characters of the hotkeys."""
    here = [with_shift] if has_shift else []
    here += (
        [alone, with_shift] if with_shift.isdigit() else [alone]
    )  # French digits need Shift, the hotkey means the key
    if not alone.isascii() or not alone:
        here.append(latin)
    return next((one for one in here if one.lower() in wanted), here[-1] or alone)


def latin_of(keycode: int) -> str:
    """What a key of this screen writes where letters are Latin; empty where nobody can say, and on other platforms."""
    if QGuiApplication.platformName() != "xcb":
        return ""
    from desktop.injector.x11.keymap import open_keymap

    keymap = open_keymap()
    if keymap is None:
        return ""
    try:
        return keymap.latin(keycode)
    finally:
        keymap.close()


def listener_for(hotkeys: Mapping[str, Callable[[], object]]) -> Any:
    """pynput's listener for these combinations; not started. Raises whatever pynput's backend raises."""
    from pynput import keyboard

    if not keyboard.Listener.__module__.endswith("_xorg"):
        return keyboard.GlobalHotKeys(hotkeys)

    from Xlib import X, display

    from desktop.injector.x11.keymap import open_keymap

    wanted = {
        key.char for combination in hotkeys for key in keyboard.HotKey.parse(combination) if getattr(key, "char", None)
    }

    class ByLayout(keyboard.GlobalHotKeys):  # type: ignore[misc]
        """All on the thread that hears, but for the making."""

        def __init__(self) -> None:
            super().__init__(hotkeys)
            self._screen = display.Display()
            self._keymap = open_keymap()
            self._down: dict[int, Any] = {}
            """what was pressed, until it is let go: the layout may change meanwhile"""

        def _event_to_key(self, screen: Any, event: Any) -> Any:
            if event.type == X.KeyRelease and event.detail in self._down:
                return self._down.pop(event.detail)
            key = super()._event_to_key(screen, event)
            self._follow_layout()
            if isinstance(key, keyboard.KeyCode) and self._keymap is not None:
                group = event.state >> 13 & 3
                alone, with_shift = self._keymap.characters(event.detail, group)
                latin = self._keymap.latin(event.detail)
                has_shift = bool(event.state & X.ShiftMask)
                if char := letter_of(alone, with_shift, latin, wanted, has_shift=has_shift):
                    key = keyboard.KeyCode.from_char(char.lower())
            if event.type == X.KeyPress:
                self._down[event.detail] = key
            return key

        def _follow_layout(self) -> None:
            changed = False
            while self._screen.pending_events():
                event = self._screen.next_event()
                changed = changed or (event.type == X.MappingNotify and event.request != X.MappingPointer)
            if changed:
                if self._keymap is not None:
                    self._keymap.close()
                self._keymap = open_keymap()

        def _run(self) -> None:
            try:
                super()._run()
            finally:
                self._screen.close()
                if self._keymap is not None:
                    self._keymap.close()
                    self._keymap = None

    return ByLayout()
