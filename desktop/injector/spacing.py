"""Spacing and capitals where utterances meet, and which characters may be typed at all. Pure."""

import re
import unicodedata

from desktop.engine.text.languages import writes_spaces
from desktop.engine.text.orthography import begins_sentence, capitalised, continued
from desktop.engine.text.punctuation import CLOSING, OPENING

_LINE_ENDS = re.compile(r"[\n\r\v\f\u0085\u2028\u2029]")
_NO_WORD = re.compile(r"[\W_]*(?:\d+[.)]\s*)?")
"""the number of an item in a list is none either"""
_GLUE = frozenset("-/_@#")
"""join two words, where no space stands before them"""
_CLITIC = re.compile(r"(?:['’](?:s|d|m|t|re|ve|ll)|n['’]t)\b", re.IGNORECASE)
_FRENCH_SPACED = frozenset("?!;:»")
_NO_BREAK_SPACE = "\u00a0"


def clean(text: str) -> str:
    """`text` without anything that acts instead of being written: line breaks and tabs become spaces, other control
    characters, marks that reverse the direction of writing and broken code points vanish."""
    result = []
    for char in text:
        kind = unicodedata.category(char)
        if char in "\t\n\r\v\f" or kind in ("Zl", "Zp"):
            result.append(" ")
        elif kind in ("Cc", "Cs", "Cn") or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069":
            continue
        else:
            result.append(char)
    return re.sub(r" {2,}", " ", "".join(result))


def standing(read: str) -> str:
    """Of the text that stands before the caret in a field, what decides how it goes on: the caret's own line, and
    nothing of it where no word stands there yet, but a bullet, a number of a list or a quotation mark."""
    line = _LINE_ENDS.split(read)[-1]
    return "" if _NO_WORD.fullmatch(line) else line


def _is_unspaced(char: str) -> bool:
    """Han, kana and the punctuation that goes with them."""
    code = ord(char)
    return 0x2E80 <= code <= 0x312F or 0x31F0 <= code <= 0xA4CF or 0xF900 <= code <= 0xFAFF or 0xFF01 <= code <= 0xFF65


def _straight_quote_is_open(before: str) -> bool:
    return before.count('"') % 2 == 1


def separator(before: str, text: str, language: str) -> str:
    """What goes between `before`, which stands before the caret, and the `text` that follows it."""
    if not before or not text or before[-1].isspace() or text[0].isspace():
        return ""
    last, first = before[-1], text[0]
    if language == "fr" and (first in _FRENCH_SPACED or last == "«") and not _is_unspaced(first):
        return _NO_BREAK_SPACE
    if first in CLOSING or last in OPENING or _CLITIC.match(text):
        return ""
    if last in _GLUE and len(before) > 1 and not before[-2].isspace():
        return ""
    if '"' in (first, last) and _straight_quote_is_open(before):
        return ""  # closes the quotation, or is its first word
    if _is_unspaced(last) or _is_unspaced(first):
        return ""
    if not writes_spaces(language) and not (last.isascii() and first.isascii()):
        return ""
    return " "


def join(before: str, text: str, language: str) -> str:
    """`text` as it is typed after `before`.

    before: the last characters that stand at this place, empty if unknown.
    """
    text = text.strip()
    if not text:
        return ""
    text = capitalised(text, language) if begins_sentence(before, language) else continued(text, language)
    return separator(before, text, language) + text


def trailing(text: str, language: str) -> str:
    """The space that ends an utterance, if the language has one."""
    if not text or text[-1].isspace() or not writes_spaces(language) or _is_unspaced(text[-1]):
        return ""
    return " "
