from dataclasses import dataclass

import pytest

from desktop.engine.events import Word
from desktop.engine.recognition.whisper.words import timed_words, without_leading_silence
from desktop.engine.text.languages import join_words
from desktop.engine.text.spelling import spelled


def test_the_first_word_begins_when_it_is_spoken() -> None:
    words = [Word("I", 0.0, 1.0, 0.9), Word("will", 1.0, 1.2, 0.9), Word("go", 1.2, 1.5, 0.9)]
    first, *rest = without_leading_silence(words)
    assert first.start == pytest.approx(0.5)
    assert first.end == 1.0
    assert rest == words[1:]


def test_a_long_first_word_among_long_words_keeps_its_time() -> None:
    words = [Word("Universidades", 0.1, 1.1, 0.9), Word("internacionales", 1.1, 2.0, 0.9)]
    assert without_leading_silence(words) == words


def test_one_word_alone_is_short_and_none_is_none() -> None:
    assert without_leading_silence([Word("Yes.", 0.0, 0.9, 0.9)])[0].start == pytest.approx(0.5)
    assert without_leading_silence([]) == []


class Letters:
    """A tokenizer that has a token for each piece of a text."""

    language_code = "en"
    eot = -1

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces

    def split_to_word_tokens(self, tokens: list[int]) -> tuple[list[str], list[list[int]]]:
        texts = [self.pieces[token] if token != self.eot else "" for token in tokens]
        return texts, [[token] for token in tokens]


@dataclass
class Alignment:
    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


def test_the_mark_behind_a_word_keeps_its_own_probability() -> None:
    tokenizer = Letters(" It", " ends", ".", " Does", " it", "?", '"')
    alignment = Alignment([(n, 20 * n) for n in range(8)], [0.9, 0.8, 0.3, 0.9, 0.7, 0.6, 0.5])
    words = timed_words(tokenizer, range(7), alignment, 3.0)
    assert [(word.text, word.probability, word.mark) for word in words] == [
        ("It", 0.9, 1.0),
        ("ends.", 0.8, 0.3),
        ("Does", 0.9, 1.0),
        ('it?"', 0.7, 0.5),
    ]


def said(language: str, *pieces: str) -> tuple[Word, ...]:
    tokenizer = Letters(*pieces)
    tokenizer.language_code = language
    alignment = Alignment([(n, 5 * n) for n in range(len(pieces) + 1)], [0.9] * len(pieces))
    return timed_words(tokenizer, range(len(pieces)), alignment, 0.1 * (len(pieces) + 1))


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        ("ja", ["Chat", "G", "P", "T", "を", "使", "って", "い", "ます", "。"]),
        ("ja", ["20", "24", "年", "8", "月", "に"]),
        ("zh", ["我", "用", " Go", "ogle", " 搜", "索", "，", "然", "后", " Windows", " 11", "。"]),
        ("zh", ["35", ",", "000", "元", "，", "3", ".", "5", "%"]),
        ("zh", ["35", " 000", "元"]),
        ("yue", ["CO", "VID", "-", "19", "係", "咩", "？"]),
        ("th", ["สวัสดี", "ครับ", " ผม", "ชื่อ", " John", "son", " ครับ"]),
        ("lo", ["ສະ", "ບາຍ", "ດີ", " ຂ້ອຍ"]),
        ("my", ["မင်္ဂ", "လာပါ", "။", " ကျွန်", "တော်"]),
        ("ja", ["Ich", " bin", " é", "té", "です"]),
        ("en", [" Chat", "G", "PT", " is", " 35", ",", "000", " old", "."]),
    ],
)
def test_what_the_tokenizer_wrote_comes_back_unchanged(language: str, pieces: list[str]) -> None:
    words = said(language, *pieces)
    assert spelled(words, language) == "".join(pieces).strip()
    # Nor is it torn where a part of it is committed before the rest.
    for count in range(1, len(words)):
        tail = (" " if words[count].is_spaced else "") + spelled(words[count:], language)
        assert join_words(spelled(words[:count], language), tail, language) == "".join(pieces).strip()


def test_names_and_numbers_are_one_word_in_languages_without_spaces() -> None:
    words = said("ja", "Chat", "G", "P", "T", "を", "20", "24", "年")
    assert [word.text for word in words] == ["ChatGPT", "を", "2024", "年"]


def test_half_a_character_is_none() -> None:
    assert [word.text for word in said("bn", " আমি", " যা\ufffd", " \ufffd")] == ["আমি", "যা"]
