"""Languages: codes, names, and how their words are joined. Pure; any thread.

The codes are those of Whisper (ISO 639, two letters where there are two). Names are those of Unicode's
CLDR (`language_names`).
"""

import difflib
import functools
import re
from collections.abc import Sequence

from desktop.engine.errors import LanguageUnknown
from desktop.engine.text.compare import folded
from desktop.engine.text.language_names import NAMES, WRITTEN_ONLY

_CODES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id "
    "is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd "
    "si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh"
)
CODES: tuple[str, ...] = tuple(_CODES.split())
"""Every language that Whisper knows."""

# Another code where common use has one.
_ALIASES = {
    "jv": "jw",
    "fil": "tl",
    "nb": "no",
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "mo": "ro",
    "cmn": "zh",
    "castilian": "es",
    "mandarin": "zh",
    "flemish": "nl",
    "tagalog": "tl",
    "farsi": "fa",
    "haitian": "ht",
    "moldavian": "ro",
    "moldovan": "ro",
    "valencian": "ca",
    "sinhalese": "si",
    "panjabi": "pa",
    "pushto": "ps",
    "myanmar": "my",
}
# Of the languages that are only written: Argos's codes, and what people say.
_WRITTEN_ALIASES = {
    "pb": "pt-BR",
    "pt-br": "pt-BR",
    "pt_br": "pt-BR",
    "portuguese (brazil)": "pt-BR",
    "zt": "zh-Hant",
    "zh-hant": "zh-Hant",
    "zh_hant": "zh-Hant",
    "zh-tw": "zh-Hant",
    "zh_tw": "zh-Hant",
    "chinese (traditional)": "zh-Hant",
}
_TAG = re.compile(r"^([a-z]{2,3})[-_].*$")  # en-us, zh_hant_tw
_WITHOUT_SPACES = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km", "bo"})


def language_name(code: str) -> str:
    """Name in English ("Spanish"), for a code of `CODES` or a language that is only written; any other text is returned
    as it is."""
    return _named(code)[0]


def native_name(code: str) -> str:
    """Name in the language itself ("español"); the English one where CLDR has none."""
    return _named(code)[1]


def _named(code: str) -> tuple[str, str]:
    return NAMES.get(code) or WRITTEN_ONLY.get(code) or (code, code)


def base_language(code: str) -> str:
    """The code of `CODES` that the language is a variant of ("pt" of "pt-BR"), else itself."""
    return code.partition("-")[0]


def check_target(text: str) -> str:
    """As `check_language`, for what may be translated into: also languages that nobody hears, as "eo", "Irish", "pt-BR"
    (Argos's "pb"), "zh-Hant" (Argos's "zt")."""
    wanted = " ".join(text.split()).casefold()
    if wanted in _WRITTEN_ALIASES:
        return _WRITTEN_ALIASES[wanted]
    for code, names in WRITTEN_ONLY.items():
        if wanted in (code.casefold(), *(name.casefold() for name in names)):
            return code
    return check_language(text)


def package_language(text: str) -> str:
    """The language that a package or a catalogue means: `check_target` for Argos's own codes and ours, else
    `check_language`, so that a voice of pt_BR speaks Portuguese."""
    is_own = text in WRITTEN_ONLY or text in ("pb", "zt")
    return check_target(text) if is_own else check_language(text)


def check_language(text: str) -> str:
    """The code that a user means by "en", "en-US", "pt_BR", "Spanish", "español" or "espanol".
    Raises LanguageUnknown, naming the closest languages."""
    wanted = _folded(text)
    # Codes and tags first: they need no names, whose loading takes a moment.
    for candidate in (wanted, _TAG.sub(r"\1", wanted)):
        if candidate in CODES:
            return candidate
        if candidate in _ALIASES:
            return _ALIASES[candidate]
    if wanted in _names():
        return _names()[wanted]
    shown = " ".join(text.split())
    if not shown:
        raise LanguageUnknown("no-language")
    if len(shown) > 40:
        shown = shown[:40] + "…"
    close = difflib.get_close_matches(wanted[:40], _names(), n=3, cutoff=0.7)
    codes = list(dict.fromkeys(_names()[name] for name in close))
    if codes:
        raise LanguageUnknown("language-unknown-like", name=shown, close=tuple(codes))
    raise LanguageUnknown("language-unknown", name=shown)


def writes_spaces(code: str) -> bool:
    """Whether the language puts spaces between words."""
    return base_language(code) not in _WITHOUT_SPACES


def join_words(left: str, right: str, code: str) -> str:
    """Two pieces of text as one: a space between them unless the language writes none. Then there is one where a piece
    brings it, as in Thai between sentences, but not between two Han characters or kana; and one where the pieces meet
    in letters or digits of a script that has spaces."""
    has_space = left[-1:].isspace() or right[:1].isspace()
    left, right = left.rstrip(), right.lstrip()
    if not left or not right:
        return left + right
    if writes_spaces(code) or (is_spaced_letter(left[-1]) and is_spaced_letter(right[0])):
        return f"{left} {right}"
    return f"{left} {right}" if has_space and not (_is_han(left[-1]) and _is_han(right[0])) else left + right


def listed(words: Sequence[str]) -> str:
    """ "a, b and c": in the sentences that users read."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def is_spaced_letter(character: str) -> bool:
    """Whether it is a letter or digit of a script that has spaces: Latin, Cyrillic, Arabic and others before Thai."""
    return ord(character) < 0x0E00 and character.isalnum()


def _is_han(character: str) -> bool:
    """Whether it is of Chinese or Japanese, marks included."""
    return 0x2E80 <= ord(character) <= 0xA4CF or 0xF900 <= ord(character) <= 0xFAFF or ord(character) >= 0xFF00


def _folded(text: str) -> str:
    """Without case, accents and surplus spaces, so that "Espanol" finds español."""
    return " ".join(folded(text, accents=False).split())


@functools.cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for code in CODES:
        for name in (language_name(code), native_name(code)):
            names.setdefault(_folded(name), code)
    return names
