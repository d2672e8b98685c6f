"""Bytes of a text file as text: Unicode, else what was usual for the language before. Pure; any thread."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EARLIER = {
    "windows-1250": ("cs", "pl", "sk", "hu", "sl", "hr", "bs", "ro"),
    "windows-1251": ("ru", "uk", "bg", "be", "mk", "sr"),
    "windows-1253": ("el",),
    "windows-1254": ("tr", "az"),
    "windows-1255": ("he", "yi"),
    "windows-1256": ("ar", "fa", "ur"),
    "windows-1257": ("lt", "lv", "et"),
    "windows-1258": ("vi",),
    "cp874": ("th",),
    "shift_jis": ("ja",),
    "gb18030": ("zh", "yue"),
    "cp949": ("ko",),
}
"""What Windows wrote for a language before it wrote Unicode; windows-1252 for all others."""
_ODD = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_ODD = 0.01
"""share of control characters that a text may have"""


def decoded(content: bytes, language: str = "") -> tuple[str, str]:
    """(text, encoding), where an empty encoding is Unicode. language: of the text, as ISO 639 code, decides what bytes
    mean that are no Unicode. Raises ValueError if it is no text."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _text(content[len(mark) :].decode(name, "replace")), ""
    try:
        if b"\0" not in content:
            return _text(content.decode("utf-8")), ""
    except UnicodeDecodeError:
        name = next((one for one, languages in _EARLIER.items() if language in languages), "windows-1252")
        return _text(content.decode(name, "replace")), name
    return _text(content.decode(_unmarked(content), "replace")), ""


def _unmarked(content: bytes) -> str:
    """Which UTF-16 it is: most texts have ASCII spaces and line ends, whose other byte is 0. Raises ValueError."""
    first, second = content[0::2].count(0), content[1::2].count(0)
    if len(content) % 2 or max(first, second) < 4 * min(first, second) or not first + second:
        raise ValueError("bytes without meaning as text")
    return "utf-16-be" if first > second else "utf-16-le"


def _text(text: str) -> str:
    """Raises ValueError."""
    odd = len(_ODD.findall(text)) + text.count("\ufffd")
    if odd > _MOST_ODD * len(text) + 1:
        raise ValueError("too many control characters")
    return text
