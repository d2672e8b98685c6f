"""Words as they are compared with what was heard: tokens without case, punctuation and marks that nobody hears. Pure.

A word may be several tokens ("forty-five", "21"). In languages without spaces each character is one.
"""

import functools
import unicodedata

from desktop.engine.text.compare import folded, normalized_words
from desktop.engine.text.graphemes import clusters, writes_no_spaces
from desktop.engine.text.languages import base_language, writes_spaces
from desktop.practice.matching.numbers import read_out, readings

_ACCENTS_COUNT = frozenset({"vi", "yo"})
"""languages whose accents are tones, so that they can be heard"""
_ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ps", "sd"})
_TATWEEL = "\u0640"
_DAGGER_ALEF = "\u0670"
_ARABIC = str.maketrans(
    {
        "\u0671": "\u0627",  # alef wasla
        "\u0649": "\u064a",  # alef maqsura: yeh
        "\u06cc": "\u064a",  # Persian yeh
        "\u06a9": "\u0643",  # keheh: kaf
        "\u0629": "\u0647",  # teh marbuta: heh
        _TATWEEL: None,
        "\u0621": None,  # hamza on the line
    }
)
"""letters that are written in one way or the other"""


@functools.lru_cache(maxsize=65_536)
def tokens_of(word: str, language: str) -> tuple[str, ...]:
    """The tokens of a word, or of several with spaces between them, numbers read out; none where nothing of it is
    spoken."""
    return _tokens(read_out(word, language), language)


@functools.lru_cache(maxsize=16_384)
def forms_of(token: str, word: str, language: str) -> tuple[str, ...]:
    """All spellings of a token of the word that are the same to the ear, itself first: a long vowel that the Arabic of
    the Quran writes as a small alef may be a letter elsewhere, or none."""
    if base_language(language) not in _ARABIC_SCRIPT or _DAGGER_ALEF not in word:
        return (token,)
    spelt = [word.replace(_DAGGER_ALEF, "\u0627")]
    for letter in "\u0648\u064a\u0649":  # waw, yeh, alef maqsura that carry it
        spelt.append(word.replace(letter + _DAGGER_ALEF, "\u0627").replace(_DAGGER_ALEF, "\u0627"))
        spelt.append(word.replace(letter + _DAGGER_ALEF, "\u0627").replace(_DAGGER_ALEF, ""))
    others = [one for way in spelt if len(one := _tokens(way, language)) == 1]
    return tuple(dict.fromkeys((token, *(one[0] for one in others))))


@functools.lru_cache(maxsize=16_384)
def readings_of(word: str, language: str) -> frozenset[str]:
    """All ways to say a word that is a number, each as its tokens written together; empty for other words."""
    return frozenset("".join(_tokens(way, language)) for way in readings(word, language))


def _tokens(text: str, language: str) -> tuple[str, ...]:
    code = base_language(language)
    plain = normalized_words(text, accents=code in _ACCENTS_COUNT)
    if code in _ARABIC_SCRIPT:
        plain = [token for one in plain if (token := _arabic(one))]
    if writes_spaces(language):
        return tuple(plain)
    return tuple(piece for one in plain for piece in _pieces(one))


def _arabic(token: str) -> str:
    """Without the marks of reading (tashkeel, and those of the Quran), letters that vary as one."""
    bare = "".join(one for one in token if unicodedata.category(one) != "Mn")
    return folded(bare, accents=False).translate(_ARABIC)


def _pieces(token: str) -> list[str]:
    """Characters of scripts without spaces one by one, stretches of others whole."""
    found: list[str] = []
    for cluster in clusters(token):
        is_spaced = not writes_no_spaces(cluster[0])
        if found and is_spaced and not writes_no_spaces(found[-1][0]):
            found[-1] += cluster
        else:
            found.append(cluster)
    return found
