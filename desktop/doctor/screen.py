"""What Parley needs of the desktop: typing, hotkeys, see-through windows, the clipboard. On the examination's thread.

Nothing is typed here and no content is read: whether text arrives is tried in the Doctor's own field.
"""

import os
import select
import sys
from time import monotonic
from typing import Any

from desktop.doctor.findings import CheckResult, Health, ok, skipped
from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.platforms import NO_HOTKEYS, choose, open_keyboard
from desktop.messages import text_of
from desktop.messages.wayland import LAYERED, MOVE_THEM, NEEDS_X, subtitles_caveat
from desktop.settings.declaration import Settings
from desktop.system.displays import answering
from desktop.system.wayland import offered

NO_SCREEN = "There is no screen here."
_ANSWER_WITHIN = 1.5
"""seconds a program may take to say which formats it has on the clipboard"""


def _platform() -> str:
    """As `injector.platforms` names it; empty where there is no screen."""
    try:
        return choose(sys.platform, os.environ)
    except TypingError:
        return ""


def typing(settings: Settings) -> CheckResult:
    """Whether keys can be sent to other windows."""
    if not _platform():
        return skipped(NO_SCREEN)
    try:
        keyboard = open_keyboard(settings)
    except TypingError as error:
        return CheckResult(Health.PROBLEM if settings.typing.enabled else Health.WARNING, text_of(error))
    try:
        caveat = keyboard.capabilities.caveat
    finally:
        keyboard.close()
    return ok(f"Text can be typed into other windows. {caveat}".strip())


def hotkeys(settings: Settings) -> CheckResult:
    """Whether global hotkeys can be heard, and whether those that are set make sense."""
    combinations = {name: keys.strip() for name, keys in settings.hotkeys.model_dump().items() if _is_set(keys)}
    platform = _platform()
    if not platform:
        return skipped(NO_SCREEN)
    if platform == "wayland":
        says, fix = NO_HOTKEYS.split(". ", 1)
        if not combinations:
            return skipped(f"No global hotkey is set. {NO_HOTKEYS}")
        return CheckResult(Health.WARNING, f"{says}: hotkeys work in Parley's windows only.", fix, "parley toggle")
    try:
        from pynput import keyboard
    except Exception as error:  # pynput raises whatever its backend raised
        sentence = f"Global hotkeys do not work on this desktop ({type(error).__name__})."
        return CheckResult(Health.WARNING, sentence, "Use the shortcuts of the window.")
    if not combinations:
        return ok("Global hotkeys can be heard here; none is set.")
    wrong = []
    for keys in combinations.values():
        try:
            keyboard.HotKey.parse(keys)
        except ValueError:
            wrong.append(keys)
    if wrong:
        fix = "Write it like <ctrl>+<alt>+l, in the settings under Hotkeys."
        return CheckResult(Health.PROBLEM, f"This is no combination of keys: {', '.join(wrong)}.", fix)
    if len(set(combinations.values())) < len(combinations):
        fix = "Give each its own combination in the settings under Hotkeys."
        return CheckResult(Health.WARNING, "Two hotkeys have the same combination of keys.", fix)
    return ok(f"Global hotkeys can be heard: {len(combinations)} set.")


def _is_set(keys: object) -> bool:
    return isinstance(keys, str) and bool(keys.strip())


def compositor(settings: Settings) -> CheckResult:
    """Whether windows can be see-through, which subtitles over a video want."""
    platform = _platform()
    if not platform:
        return skipped(NO_SCREEN)
    if platform == "wayland":
        return _subtitles_on_wayland(settings)
    if platform != "x11":
        return ok("Windows can be see-through on this desktop.")
    with _Screen() as screen:
        owner = screen.owner(f"_NET_WM_CM_S{screen.number}")
    if owner:
        return ok("Windows can be see-through on this desktop.")
    if not settings.subtitles.enabled:
        return ok("No compositor runs, and none is needed: subtitles are off.")
    fix = "Switch on the effects of your desktop, or start a compositor such as picom."
    return CheckResult(
        Health.WARNING, "No compositor runs: the box behind the subtitles is not see-through.", fix, "picom -b"
    )


def _subtitles_on_wayland(settings: Settings) -> CheckResult:
    has_x = "x11" in answering(os.environ)
    caveat = subtitles_caveat(is_wayland=True, offered=offered(os.environ), has_x=has_x)
    if not caveat:
        return ok(LAYERED)
    if not settings.subtitles.enabled:
        return skipped(f"Subtitles are off. {caveat}")
    fix = MOVE_THEM if has_x else NEEDS_X
    return CheckResult(Health.WARNING, caveat, fix, "" if has_x else "sudo apt install xwayland")


def clipboard(settings: Settings) -> CheckResult:
    """Whether the program that holds the clipboard answers: Parley saves what is there before it pastes."""
    platform = _platform()
    if not platform:
        return skipped(NO_SCREEN)
    if platform == "wayland":
        return ok("Typing on Wayland needs no clipboard.")
    if platform != "x11":
        return ok("The clipboard can be used.")
    with _Screen() as screen:
        if not screen.owner("CLIPBOARD"):
            return ok("The clipboard can be used; it is empty.")
        if screen.has_answer("CLIPBOARD", _ANSWER_WITHIN):
            return ok("The clipboard can be used.")
    sentence = "The program that holds the clipboard does not answer, so text cannot be pasted."
    fix = "Copy something in another program, and close the one that hangs."
    return CheckResult(Health.WARNING if settings.typing.enabled else Health.OK, sentence, fix)


class _Screen:
    """The X screen, open as long as the context. Raises TypingError where there is none."""

    def __init__(self) -> None:
        from Xlib import display, error

        try:
            self._display: Any = display.Display()
        except (error.DisplayError, OSError) as problem:
            raise TypingError(verbatim("No screen answers at DISPLAY; check the variable.")) from problem
        self.number = int(self._display.get_default_screen())

    def __enter__(self) -> "_Screen":
        return self

    def __exit__(self, *error: object) -> None:
        self._display.close()

    def owner(self, selection: str) -> bool:
        """Whether a program holds the selection."""
        return bool(self._display.get_selection_owner(self._display.intern_atom(selection)))

    def has_answer(self, selection: str, within: float) -> bool:
        """Whether its owner says, in so many seconds, which formats it has; the content is not asked for."""
        from Xlib import X

        window = self._display.screen().root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent, X.InputOnly, 0)
        atoms = (self._display.intern_atom(name) for name in (selection, "TARGETS", "PARLEY_DOCTOR"))
        window.convert_selection(*atoms, X.CurrentTime)
        self._display.flush()
        until = monotonic() + within
        while (left := until - monotonic()) > 0:
            if not self._display.pending_events():
                select.select([self._display.fileno()], [], [], left)
            while self._display.pending_events():
                if self._display.next_event().type == X.SelectionNotify:
                    return True
        return False
