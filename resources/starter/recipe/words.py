"""The phrasebook's words, read from data/phrasebook.txt, and numbers and hours spelled out in both languages."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"


class Noun(NamedTuple):
    """A countable noun; `gender` is that of the Spanish word, "m" or "f"."""

    english: str
    spanish: str
    gender: str


class Adjective(NamedTuple):
    english: str
    masculine: str
    feminine: str


class Verb(NamedTuple):
    """`i_past` and `they` are the Spanish forms for "I did" and "they do"."""

    english: str
    infinitive: str
    i_present: str
    english_past: str
    i_past: str
    they: str


class Term(NamedTuple):
    """Words that are the same in every sentence: cities, days, times."""

    english: str
    spanish: str


class Person(NamedTuple):
    english: str
    spanish: str
    number: str

    @property
    def plural(self) -> bool:
        return self.number == "plural"


def _sections() -> dict[str, list[list[str]]]:
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in (DATA / "phrasebook.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = sections.setdefault(line[1 : line.index("]")], [])
        elif line and not line.startswith("#"):
            rows.append(line.split(" | "))
    return sections


_SECTIONS = _sections()


def _number_words(section: str) -> list[str]:
    return _SECTIONS[section][0][0].split()


PLACES = [Noun(*row) for row in _SECTIONS["places"]]
THINGS = [Noun(*row) for row in _SECTIONS["things"]]
FOOD = [Noun(*row) for row in _SECTIONS["food"]]
ADJECTIVES = [Adjective(*row) for row in _SECTIONS["adjectives"]]
VERBS = [Verb(*row) for row in _SECTIONS["verbs"]]
CITIES = [Term(*row) for row in _SECTIONS["cities"]]
DAYS = [Term(*row) for row in _SECTIONS["days"]]
MONTHS = [Term(*row) for row in _SECTIONS["months"]]
PEOPLE = [Person(*row) for row in _SECTIONS["people"]]
WEATHER = [Term(*row) for row in _SECTIONS["weather"]]
TIMES = [Term(*row) for row in _SECTIONS["times"]]
STOCK_PHRASES = [(english, spanish) for english, spanish in _SECTIONS["stock phrases"]]

UNITS_EN = _number_words("English units")
_TENS_EN = _number_words("English tens")
_UNITS_ES = _number_words("Spanish units")
_TENS_ES = _number_words("Spanish tens")
_HUNDREDS_ES = _number_words("Spanish hundreds")


def _joined(head: str, rest: int, between: str, spell) -> str:
    return head + (between + spell(rest) if rest else "")


def number_en(n: int) -> str:
    """`n` (0 to 9,999) in English words."""
    if n < 20:
        return UNITS_EN[n]
    if n < 100:
        return _joined(_TENS_EN[n // 10], n % 10, "-", number_en)
    if n < 1000:
        return _joined(UNITS_EN[n // 100] + " hundred", n % 100, " ", number_en)
    return _joined(number_en(n // 1000) + " thousand", n % 1000, " ", number_en)


def number_es(n: int) -> str:
    """`n` (0 to 9,999) in Spanish words, standing alone."""
    if n < 30:
        return _UNITS_ES[n]
    if n < 100:
        return _joined(_TENS_ES[n // 10], n % 10, " y ", number_es)
    if n == 100:
        return "cien"
    if n < 1000:
        return _joined(_HUNDREDS_ES[n // 100], n % 100, " ", number_es)
    return _joined("mil" if n < 2000 else number_es(n // 1000) + " mil", n % 1000, " ", number_es)


def amount_es(n: int) -> str:
    """`n` before a masculine noun: "veintiún dólares", not "veintiuno"."""
    words = number_es(n)
    if words.endswith("veintiuno"):
        return words[:-3] + "ún"
    return words[:-1] if words.endswith("uno") else words


def hour(r: random.Random) -> Term:
    """A time of day: "half past two", "las dos y media"."""
    at = r.randint(1, 12)
    minutes = r.choice([0, 0, 0, 15, 30, 30, 45, 10, 20])
    spanish = "la una" if at == 1 else "las " + number_es(at)
    if minutes == 0:
        return Term(number_en(at) + " o'clock", spanish + " en punto")
    if minutes == 30:
        return Term("half past " + number_en(at), spanish + " y media")
    if minutes == 15:
        return Term("a quarter past " + number_en(at), spanish + " y cuarto")
    return Term(f"{number_en(at)} {number_en(minutes)}", f"{spanish} y {number_es(minutes)}")
