"""Words as they are compared: case, marks, accents, numbers, Arabic."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.text.languages import CODES
from desktop.practice.matching.normalization import forms_of, readings_of, tokens_of
from desktop.practice.matching.numbers import read_out


@pytest.mark.parametrize(
    ("word", "language", "tokens"),
    [
        ("“Hello!”", "en", ("hello",)),
        ("DON’T", "en", ("dont",)),
        ("forty-five", "en", ("forty", "five")),
        ("Straße", "de", ("strasse",)),
        ("número", "es", ("numero",)),
        ("Ёлка", "ru", ("елка",)),
        ("má", "vi", ("má",)),  # tones are heard
        ("你好Bob吗", "zh", ("你", "好", "bob", "吗")),
        ("—", "en", ()),
    ],
)
def test_case_marks_and_accents(word: str, language: str, tokens: tuple[str, ...]) -> None:
    assert tokens_of(word, language) == tokens


@pytest.mark.parametrize(
    ("word", "language", "spoken"),
    [
        ("21", "en", "twenty-one"),
        ("1,000", "en", "one thousand"),
        ("1.000", "es", "mil"),
        ("3,5", "fr", "trois virgule cinq"),
        ("1984", "en", "nineteen eighty-four"),
        ("21st!", "en", "twenty-first !"),
        ("1er", "fr", "premier"),
        ("10%", "en", "ten percent"),
        ("$5", "en", "five dollars"),
        ("007", "en", "zero zero seven"),
        ("42", "ru", "сорок два"),
        ("0123456789012345", "fr", "zéro un deux trois quatre cinq six sept huit neuf zéro un deux trois quatre cinq"),
        ("7", "xx", "7"),
        ("word", "en", "word"),
    ],
)  # fmt: skip
def test_numbers_are_read_out(word: str, language: str, spoken: str) -> None:
    assert read_out(word, language) == spoken


def test_a_number_may_be_read_in_several_ways() -> None:
    assert {"nineteeneightyfour", "onenineeightfour"} <= readings_of("1984.", "en")
    assert "onehundredfive" in readings_of("105", "en")
    assert readings_of("21st", "en") == readings_of("$5", "en") == readings_of("word", "en") == frozenset()


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("بِسْمِ", "بسم"),
        ("ٱللَّهِ", "الله"),
        ("ٱلْحَمْدُ", "الحمد"),
        ("إِيَّاكَ", "اياك"),
        ("عَلَيْهِمْ", "عليهم"),
        ("مُوسَىٰ", "موسى"),
        ("رحمةٌ", "رحمه"),
        ("كـــتاب", "كتاب"),
    ],
)
def test_arabic_is_compared_without_marks_of_reading(written: str, heard: str) -> None:
    (token,) = tokens_of(heard, "ar")
    assert token in forms_of(*tokens_of(written, "ar"), written, "ar")


@pytest.mark.parametrize(
    ("written", "heard"),
    [("ٱلْعَٰلَمِينَ", "العالمين"), ("ٱلرَّحْمَٰنِ", "الرحمن"), ("ٱلصَّلَوٰةَ", "الصلاة"), ("مَٰلِكِ", "مالك")],
)
def test_a_small_alef_may_be_a_letter_elsewhere(written: str, heard: str) -> None:
    (token,) = tokens_of(written, "ar")
    assert set(tokens_of(heard, "ar")) <= set(forms_of(token, written, "ar"))


def test_other_words_have_one_form() -> None:
    assert forms_of("dog", "dog", "en") == ("dog",)


@given(st.text(max_size=40), st.sampled_from([*CODES, "pt-BR"]))
@settings(max_examples=400, deadline=None)
def test_any_text_has_tokens_that_are_their_own(text: str, language: str) -> None:
    tokens = tokens_of(text, language)
    assert all(token and not token.isspace() for token in tokens)
    for word in text.split():
        for token in tokens_of(word, language):
            assert forms_of(token, word, language)[0] == token
        assert all(isinstance(one, str) for one in readings_of(word, language))
