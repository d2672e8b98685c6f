"""What is the same word in another spelling, and what is another word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.compare import folded, normalized, normalized_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don’t", "don't"),
        ("don´t", "DON`T"),
        ("Hawaiʻi", "hawai'i"),
        ("caf\u00e9", "cafe\u0301"),
        ("Straße", "STRASSE"),
        ("ﬁne", "fine"),
        ("１２", "12"),
        ("ｶﾞ", "ガ"),
        ("İzmir", "izmir"),
        ("co\u00adoperate", "cooperate"),
        ("می\u200cخواهم", "میخواهم"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("forty-five!", "fortyfive"),
    ],
)
def test_other_spellings_are_the_same_word(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("año", "ano"), ("हिन्दी", "हनद"), ("か", "が"), ("의", "이"), ("?", "♪"), ("-", "")],
)
def test_other_words_differ(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("café", "cafe"),
        ("Niño", "nino"),
        ("й", "и"),
        ("が", "が"),
        ("हिन्दी", "हिन्दी"),
        ("한국어", "한국어"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_without_accents_a_letter_stays_the_letter_it_is(word: str, bare: str) -> None:
    assert normalized(word, accents=False) == bare


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Where's the Bank?", ["wheres", "the", "bank"]),
        ("eight forty-five, or so…", ["eight", "forty", "five", "or", "so"]),
        ("l’année 2026", ["lannée", "2026"]),
        ("press * or #", ["press", "or"]),
        ("今日は、元気?", ["今日は", "元気"]),
        ("snake_case", ["snake", "case"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        (" — ", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert normalized_words(text) == words


def test_folding_keeps_punctuation() -> None:
    assert folded("“It’s 5:30,” É said") == "“it's 5:30,” é said"


@given(st.text())
def test_comparing_twice_changes_nothing_more(text: str) -> None:
    assert normalized_words(" ".join(normalized_words(text))) == normalized_words(text)


@given(st.text(), st.sampled_from(["NFC", "NFD"]))
def test_the_form_of_unicode_does_not_matter(text: str, form: str) -> None:
    again = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert normalized_words(again, accents=False) == normalized_words(text, accents=False)
