"""What each key of this screen writes: asked of libxkbcommon, which the toolkits ask, too, so that groups, levels, Caps
Lock and every kind of keysym come out as they do in a window. Both libraries are those of Qt's own screen plugin.

Used from one thread. `open_keymap` gives None where the libraries or the extension are missing.
"""

import ctypes
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

log = logging.getLogger(__name__)

_NEEDED = ("libxcb.so.1", "libxkbcommon.so.0", "libxkbcommon-x11.so.0")
_LOCKED = 1 << 1
"""Caps Lock among the modifiers"""
_DOWN = 1
_NO_TEXT = (range(0xFE50, 0xFEA0), range(0xFF80, 0xFFBE))
"""keysyms of dead keys, and of the keypad, which terminals take for commands"""


class _Names(ctypes.Structure):
    """Which layout is meant: rules, model, layout, variant, options; None is the usual one."""

    _fields_ = tuple((name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options"))


class Keymap:
    """The layout at one moment. `close` it."""

    def __init__(self, display_name: str | None) -> None:
        """Raises OSError."""
        self._xcb, self._xkb, self._x11 = (_declared(ctypes.CDLL(name)) for name in _NEEDED)
        self._connection = self._context = self._keymap = self._american = None
        try:
            self._connection = self._xcb.xcb_connect(display_name.encode() if display_name else None, None)
            if self._xcb.xcb_connection_has_error(self._connection):
                raise OSError("no screen answers")
            if not self._x11.xkb_x11_setup_xkb_extension(self._connection, 1, 0, 0, None, None, None, None):
                raise OSError("the screen lacks the XKB extension")
            self._context = self._xkb.xkb_context_new(0)
            device = self._x11.xkb_x11_get_core_keyboard_device_id(self._connection)
            self._keymap = self._x11.xkb_x11_keymap_new_from_device(self._context, self._connection, device, 0)
            if not self._keymap:
                raise OSError("the screen tells no layout")
        except BaseException:
            self.close()
            raise
        self.keycodes = range(
            self._xkb.xkb_keymap_min_keycode(self._keymap), self._xkb.xkb_keymap_max_keycode(self._keymap) + 1
        )

    def groups(self) -> int:
        """How many layouts there are."""
        return int(self._xkb.xkb_keymap_num_layouts(self._keymap))

    def keysyms(self, keycode: int, group: int, level: int = 0) -> list[int]:
        """What is on a key."""
        return self._on(self._keymap, keycode, group, level)

    def characters(self, keycode: int, group: int) -> list[str]:
        """What a key writes alone and with Shift; empty where that is no character."""
        return [self._character(self.keysyms(keycode, group % max(1, self.groups()), level)) for level in (0, 1)]

    def latin(self, keycode: int) -> str:
        """What a key writes, in small letters, on the first layout that has a Latin character there; on the American
        one where none has. Shortcuts go by it where the active layout has other letters. Empty: nothing."""
        for group in range(self.groups()):
            if (char := self.characters(keycode, group)[0]).isascii() and char:
                return char
        if self._american is None:
            names = _Names(None, None, b"us", None, None)
            self._american = self._xkb.xkb_keymap_new_from_names(self._context, ctypes.byref(names), 0)
        return self._character(self._on(self._american, keycode, 0, 0)) if self._american else ""

    def written(self, group: int, modifiers: int, held: Sequence[int]) -> Iterator[tuple[int, str]]:
        """(keycode, what it writes) for each key that writes a character while the keys `held` are down.

        modifiers: that are locked, as the core protocol has them. A letter whose case Caps Lock changes although the
        key has no case of its own is left out: programs disagree about it."""
        with self._state(group, modifiers, held) as state:
            lock = self._xkb.xkb_keymap_mod_get_index(self._keymap, b"Lock")
            text = ctypes.create_string_buffer(16)
            for keycode in self.keycodes:
                keysym = self._xkb.xkb_state_key_get_one_sym(state, keycode)
                if any(keysym in some for some in _NO_TEXT):
                    continue
                if self._xkb.xkb_state_key_get_utf8(state, keycode, text, len(text)) < 1:
                    continue
                char = text.value.decode("utf-8", "replace")
                is_left = modifiers & _LOCKED and not self._xkb.xkb_state_mod_index_is_consumed(state, keycode, lock)
                if len(char) == 1 and char.isprintable() and not (is_left and char.lower() != char.upper()):
                    yield keycode, char

    def close(self) -> None:
        """Idempotent."""
        for keymap in (self._keymap, self._american):
            if keymap:
                self._xkb.xkb_keymap_unref(keymap)
        if self._context:
            self._xkb.xkb_context_unref(self._context)
        if self._connection:
            self._xcb.xcb_disconnect(self._connection)
        self._keymap = self._american = self._context = self._connection = None

    def _on(self, keymap: Any, keycode: int, group: int, level: int) -> list[int]:
        found = ctypes.POINTER(ctypes.c_uint32)()
        count = self._xkb.xkb_keymap_key_get_syms_by_level(keymap, keycode, group, level, ctypes.byref(found))
        return [int(found[number]) for number in range(count)]

    def _character(self, keysyms: Sequence[int]) -> str:
        code = self._xkb.xkb_keysym_to_utf32(keysyms[0]) if len(keysyms) == 1 else 0
        return chr(code) if code and chr(code).isprintable() else ""

    @contextmanager
    def _state(self, group: int, modifiers: int, held: Iterable[int]) -> Iterator[Any]:
        state = self._xkb.xkb_state_new(self._keymap)
        try:
            self._xkb.xkb_state_update_mask(state, 0, 0, modifiers, 0, 0, group)
            for keycode in held:
                self._xkb.xkb_state_update_key(state, keycode, _DOWN)
            yield state
        finally:
            self._xkb.xkb_state_unref(state)


def open_keymap(display_name: str | None = None) -> Keymap | None:
    """The layout of now; None where nobody can say it, as on a screen without the XKB extension."""
    try:
        return Keymap(display_name)
    except OSError as error:
        log.info("what the keys write is not known: %s", error)
        return None


def _declared(library: Any) -> Any:
    """Pointers are wider than the numbers that ctypes takes for granted."""
    pointer, number = ctypes.c_void_p, ctypes.c_uint32
    types: dict[str, tuple[Any, list[Any]]] = {
        "xcb_connect": (pointer, [ctypes.c_char_p, pointer]),
        "xcb_connection_has_error": (ctypes.c_int, [pointer]),
        "xcb_disconnect": (None, [pointer]),
        "xkb_context_new": (pointer, [ctypes.c_int]),
        "xkb_context_unref": (None, [pointer]),
        "xkb_keymap_unref": (None, [pointer]),
        "xkb_keymap_min_keycode": (number, [pointer]),
        "xkb_keymap_max_keycode": (number, [pointer]),
        "xkb_keymap_num_layouts": (number, [pointer]),
        "xkb_keymap_mod_get_index": (number, [pointer, ctypes.c_char_p]),
        "xkb_keymap_key_get_syms_by_level": (ctypes.c_int, [pointer, number, number, number, pointer]),
        "xkb_keymap_new_from_names": (pointer, [pointer, pointer, ctypes.c_int]),
        "xkb_keysym_to_utf32": (number, [number]),
        "xkb_state_new": (pointer, [pointer]),
        "xkb_state_unref": (None, [pointer]),
        "xkb_state_update_mask": (ctypes.c_int, [pointer, *[number] * 6]),
        "xkb_state_update_key": (ctypes.c_int, [pointer, number, ctypes.c_int]),
        "xkb_state_key_get_one_sym": (number, [pointer, number]),
        "xkb_state_key_get_utf8": (ctypes.c_int, [pointer, number, ctypes.c_char_p, ctypes.c_size_t]),
        "xkb_state_mod_index_is_consumed": (ctypes.c_int, [pointer, number, number]),
        "xkb_x11_setup_xkb_extension": (
            ctypes.c_int, [pointer, ctypes.c_uint16, ctypes.c_uint16, ctypes.c_int, *[pointer] * 4],
        ),
        "xkb_x11_get_core_keyboard_device_id": (ctypes.c_int32, [pointer]),
        "xkb_x11_keymap_new_from_device": (pointer, [pointer, pointer, ctypes.c_int32, ctypes.c_int]),
    }  # fmt: skip
    for name, (result, arguments) in types.items():
        if (function := getattr(library, name, None)) is not None:
            function.restype, function.argtypes = result, arguments
    return library
