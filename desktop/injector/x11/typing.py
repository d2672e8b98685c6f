"""Types on X11: keystrokes through XTEST for what has a key, the clipboard for the rest, by rule in terminals.

Runs on the typist's thread; listening to the user and serving the clipboard have threads of their own.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.atspi import FocusedText
from desktop.injector.base import Capabilities, Chunk, Guard, SendMethod, Window
from desktop.injector.chunks import cut
from desktop.injector.x11.keymap import Keymap, open_keymap
from desktop.injector.x11.layout import LEVEL3_SHIFT, Stroke, keycode_of, strokes

HELD_FOR = 3.0
"""seconds to wait until the user lets go of Ctrl, Alt and the like"""
FETCH_WITHIN = 1.5
"""seconds that a window may take to fetch what is pasted"""
_ECHO_WITHIN = 1.0
_SHIFT_INSERT = frozenset({"xterm", "uxterm", "urxvt", "rxvt", "st", "st-256color"})
"""terminals that paste PRIMARY on Shift+Insert; the others paste CLIPBOARD on Ctrl+Shift+V"""
_LOCK, _HELD = 1 << 1, (1 << 0) | (1 << 2) | (1 << 3) | (1 << 5) | (1 << 6) | (1 << 7)
"""Caps Lock; Shift, Control and Mod1, 3, 4, 5. Mod2 is Num Lock."""
_NUM_LOCK = 1 << 4
_XK_SHIFT, _XK_CONTROL, _XK_INSERT, _XK_BACKSPACE, _XK_V = 0xFFE1, 0xFFE3, 0xFF63, 0xFF08, 0x76


class X11Keyboard:
    """A Keyboard on an X server. Raises TypingError where there is none."""

    capabilities = Capabilities(checks_focus=True, sees_user=True)

    def __init__(self, terminals: Sequence[str], method: str, display_name: str | None = None) -> None:
        from Xlib import display, error

        from desktop.injector.x11.input import UserInput
        from desktop.injector.x11.selection import Selections

        self._terminals = frozenset(name.casefold() for name in terminals)
        self._method = method
        try:
            self._display = display.Display(display_name)
        except (error.DisplayError, OSError) as problem:
            raise TypingError(verbatim("Text cannot be typed: no screen answers at DISPLAY.")) from problem
        if not self._display.has_extension("XTEST"):
            self._display.close()
            raise TypingError(verbatim("Text cannot be typed: this screen lacks the XTEST extension."))
        self._root = self._display.screen().root
        self._active = self._display.intern_atom("_NET_ACTIVE_WINDOW")
        self._windows: dict[int, Window] = {}
        self._display_name = display_name
        self._rows: dict[int, Sequence[int]] = {}
        self._keymap: Keymap | None = None
        self._group = self._locked = 0
        self._tables: dict[tuple[int, int], dict[str, Stroke]] = {}
        """(group, what is locked) -> how each character is written"""
        self._is_closed = False
        self._focused = FocusedText()
        self._read_layout()
        self._user = UserInput(display_name)
        self._selections = Selections(display_name)

    def focused_window(self) -> Window | None:
        """The window that the window manager calls active."""
        from Xlib import X, error

        try:
            found = self._root.get_full_property(self._active, X.AnyPropertyType)
            number = int(found.value[0]) if found is not None and len(found.value) else 0
            if not number:
                return None
            if number not in self._windows:
                self._windows = {number: self._describe(number)}
            return self._windows[number]
        except error.XError:
            return None  # it vanished while it was being asked
        except (error.ConnectionClosedError, OSError) as problem:
            raise TypingError(
                verbatim("The connection to the screen was lost; switch voice typing off and on again.")
            ) from problem

    def _describe(self, number: int) -> Window:
        from Xlib import X

        window = self._display.create_resource_object("window", number)
        names = window.get_wm_class()
        pid = window.get_full_property(self._display.intern_atom("_NET_WM_PID"), X.AnyPropertyType)
        title = window.get_full_property(self._display.intern_atom("_NET_WM_NAME"), X.AnyPropertyType)
        return Window(
            id=str(number),
            title=bytes(title.value).decode("utf-8", "replace") if title is not None and title.format == 8 else "",
            class_name=names[1] if names else "",
            pid=int(pid.value[0]) if pid is not None and len(pid.value) else 0,
        )

    def text_before_caret(self, window: Window) -> str | None:
        """By the accessibility bus."""
        return self._focused.before_caret(window.pid)

    def user_actions(self) -> int:
        """Grows with each key and click of the user."""
        return self._user.actions

    def is_terminal(self, window: Window) -> bool:
        """A terminal, by its class."""
        return window.class_name.casefold() in self._terminals

    def chunks(self, text: str, window: Window) -> list[Chunk]:
        """Cut by the ladder, for the current layout."""
        self._follow_layout()
        return cut(text, self._strokes().__contains__, method=self._method, is_terminal=self.is_terminal(window))

    def send(self, chunk: Chunk, window: Window, guard: Guard) -> int:
        """Keystrokes or a paste; see `Keyboard`."""
        if not self._wait_for_released_keys(guard):
            return 0
        if chunk.how is SendMethod.PASTE:
            return self._paste(chunk.text, window, guard)
        self._follow_layout()
        known = self._strokes()
        sent = 0
        for char in chunk.text:
            stroke = known.get(char)
            if stroke is None or not guard():
                break  # no key any more: the layout changed just now, and the rest is cut anew
            self._press(stroke.held, stroke.keycode)
            sent += 1
        self._user.wait_quiet(_ECHO_WITHIN)
        return sent

    def backspace(self, count: int, guard: Guard) -> int:
        """Backspace keys."""
        if not self._wait_for_released_keys(guard):
            return 0
        self._follow_layout()
        done = 0
        while done < count and guard():
            self._press([], self._key(_XK_BACKSPACE))
            done += 1
        self._user.wait_quiet(_ECHO_WITHIN)
        return done

    def close(self) -> None:
        """Put the clipboard back and leave the screen. Idempotent."""
        if not self._is_closed:
            self._is_closed = True
            self._focused.close()
            self._selections.close()
            self._user.close()
            if self._keymap is not None:
                self._keymap.close()
            self._display.close()

    def _paste(self, text: str, window: Window, guard: Guard) -> int:
        self._follow_layout()
        selection, held, key = self._paste_keys(window)
        client = int(window.id) & ~self._display.display.info.resource_id_mask
        fetched = self._selections.offer(selection, text, client)
        focused = self.focused_window()
        if not guard() or focused is None or focused.id != window.id:
            return 0  # saving the clipboard took its time: look again before the key goes out
        self._press(held, key)
        self._user.wait_quiet(_ECHO_WITHIN)
        if not fetched.wait(FETCH_WITHIN):
            raise TypingError(
                verbatim(
                    f"{window.label} did not take the text that was pasted into it; "
                    "try the typing method keystrokes, or click into a text field."
                )
            )
        return len(text)

    def _paste_keys(self, window: Window) -> tuple[str, list[int], int]:
        """Selection, keys that are held, key. The shortcut is the one of the active layout: with another one's letter
        it would be another command, which may change the user's text. A layout without a V has Shift+Insert."""
        written = strokes(self._written, None, None) if self._keymap is not None else {}
        letter = written["v"].keycode if "v" in written else None
        shift, control, insert = (self._key(one) for one in (_XK_SHIFT, _XK_CONTROL, _XK_INSERT))
        if not self.is_terminal(window):
            return ("CLIPBOARD", [control], letter) if letter is not None else ("CLIPBOARD", [shift], insert)
        if window.class_name.casefold() in _SHIFT_INSERT:
            return "PRIMARY", [shift], insert
        # Terminals look for a letter in the other layouts if the active one has none.
        return "CLIPBOARD", [control, shift], letter if letter is not None else self._key(_XK_V)

    def _press(self, held: Sequence[int], keycode: int) -> None:
        from Xlib import X
        from Xlib.ext import xtest

        for code in (*held, keycode):
            self._user.sending(code)
            xtest.fake_input(self._display, X.KeyPress, code)
        for code in (keycode, *reversed(held)):
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.flush()

    def _key(self, keysym: int) -> int:
        keycode = keycode_of(self._rows, keysym)
        if keycode is None:
            raise TypingError(verbatim("The keyboard layout lacks a key that typing needs; choose another layout."))
        return keycode

    def _state(self) -> int:
        return int(self._root.query_pointer().mask)

    def _wait_for_released_keys(self, guard: Guard) -> bool:
        """With Ctrl or Alt held by the user each letter would be a shortcut; False if they stay down."""
        deadline = time.monotonic() + HELD_FOR
        while self._state() & _HELD:
            if time.monotonic() > deadline or not guard():
                return False
            time.sleep(0.01)  # the modifiers' state has no event of its own that reaches every client
        return True

    def _read_layout(self) -> None:
        info: Any = self._display.display.info
        first = int(info.min_keycode)
        table = self._display.get_keyboard_mapping(first, int(info.max_keycode) - first + 1)
        self._rows = {first + index: tuple(row) for index, row in enumerate(table)}
        if self._keymap is not None:
            self._keymap.close()
        self._keymap = open_keymap(self._display_name)
        self._tables.clear()

    def _follow_layout(self) -> None:
        """Read the layout anew if it changed, and see which part of it is active."""
        from Xlib import X

        state = self._state()  # a round trip, after which a change that was made is in the queue
        changed = False
        while self._display.pending_events():
            event = self._display.next_event()
            changed = changed or (event.type == X.MappingNotify and event.request != X.MappingPointer)
        if changed:
            self._read_layout()
        self._group, self._locked = state >> 13 & 3, state & (_LOCK | _NUM_LOCK)

    def _strokes(self) -> dict[str, Stroke]:
        """How each character is written now; what has no key is pasted."""
        if self._keymap is None:
            return {}
        key = self._group, self._locked
        if key not in self._tables:
            shift, level3 = (keycode_of(self._rows, one) for one in (_XK_SHIFT, LEVEL3_SHIFT))
            keymap, (group, locked) = self._keymap, key
            self._tables[key] = strokes(lambda held: keymap.written(group, locked, held), shift, level3)
        return self._tables[key]

    def _written(self, held: Sequence[int]) -> Iterable[tuple[int, str]]:
        """As without Caps Lock, which shortcuts do not see."""
        return self._keymap.written(self._group, 0, held) if self._keymap is not None else ()
