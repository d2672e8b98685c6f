"""Sentences begin with a capital, and a Spanish question that is opened is closed. Pure; any thread.

A recogniser that hears speech in pieces does not always know where a sentence began: live Spanish began in lower case,
and with a lone "¿".
"""

import re
import unicodedata
from collections.abc import Sequence

from desktop.engine.text.punctuation import CLOSERS, CLOSING
from desktop.engine.text.sentences import ends_sentence, is_complete
from desktop.engine.text.small_words import SMALL_WORDS

_CASED = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN")
_CLOSED_BY = {"¿": "?", "¡": "!"}


def capitalised(text: str, language: str) -> str:
    """`text` with a capital at its first letter, unless its first word has its own capitals ("iPhone")."""
    for index, char in enumerate(text):
        if char.isalpha():
            word = re.match(r"\w*", text[index + 1 :])
            own = word is not None and any(letter.isupper() for letter in word[0])
            if own or not char.islower() or not unicodedata.name(char, "").startswith(_CASED):
                return text
            capital = "İ" if char == "i" and language in ("tr", "az") else char.upper()
            return text[:index] + capital + text[index + 1 :] if len(capital) == 1 else text
        if char.isdigit() or char in CLOSING or char in "'’":
            return text
    return text


def continued(text: str, language: str) -> str:
    """`text` as it goes on in the middle of a sentence: recognisers begin what they hear after a pause with a capital.
    Only a word that is never a name loses it; "I" and whatever else may be one keeps it."""
    found = re.match(r"\w+(?:['’]\w+)?", text)
    first = found[0] if found else ""
    is_small = first[:1].isupper() and first[1:] == first[1:].lower() and first.lower() in SMALL_WORDS.get(language, ())
    return first[0].lower() + text[1:] if is_small else text


def begins_sentence(before: str, language: str) -> bool:
    """Whether what follows `before` is a new sentence: there is nothing before it, or what is there is over. The dots
    of an unfinished one end nothing."""
    before = before.strip().rstrip(CLOSERS)
    return not before or (not before.endswith(("...", "…")) and is_complete(before, language))


def written(words: Sequence[str], language: str, before: str, *, is_whole: bool) -> list[str]:
    """The words with capitals where sentences begin, and without a "¿" or "¡" whose sentence ends without its like.

    before: what was written right before them; empty where a sentence begins with them. is_whole: no more words come,
    so that the last sentence is over, too."""
    found: list[str] = []
    for index, word in enumerate(words):
        text = word
        if text[:1] in _CLOSED_BY and len(text) > 1 and not _may_close(words[index:], _CLOSED_BY[text[0]], is_whole):
            text = text[1:]
        if begins_sentence(before, language):
            text = capitalised(text, language)
        found.append(text)
        before = text
    return found


def _may_close(words: Sequence[str], mark: str, is_whole: bool) -> bool:
    """Whether the sentence that begins with the first word ends with the mark, or may still do so."""
    for word in words:
        if mark in word:
            return True
        if ends_sentence(word):
            return False
    return not is_whole
