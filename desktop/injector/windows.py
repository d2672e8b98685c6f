"""Types on Windows: Unicode characters through SendInput, the focused window by GetForegroundWindow.

Runs on the typist's thread; pynput's low-level hooks, which see the user's keys and clicks, have threads of their
own. Windows marks injected events, so that Parley's own are told from a hand's.
"""

import ctypes
import platform
import threading
from dataclasses import dataclass
from typing import Any

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.base import Capabilities, Chunk, Guard, Window
from desktop.injector.chunks import cut

_KEYUP, _UNICODE = 0x0002, 0x0004
_VK_BACK = 0x08
_INJECTED_KEY, _INJECTED_MOUSE = 0x10, 0x01
_WM_KEYDOWN = frozenset({0x0100, 0x0104})
_WM_BUTTON_DOWN = frozenset({0x0201, 0x0204, 0x0207, 0x020B})
_MODIFIERS = frozenset({0x10, 0x11, 0x12, 0x14, 0x5B, 0x5C, 0x90, *range(0xA0, 0xA6)})


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """What goes into one KEYBDINPUT."""

    virtual_key: int
    scan: int
    """UTF-16 code unit for Unicode input"""
    flags: int


def unicode_events(text: str) -> list[KeyEvent]:
    """Press and release of each UTF-16 code unit (SendInput, KEYEVENTF_UNICODE). Pure."""
    data = text.encode("utf-16-le", "replace")
    events: list[KeyEvent] = []
    for index in range(0, len(data), 2):
        unit = data[index] | data[index + 1] << 8
        events += [KeyEvent(0, unit, _UNICODE), KeyEvent(0, unit, _UNICODE | _KEYUP)]
    return events


class KeyboardInput(ctypes.Structure):
    """KEYBDINPUT"""

    _fields_ = (
        ("wVk", ctypes.c_uint16),
        ("wScan", ctypes.c_uint16),
        ("dwFlags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("dwExtraInfo", ctypes.c_size_t),
    )


class _InputUnion(ctypes.Union):
    """The union within INPUT; padded to the size of MOUSEINPUT, its largest member."""

    _fields_ = (("ki", KeyboardInput), ("padding", ctypes.c_byte * (32 if ctypes.sizeof(ctypes.c_void_p) == 8 else 24)))


class Input(ctypes.Structure):
    """INPUT"""

    _fields_ = (("type", ctypes.c_uint32), ("u", _InputUnion))


def inputs(events: list[KeyEvent]) -> Any:
    """An array of INPUT for SendInput."""
    array = (Input * len(events))()
    for place, event in zip(array, events, strict=True):
        place.type = 1  # INPUT_KEYBOARD
        place.u.ki = KeyboardInput(event.virtual_key, event.scan, event.flags, 0, 0)
    return array


class WindowsKeyboard:
    """A Keyboard by SendInput."""

    capabilities = Capabilities(checks_focus=True, sees_user=True)

    def __init__(self) -> None:
        if platform.system() != "Windows":
            raise TypingError(verbatim("This way of typing works on Windows only."))
        from pynput import keyboard, mouse

        windll: Any = vars(ctypes)["WinDLL"]  # exists on Windows only
        self._user32: Any = windll("user32", use_last_error=True)
        self._user32.GetForegroundWindow.restype = ctypes.c_void_p
        self._lock = threading.Lock()
        self._actions = 0
        self._listeners: list[Any] = [
            keyboard.Listener(win32_event_filter=self._on_key),
            mouse.Listener(win32_event_filter=self._on_mouse),
        ]
        for listener in self._listeners:
            listener.start()

    def _on_key(self, message: int, data: Any) -> bool:
        if message in _WM_KEYDOWN and not data.flags & _INJECTED_KEY and data.vkCode not in _MODIFIERS:
            self._acted()
        return False  # nothing more is to be done with it; the key itself goes on its way

    def _on_mouse(self, message: int, data: Any) -> bool:
        if message in _WM_BUTTON_DOWN and not data.flags & _INJECTED_MOUSE:
            self._acted()
        return False

    def _acted(self) -> None:
        with self._lock:
            self._actions += 1

    def focused_window(self) -> Window | None:
        """The foreground window."""
        handle = self._user32.GetForegroundWindow()
        if not handle:
            return None
        window = ctypes.c_void_p(handle)
        title, class_name = ctypes.create_unicode_buffer(256), ctypes.create_unicode_buffer(256)
        self._user32.GetWindowTextW(window, title, 256)
        self._user32.GetClassNameW(window, class_name, 256)
        pid = ctypes.c_uint32()
        self._user32.GetWindowThreadProcessId(window, ctypes.byref(pid))
        return Window(str(handle), title.value, class_name.value, pid.value)

    def text_before_caret(self, window: Window) -> str | None:
        """None: Parley does not ask this system."""
        return None

    def user_actions(self) -> int:
        """Grows with each key and click of the user."""
        with self._lock:
            return self._actions

    def chunks(self, text: str, window: Window) -> list[Chunk]:
        """Keystrokes all through: SendInput writes every character."""
        return cut(text, lambda _: True, method="keystrokes", is_terminal=False)

    def send(self, chunk: Chunk, window: Window, guard: Guard) -> int:
        """Type one chunk."""
        if not guard():
            return 0
        self._send(unicode_events(chunk.text))
        return len(chunk.text)

    def backspace(self, count: int, guard: Guard) -> int:
        """Backspace keys."""
        if not guard():
            return 0
        self._send([KeyEvent(_VK_BACK, 0, 0), KeyEvent(_VK_BACK, 0, _KEYUP)] * count)
        return count

    def _send(self, events: list[KeyEvent]) -> None:
        array = inputs(events)
        if self._user32.SendInput(len(events), array, ctypes.sizeof(Input)) != len(events):
            raise TypingError(
                verbatim(
                    "Windows did not let Parley type into this window; it may run as administrator, "
                    "and Parley does not."
                )
            )

    def close(self) -> None:
        """Stop listening. Idempotent."""
        for listener in self._listeners:
            listener.stop()
