"""Which keyboard fits this desktop. The choice is pure; nothing of a platform is imported before it is chosen."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.base import Keyboard, Window
from desktop.settings.declaration import Settings

Platform = Literal["x11", "wayland", "windows", "macos"]


def choose(system: str, environment: Mapping[str, str]) -> Platform:
    """The platform of a desktop session.

    system: as sys.platform. Raises TypingError where there is no screen.
    """
    if system == "win32":
        return "windows"
    if system == "darwin":
        return "macos"
    if environment.get("WAYLAND_DISPLAY") and environment.get("XDG_SESSION_TYPE") != "x11":
        return "wayland"
    if environment.get("DISPLAY"):
        return "x11"
    raise TypingError(
        verbatim("Text cannot be typed: there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set).")
    )


NO_HOTKEYS = (
    "Wayland lets no program hear keys of other windows. Bind a key to `parley toggle` in the keyboard settings of "
    "your desktop; `parley --help` lists the other commands."
)
"""The one thing that is said of hotkeys where they are not heard."""


def hears_hotkeys() -> bool:
    """Whether Parley may hear keys while another window has the focus."""
    try:
        return choose(sys.platform, os.environ) != "wayland"
    except TypingError:
        return True  # without a screen there is nothing to say of it


def open_keyboard(settings: Settings) -> Keyboard:
    """The keyboard of this desktop. Raises TypingError."""
    platform = choose(sys.platform, os.environ)
    if platform == "windows":
        from desktop.injector.windows import WindowsKeyboard

        return WindowsKeyboard()
    if platform == "macos":
        from desktop.injector.macos import MacKeyboard

        return MacKeyboard()
    if platform == "wayland":
        from desktop.injector.wayland import WaylandKeyboard

        return WaylandKeyboard()
    from desktop.injector.x11.typing import X11Keyboard

    return X11Keyboard(settings.typing.terminals, settings.typing.method)


def is_own(window: Window) -> bool:
    """One of Parley's own windows."""
    return window.pid == os.getpid() or window.class_name.casefold() == "parley"


def is_terminal(window: Window, terminals: Sequence[str]) -> bool:
    """A terminal, by its class."""
    return window.class_name.casefold() in {name.casefold() for name in terminals}
