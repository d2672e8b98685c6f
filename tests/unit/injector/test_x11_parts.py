"""The pure parts of typing on X11."""

import struct

from desktop.injector.x11.input import RAW_BUTTON, RAW_KEY, OwnPresses, Press, parse_press
from desktop.injector.x11.layout import LEVEL3_SHIFT, Stroke, character_of, keycode_of, strokes

XTEST, HAND, SHIFT = 5, 7, 50
ROWS = {
    10: (ord("1"), ord("!")),
    24: (ord("q"), ord("Q"), ord("й"), 0, ord("@"), 0),
    38: (ord("a"), ord("A"), 0x6C6, 0x6E6, 0, 0),
    47: (0xF1, 0xD1, ord(";"), ord(":")),
    48: (0xFE51, 0xFE57),
    108: (LEVEL3_SHIFT, 0),
}


def test_keys_of_the_active_group() -> None:
    first = strokes(ROWS, 0)
    assert first["1"] == Stroke(10, False, False, False)
    assert first["!"] == Stroke(10, True, False, False)
    assert first["A"] == Stroke(38, True, False, True)
    assert first["@"] == Stroke(24, False, True, False)
    assert first["ñ"] == Stroke(47, False, False, True)
    assert "´" not in first  # a dead key writes nothing by itself
    second = strokes(ROWS, 1)
    assert second[";"].keycode == 47
    assert "a" not in second
    assert strokes(ROWS, 2) == {}


def test_without_the_third_level_key_its_characters_go_another_way() -> None:
    assert "@" not in strokes({code: row for code, row in ROWS.items() if code != 108}, 0)


def test_shortcuts_find_their_letter_in_any_group() -> None:
    assert keycode_of({55: (ord("м"), 0, ord("v"), ord("V"))}, ord("v")) == 55
    assert keycode_of(ROWS, 0xFFFF) is None


def test_characters_of_keysyms() -> None:
    assert character_of(0x010020AC) == "€"
    assert character_of(0xFF08) == ""


def echo() -> OwnPresses:
    return OwnPresses(frozenset({4, XTEST}), frozenset({SHIFT}))


def test_parleys_own_presses_come_back_in_order() -> None:
    heard = echo()
    for key in (SHIFT, 38, 24):
        heard.sent(key)
    assert not any(heard.is_user(Press(RAW_KEY, key, XTEST)) for key in (SHIFT, 38, 24))
    assert heard.is_quiet


def test_a_hand_is_told_from_parley_even_on_the_same_key() -> None:
    heard = echo()
    heard.sent(38)
    assert heard.is_user(Press(RAW_KEY, 38, HAND))
    assert not heard.is_user(Press(RAW_KEY, 38, XTEST))


def test_another_program_that_types_counts_as_the_user() -> None:
    heard = echo()
    heard.sent(38)
    assert heard.is_user(Press(RAW_KEY, 24, XTEST))
    assert not heard.is_user(Press(RAW_KEY, 38, XTEST))
    assert heard.is_user(Press(RAW_KEY, 38, XTEST))


def test_a_modifier_or_the_wheel_moves_no_caret() -> None:
    assert not echo().is_user(Press(RAW_KEY, SHIFT, HAND))
    assert not echo().is_user(Press(RAW_BUTTON, 5, HAND))
    assert echo().is_user(Press(RAW_BUTTON, 1, HAND))
    assert echo().is_user(Press(RAW_BUTTON, 1, XTEST))


def test_a_raw_event_is_read() -> None:
    data = struct.pack("<HIIHHI", 3, 1234, 38, 7, 0, 0) + bytes(8)
    assert parse_press(RAW_KEY, data) == Press(RAW_KEY, 38, 7)
