"""Which key, with which ones held down, writes which character. Pure.

What a key writes is asked of whoever knows (`keymap`); here is decided which of several ways is taken.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

LEVEL3_SHIFT = 0xFE03


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key, and those that are pressed before it and let go after it."""

    keycode: int
    held: tuple[int, ...] = ()


Written = Callable[[Sequence[int]], Iterable[tuple[int, str]]]
"""(keycode, character) of each key that writes one while those keys are held"""


def strokes(written: Written, shift: int | None, level3: int | None) -> dict[str, Stroke]:
    """Character -> how to write it, with as few keys as possible. shift, level3: keycodes; None: there is none."""
    ways: list[tuple[int, ...]] = [()]
    if shift is not None:
        ways.append((shift,))
    if level3 is not None:
        ways += [(*way, level3) for way in list(ways)]
    table: dict[str, Stroke] = {}
    for held in ways:
        for keycode, char in written(held):
            if keycode not in held:
                table.setdefault(char, Stroke(keycode, held))
    return table


def keycode_of(rows: Mapping[int, Sequence[int]], keysym: int) -> int | None:
    """The first key that has a keysym in any group: keys that write nothing are the same in all of them.

    rows: keycode -> its keysyms, as the core protocol has them."""
    for column in range(10):
        for keycode, row in sorted(rows.items()):
            if column < len(row) and row[column] == keysym:
                return keycode
    return None
