"""The pure parts of typing on X11."""

import struct
from collections.abc import Sequence

from desktop.injector.x11.input import RAW_BUTTON, RAW_KEY, OwnPresses, Press, parse_press
from desktop.injector.x11.layout import Stroke, keycode_of, strokes

XTEST, HAND, SHIFT = 5, 7, 50
LEVEL3 = 108
KEYS: dict[tuple[int, ...], list[tuple[int, str]]] = {
    (): [(10, "1"), (24, "q"), (38, "a")],
    (SHIFT,): [(10, "!"), (24, "Q"), (38, "A"), (40, "1")],
    (LEVEL3,): [(24, "@"), (38, "a"), (LEVEL3, "x")],
    (SHIFT, LEVEL3): [(24, "Ω")],
}


def written(held: Sequence[int]) -> list[tuple[int, str]]:
    return KEYS[tuple(held)]


def test_a_character_is_written_with_as_few_keys_as_possible() -> None:
    table = strokes(written, SHIFT, LEVEL3)
    assert table["1"] == Stroke(10)
    assert table["!"] == Stroke(10, (SHIFT,))
    assert table["a"] == Stroke(38)
    assert table["@"] == Stroke(24, (LEVEL3,))
    assert table["Ω"] == Stroke(24, (SHIFT, LEVEL3))
    assert "x" not in table  # its key is the one that is held


def test_without_the_third_level_key_its_characters_go_another_way() -> None:
    assert set(strokes(written, SHIFT, None)) == set("1qa!QA")
    assert set(strokes(written, None, None)) == set("1qa")


def test_keys_that_write_nothing_are_found_in_any_group() -> None:
    assert keycode_of({55: (ord("м"), 0, ord("v"), ord("V"))}, ord("v")) == 55
    assert keycode_of({55: (ord("v"),)}, 0xFFFF) is None


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
