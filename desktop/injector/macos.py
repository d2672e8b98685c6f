"""Types on macOS through Quartz events, whose bindings pynput brings. Runs on the typist's thread.

pynput's listeners, which see the user's keys and clicks, have threads of their own. Parley's events carry a mark by
which they are told apart.
"""

import importlib
import platform
import threading
from typing import Any

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.base import Capabilities, Chunk, Guard, Window
from desktop.injector.chunks import cut
from desktop.injector.diff import characters

PERMISSION = (
    "macOS does not let Parley type yet: allow it in System Settings, Privacy & Security, Accessibility, "
    "then switch voice typing on again."
)
_MARK = 0x5041524C
"""in each event's user data field"""
_DELETE = 51
"""virtual key code of Backspace (kVK_Delete)"""
_MOST_UNITS = 20
"""UTF-16 code units that one event carries at most"""


def parts(text: str) -> list[str]:
    """`text` in pieces that fit into one event, no character torn apart unless it is longer than one. Pure."""
    found: list[str] = []
    size = 0
    for character in characters(text):
        units = len(character.encode("utf-16-le")) // 2
        if found and size + units <= _MOST_UNITS:
            found[-1] += character
            size += units
        else:
            found.append(character)
            size = units
    return found


class MacKeyboard:
    """A Keyboard by Quartz. Raises TypingError without the permission."""

    capabilities = Capabilities(checks_focus=True, sees_user=True)

    def __init__(self) -> None:
        if platform.system() != "Darwin":
            raise TypingError(verbatim("This way of typing works on macOS only."))
        from pynput import keyboard, mouse

        if not importlib.import_module("ApplicationServices").AXIsProcessTrusted():
            raise TypingError(verbatim(PERMISSION))
        self._quartz: Any = importlib.import_module("Quartz")
        self._lock = threading.Lock()
        self._actions = 0
        self._listeners: list[Any] = [
            keyboard.Listener(darwin_intercept=self._on_key),
            mouse.Listener(darwin_intercept=self._on_mouse),
        ]
        for listener in self._listeners:
            listener.start()

    def _is_own(self, event: Any) -> bool:
        return bool(self._quartz.CGEventGetIntegerValueField(event, self._quartz.kCGEventSourceUserData) == _MARK)

    def _on_key(self, kind: int, event: Any) -> Any:
        if kind == self._quartz.kCGEventKeyDown and not self._is_own(event):
            self._acted()
        return event

    def _on_mouse(self, kind: int, event: Any) -> Any:
        downs = (
            self._quartz.kCGEventLeftMouseDown,
            self._quartz.kCGEventRightMouseDown,
            self._quartz.kCGEventOtherMouseDown,
        )
        if kind in downs and not self._is_own(event):
            self._acted()
        return event

    def _acted(self) -> None:
        with self._lock:
            self._actions += 1

    def focused_window(self) -> Window | None:
        """The front window of the front application: the topmost on the normal layer."""
        quartz = self._quartz
        options = quartz.kCGWindowListOptionOnScreenOnly | quartz.kCGWindowListExcludeDesktopElements
        for entry in quartz.CGWindowListCopyWindowInfo(options, quartz.kCGNullWindowID) or ():
            if entry.get("kCGWindowLayer") == 0:
                name = str(entry.get("kCGWindowOwnerName", ""))
                return Window(
                    str(entry["kCGWindowNumber"]),
                    str(entry.get("kCGWindowName", "")),
                    name,
                    int(entry["kCGWindowOwnerPID"]),
                )
        return None

    def text_before_caret(self, window: Window) -> str | None:
        """None: Parley does not ask this system."""
        return None

    def user_actions(self) -> int:
        """Grows with each key and click of the user."""
        with self._lock:
            return self._actions

    def chunks(self, text: str, window: Window) -> list[Chunk]:
        """Keystrokes all through: a Quartz event carries any text."""
        return cut(text, lambda _: True, method="keystrokes", is_terminal=False)

    def send(self, chunk: Chunk, window: Window, guard: Guard) -> int:
        """Type one chunk."""
        sent = 0
        for part in parts(chunk.text):
            if not guard():
                break
            self._post(0, part)
            sent += len(part)
        return sent

    def backspace(self, count: int, guard: Guard) -> int:
        """Backspace keys."""
        done = 0
        while done < count and guard():
            self._post(_DELETE, "")
            done += 1
        return done

    def _post(self, key: int, text: str) -> None:
        quartz = self._quartz
        for is_down in (True, False):
            event = quartz.CGEventCreateKeyboardEvent(None, key, is_down)
            if text:
                quartz.CGEventKeyboardSetUnicodeString(event, len(text.encode("utf-16-le")) // 2, text)
            quartz.CGEventSetFlags(event, 0)
            quartz.CGEventSetIntegerValueField(event, quartz.kCGEventSourceUserData, _MARK)
            quartz.CGEventPost(quartz.kCGHIDEventTap, event)

    def close(self) -> None:
        """Stop listening. Idempotent."""
        for listener in self._listeners:
            listener.stop()
