"""A text as the tokens that are compared with what is heard. Pure."""

from dataclasses import dataclass
from itertools import accumulate

from desktop.practice.matching.normalization import forms_of, tokens_of
from desktop.practice.text import PracticeText


@dataclass(frozen=True, slots=True)
class TextTokens:
    """All tokens of a text, and which word each is of."""

    texts: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    """by token: the spellings that are the same to the ear"""
    words: tuple[int, ...]
    """by token: index of its word"""
    firsts: tuple[int, ...]
    """by word: index of its first token; one more for the end"""
    line_starts: tuple[int, ...]
    """tokens with which lines begin"""

    @classmethod
    def of(cls, text: PracticeText) -> "TextTokens":
        """Each word has one token at least."""
        by_word = [tokens_of(word.text, text.language) or (word.text.casefold(),) for word in text.words]
        firsts = tuple(accumulate((len(one) for one in by_word), initial=0))
        texts = tuple(token for some in by_word for token in some)
        forms = tuple(
            forms_of(token, word.text, text.language) if len(some) == 1 else (token,)
            for word, some in zip(text.words, by_word, strict=True)
            for token in some
        )
        words = tuple(number for number, some in enumerate(by_word) for _ in some)
        starts = tuple(dict.fromkeys(firsts[start] for start in text.line_starts[:-1]))
        return cls(texts, forms, words, firsts, starts)
