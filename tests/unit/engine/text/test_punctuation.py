"""The table of marks: each is what Unicode says of it, and no mark does two things."""

import unicodedata

import pytest

from desktop.engine.text import punctuation as marks
from desktop.engine.text.sentences import ends_clause, split

PARTS = (
    marks.SENTENCE_ENDS,
    marks.CLAUSE_ENDS,
    marks.DASHES,
    marks.STRAIGHT_QUOTES,
    marks.OPENING_QUOTES,
    marks.CLOSING_QUOTES,
    marks.OPENING_BRACKETS,
    marks.CLOSING_BRACKETS,
)


def test_no_mark_stands_in_two_parts() -> None:
    every = "".join(PARTS)
    assert len(set(every)) == len(every)


def test_every_bracket_has_its_other_half() -> None:
    assert len(marks.OPENING_BRACKETS) == len(marks.CLOSING_BRACKETS)
    assert all(unicodedata.category(one) == "Ps" for one in marks.OPENING_BRACKETS)
    assert all(unicodedata.category(one) == "Pe" for one in marks.CLOSING_BRACKETS)


def test_everything_in_it_is_punctuation() -> None:
    assert all(unicodedata.category(one)[0] == "P" for one in "".join(PARTS))


def test_nothing_both_opens_and_closes_for_sure() -> None:
    assert not set(marks.OPENING) & set(marks.CLOSING)


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("こんにちは。元気？", "ja", 2),
        ("هل أنت بخير؟ نعم.", "ar", 2),
        ("मैं ठीक हूँ। आप?", "hi", 2),
        ("ខ្ញុំសុខសប្បាយ។អ្នក?", "km", 2),
        ("နေကောင်းလား။ကောင်းပါတယ်။", "my", 2),
    ],
)
def test_sentences_end_in_every_script(text: str, language: str, count: int) -> None:
    assert len(split(text, language)) == count


def test_clauses_end_in_every_script() -> None:
    assert all(ends_clause(word) for word in ("well,", "そう、", "نعم،", "ဟုတ်၊", "so—", "yes.”"))
