"""Which key, with which modifiers, writes which character on the current keyboard layout. Pure.

The table is the core protocol's: for each keycode up to ten keysyms, of which (0, 1, 4, 5) are the four levels of the
first group and (2, 3, 6, 7) those of the second (the X Keyboard Extension's mapping onto the core protocol).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEVEL3_SHIFT = 0xFE03
_LEVELS = ((0, 1, 4, 5), (2, 3, 6, 7))


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key with its modifiers."""

    keycode: int
    shift: bool
    level3: bool
    follows_caps_lock: bool
    """with Caps Lock on, Shift acts the other way round"""


def character_of(keysym: int) -> str:
    """The character that a keysym writes; empty for dead keys, function keys and all that write nothing by code."""
    if 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF:
        return chr(keysym)
    if 0x01000100 <= keysym <= 0x0110FFFF:
        return chr(keysym - 0x01000000)
    return ""


def strokes(rows: Mapping[int, Sequence[int]], group: int) -> dict[str, Stroke]:
    """Character -> how to write it, in the active group (0 or 1; beyond that nothing is known).

    rows: keycode -> its keysyms.
    """
    if group not in (0, 1):
        return {}
    columns = _LEVELS[group]
    has_level3 = any(keysym == LEVEL3_SHIFT for row in rows.values() for keysym in row)
    table: dict[str, Stroke] = {}
    for level, column in enumerate(columns):
        if level >= 2 and not has_level3:
            break
        for keycode, row in sorted(rows.items()):
            if column >= len(row):
                continue
            char = character_of(row[column])
            if char and char not in table:
                lower, upper = (character_of(row[index]) for index in columns[:2])
                cased = lower != upper and lower.upper() == upper
                if level >= 2 and cased and char.isalpha():
                    continue  # what Caps Lock does at these levels differs from layout to layout
                table[char] = Stroke(keycode, level in (1, 3), level >= 2, cased and level < 2)
    return table


def keycode_of(rows: Mapping[int, Sequence[int]], keysym: int) -> int | None:
    """The first key that has a keysym in any group: shortcuts work by it even where the letters are others."""
    for column in range(10):
        for keycode, row in sorted(rows.items()):
            if column < len(row) and row[column] == keysym:
                return keycode
    return None
