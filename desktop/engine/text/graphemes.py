"""What a reader takes for single characters, how wide they are, and where a line may end between them. Pure."""

import unicodedata

from desktop.engine.text.punctuation import CLOSERS, CLOSING, OPENING

_THAI_BEHIND = "\u0e2f\u0e30\u0e32\u0e45\u0e46\u0eaf\u0eb0\u0eb2\u0ec6"
"""vowels and marks of Thai and Lao that stand behind the consonant of their syllable"""
_THAI_BEFORE = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"
"""vowels that stand before it"""
NO_LINE_BEGINS_WITH = frozenset(CLOSING + CLOSERS + "・ー々ゝぁぃぅぇぉっゃゅょァィゥェォッャュョ" + _THAI_BEHIND)
"""closing marks; in Japanese, Thai and Lao some letters, too"""
NO_LINE_ENDS_WITH = frozenset(OPENING + _THAI_BEFORE)


def writes_no_spaces(character: str) -> bool:
    """Whether a character is of a script that puts no spaces between words (Chinese, Japanese, Thai, Khmer …)."""
    code = ord(character)
    return (
        0x2E80 <= code <= 0x312F
        or 0x31A0 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
        or 0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F
        or 0x1780 <= code <= 0x17FF
    )


def extends(character: str) -> bool:
    """Whether it is written into the character before it: marks, vowels of Thai and Lao, joiners, shades of skin."""
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in "\u200d\ufe0f\ufe0e\u0e33\u0eb3"
        or 0x1F3FB <= ord(character) <= 0x1F3FF
    )


def clusters(text: str) -> list[str]:
    """What a reader takes for single characters: marks, joined emoji and flags stay whole (after UAX #29)."""
    found: list[str] = []
    flags = 0
    for character in text:
        is_flag = 0x1F1E6 <= ord(character) <= 0x1F1FF
        flags = flags + 1 if is_flag else 0
        goes_on = extends(character) or (is_flag and flags % 2 == 0)
        if found and (goes_on or found[-1].endswith("\u200d")):
            found[-1] += character
        else:
            found.append(character)
    return found


def columns(text: str) -> int:
    """How many columns a text takes where wide characters (Han, kana, Hangul, emoji) take two, and marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(cluster) for cluster in clusters(text))


def _columns(cluster: str) -> int:
    return 2 if any(unicodedata.east_asian_width(character) in "WF" for character in cluster) else 1


def unbroken(word: str) -> list[str]:
    """A word as a whole, or, of a script without spaces, its characters with their punctuation: a line may end between
    two of them."""
    parts: list[str] = []
    for cluster in clusters(word):
        if parts and (
            cluster[0] in NO_LINE_BEGINS_WITH
            or all(character in NO_LINE_ENDS_WITH for character in parts[-1])
            or not (writes_no_spaces(cluster[0]) or writes_no_spaces(parts[-1][-1]))
        ):
            parts[-1] += cluster
        else:
            parts.append(cluster)
    return parts


def belongs_to(before: str, text: str) -> bool:
    """Whether nothing may come between two pieces that meet without a space: a character that goes on, or a mark."""
    if not before or not text or before[-1].isspace() or text[0].isspace():
        return False
    return len(clusters(before[-1] + text[0])) == 1 or text[0] in NO_LINE_BEGINS_WITH or before[-1] in NO_LINE_ENDS_WITH


def breaks(text: str) -> list[int]:
    """The indices at which a text of a script without spaces may be cut: behind each character with its marks and the
    spaces after it; the last one is the end."""
    ends = []
    position = 0
    for cluster in clusters(text):
        position += len(cluster)
        ends.append(position)
    return [end for end in ends[:-1] if not text[end].isspace() and not belongs_to(text[end - 1], text[end])] + ends[
        -1:
    ]
