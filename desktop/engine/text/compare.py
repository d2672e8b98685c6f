"""Words as they are compared: what is only another way to write the same word is no difference. Pure; any thread.

What counts as the same, everywhere: case, compatibility forms (full-width letters, ligatures: NFKC), composed and
decomposed accents, kinds of apostrophes. Marks on letters stay, as they make words (Devanagari's vowels, kana's
voicing); accents go only where they are asked to. Words of scripts without spaces stay in one piece.
"""

import re
import unicodedata

_APOSTROPHES = re.compile("[’‘ʼʻ´`′＇]")
_INVISIBLE = re.compile("[\u00ad\u200c-\u200f\u2060\ufeff]")
"""inside words, for line breaks, ligatures and direction; the zero-width space (U+200B) parts words and stays"""
_NO_ACCENTS = (0, 7, 8, 9)
"""classes of combining marks without which a letter is another one: vowels, nukta, kana's voicing, virama"""


def folded(text: str, *, accents: bool = True) -> str:
    """The text without case, its punctuation kept, any apostrophe as '. accents: whether é differs from e."""
    plain = unicodedata.normalize("NFC", text)
    plain = _INVISIBLE.sub("", _APOSTROPHES.sub("'", plain))  # first: NFKC makes ´ a space
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    plain = plain.replace("i\u0307", "i")  # what İ becomes
    if accents:
        return plain
    letters = unicodedata.normalize("NFD", plain)
    return unicodedata.normalize("NFC", "".join(one for one in letters if unicodedata.combining(one) in _NO_ACCENTS))


def normalized(word: str, *, accents: bool = True) -> str:
    """One word folded, without punctuation and symbols ("Forty-five!" is "fortyfive"); a word of those alone stays."""
    return "".join(filter(_is_word, folded(word, accents=accents))) or word


def normalized_words(text: str, *, accents: bool = True) -> list[str]:
    """The words of a text folded: apostrophes dropped, any other punctuation or symbol is a space ("forty-five" is
    two words)."""
    plain = folded(text, accents=accents).replace("'", "")
    return "".join(one if _is_word(one) else " " for one in plain).split()


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"
