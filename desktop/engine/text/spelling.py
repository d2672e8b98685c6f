"""Words as one text, with the spaces that whoever heard them wrote. Pure; any thread."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from desktop.engine.events import Word
from desktop.engine.text.languages import join_words
from desktop.engine.text.orthography import written


def spelled(words: Iterable[Word], language: str) -> str:
    """The words one after the other. Where a word knows whether a space stands before it, that counts; else the
    language decides."""
    text = ""
    for word in words:
        if word.is_spaced is None or not text:
            text = join_words(text, word.text, language)
        else:
            text = f"{text} {word.text}" if word.is_spaced else text + word.text
    return text


def written_words(words: Sequence[Word], language: str, before: str, *, is_whole: bool) -> tuple[Word, ...]:
    """The words with their texts as `written` has them."""
    texts = written([word.text for word in words], language, before, is_whole=is_whole)
    return tuple(replace(word, text=text) for word, text in zip(words, texts, strict=True))
