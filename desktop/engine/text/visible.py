"""Names from outside (of files, devices, models, settings) as they can be shown: nothing in them steers a terminal or
turns the direction of the text around. Pure."""

import unicodedata

_HIDDEN = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's classes of control characters, halves of characters (a name that is not UTF-8), line and paragraph ends"""
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """The same text with what cannot be shown written as Python would (\\x1b, \\udce9), and spaces for line ends."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(one: str) -> str:
    if one in "\n\r\t":
        return " "
    if one in _TURNING or unicodedata.category(one) in _HIDDEN:
        return one.encode("unicode_escape").decode("ascii")
    return one
