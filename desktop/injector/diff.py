"""The smallest edit from what Parley typed to what should be there. Pure.

A Backspace deletes one character as the user sees it, except that editors disagree about characters that are made
of several code points: Qt deletes the last code point, GTK the whole character or its last mark, depending on the
script. So Parley only ever deletes characters about which all agree, `is_certain`, and does not type words that may
still change if they hold any other (`revisable`).
"""

import unicodedata
from dataclasses import dataclass

_JOINERS = "\u200d\u200c"
_SPACING = "\u0e33\u0eb3"
"""Thai and Lao vowels that are letters by category and yet part of the character before them"""
_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF))


@dataclass(frozen=True, slots=True)
class Edit:
    """Backspaces, then text."""

    delete: int
    """characters before the caret, as `characters` counts them"""
    insert: str


def _extends(char: str) -> bool:
    """The code point belongs to the character before it."""
    code = ord(char)
    return (
        unicodedata.category(char)[0] == "M"
        or char in _JOINERS
        or char in _SPACING
        or 0x1F3FB <= code <= 0x1F3FF  # skin tones
        or 0xE0020 <= code <= 0xE007F  # tags of regional flags
    )


def _is_flag_half(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _is_jamo(char: str) -> bool:
    return any(low <= ord(char) <= high for low, high in _JAMO)


def characters(text: str) -> list[str]:
    """`text` split into characters as the user sees them; joins rather more than Unicode's annex 29 where in doubt."""
    found: list[str] = []
    for char in text:
        if found:
            last = found[-1]
            halves = _is_flag_half(char) and len(last) == 1 and _is_flag_half(last)
            if _extends(char) or last[-1] == "\u200d" or halves or (_is_jamo(char) and _is_jamo(last[-1])):
                found[-1] += char
                continue
        found.append(char)
    return found


def is_certain(character: str) -> bool:
    """Every editor deletes this character with exactly one Backspace."""
    return (
        len(character) == 1
        and ord(character) <= 0xFFFF
        and not _extends(character)
        and not _is_jamo(character)
        and unicodedata.category(character) not in ("Cf", "Cc", "Cs", "Co", "Cn")
    )


def revisable(text: str, settled: int) -> str:
    """The longest beginning of `text` that may be typed although all after `settled` code points may still change."""
    position = 0
    for character in characters(text):
        if position + len(character) > settled and not is_certain(character):
            return text[: max(position, settled)]
        position += len(character)
    return text


def edit(typed: str, wanted: str) -> Edit:
    """The edit that turns `typed` into `wanted`; never deletes more than `typed`."""
    before, after = characters(typed), characters(wanted)
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    return Edit(len(before) - same, "".join(after[same:]))


def apply(text: str, change: Edit) -> str:
    """What `text` is after the edit."""
    kept = characters(text)
    return "".join(kept[: len(kept) - change.delete]) + change.insert


def can_undo(typed: str, count: int) -> bool:
    """The last `count` characters of `typed` can be deleted with as many Backspaces."""
    found = characters(typed)
    return count <= len(found) and all(is_certain(character) for character in found[len(found) - count :])
