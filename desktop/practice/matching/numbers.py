"""Numbers as they are read out. Pure; num2words knows the languages, and is imported when the first number comes."""

import functools
import re
import unicodedata
from collections.abc import Callable

from desktop.engine.text.languages import base_language

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f'’]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:([.,\u00a0\u202f'’])\d{3})(?:\1\d{3})*")
_ORDINAL_ENDS = {
    "en": ("st", "nd", "rd", "th"),
    "fr": ("er", "re", "ère", "e", "ème", "eme"),
    "es": ("º", "ª", "o", "a"),
    "it": ("º", "ª", "°"),
    "pt": ("º", "ª"),
}
"""written behind the digits of an ordinal number"""
_SIGNS = {
    "en": {"%": "percent", "$": "dollars", "€": "euros", "£": "pounds"},
    "es": {"%": "por ciento", "$": "dólares", "€": "euros", "£": "libras"},
    "fr": {"%": "pour cent", "$": "dollars", "€": "euros", "£": "livres"},
    "it": {"%": "per cento", "$": "dollari", "€": "euro", "£": "sterline"},
    "de": {"%": "Prozent", "$": "Dollar", "€": "Euro", "£": "Pfund"},
    "pt": {"%": "por cento", "$": "dólares", "€": "euros", "£": "libras"},
    "ru": {"%": "процентов", "$": "долларов", "€": "евро", "£": "фунтов"},
}
"""read out behind their number, wherever they stand"""
_LONGEST = 15
"""digits; longer ones are read one by one"""
_YEARS = (range(1100, 2000), range(2010, 2100))
"""read in two halves in English"""


def read_out(word: str, language: str) -> str:
    """The word with its numbers in words ("21st!" is "twenty-first!"); as it is where it has none, or num2words does
    not know the language."""
    if not any(character.isdecimal() for character in word):
        return word
    signs = _SIGNS.get(base_language(language), {})
    behind = " ".join(name for sign, name in signs.items() if sign in word)
    for sign in signs:
        word = word.replace(sign, " ")
    spoken = _NUMBER.sub(lambda match: f" {_spoken(match, language)} ", word)
    for end in _ORDINAL_ENDS.get(base_language(language), ()):
        spoken = spoken.replace(f"{_ORDINAL} {end}", " ")
    return " ".join(f"{spoken} {behind}".replace(_ORDINAL, " ").split())


def readings(word: str, language: str) -> tuple[str, ...]:
    """Other ways to read a word that is a number and nothing else: as a count, as a year, without "and", digit by
    digit. Empty for any other word."""
    marks = "".join(one for one in word if unicodedata.category(one)[0] == "P")
    found = _NUMBER.fullmatch(word.strip(marks))
    if found is None:
        return ()
    digits = found.group()
    number = _value(digits)
    ways = [_words(number, language), " ".join(_words(int(one), language) for one in digits if one.isdecimal())]
    if base_language(language) == "en":
        ways += [way.replace(" and ", " ") for way in ways]
        if digits.isdecimal() and len(digits) == 4:
            ways.append(_words(number, language, "year"))
    return tuple(dict.fromkeys(way for way in ways if way))


_ORDINAL = "\x00"
"""stands behind an ordinal number until its ending is taken off"""


def _spoken(match: re.Match[str], language: str) -> str:
    digits = match.group()
    ends = _ORDINAL_ENDS.get(base_language(language), ())
    after = re.match(r"[^\W\d_]*[º°ª]?", match.string[match.end() :])
    if after is not None and after.group().casefold() in ends and digits.isdecimal():
        ordinal = _words(int(digits), language, "ordinal")
        return f"{ordinal}{_ORDINAL}" if ordinal else digits
    number = _value(digits)
    is_year = base_language(language) == "en" and digits.isdecimal() and any(number in years for years in _YEARS)
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0" and digits.isdecimal()):
        return " ".join(_words(int(one), language) or one for one in digits if one.isdecimal())
    return _words(number, language, "year" if is_year else "cardinal") or digits


def _value(digits: str) -> int | float:
    """1.000 and 1,000 are a thousand, 1.5 and 1,5 one and a half."""
    plain = re.sub(r"[.,\u00a0\u202f'’]", "", digits)
    if digits.isdecimal() or _GROUPED.fullmatch(digits):
        return int(plain)
    whole, _, part = re.sub(r"[^\d]", ".", digits).rpartition(".")
    return float(f"{whole.replace('.', '')}.{part}")


def _words(number: int | float, language: str, way: str = "cardinal") -> str:
    """Empty where the language, or the way, is not known to num2words."""
    return _cached(number, base_language(language), way)


@functools.lru_cache(maxsize=4096)
def _cached(number: int | float, language: str, way: str) -> str:
    from num2words import CONVERTER_CLASSES, num2words

    if language not in CONVERTER_CLASSES:
        return ""
    spell: Callable[..., str] = num2words
    try:
        return str(spell(number, lang=language, to=way))
    except (NotImplementedError, OverflowError, KeyError, IndexError, ValueError, TypeError, AttributeError):
        return ""  # what its converters raise for what they cannot say
