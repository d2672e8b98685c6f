"""The text that is read, and its words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.practice.text import Line, PracticeText, words_of
from tests.unit.practice.speech import text_of


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("The quick — “brown” fox!", "en", ["The", "quick", "“brown”", "fox!"]),
        ("l'eau de 3,5 °C", "fr", ["l'eau", "de", "3,5", "°C"]),
        ("بِسْمِ ٱللَّهِ ۝", "ar", ["بِسْمِ", "ٱللَّهِ"]),
        ("今天Bob很好。", "zh", ["今", "天", "Bob", "很", "好"]),
        ("", "en", []),
    ],
)
def test_words_are_as_they_are_written(text: str, language: str, words: list[str]) -> None:
    found = words_of(text, 0, language)
    assert [one.text for one in found] == words


def test_lines_know_where_their_words_begin() -> None:
    text = text_of("one two", "", "three")
    assert text.line_starts == (0, 2, 2, 3)
    assert [one.line for one in text.words] == [0, 0, 2]
    assert text.passage(2, 2).words[0].text == "three"
    assert PracticeText("", "en").line_starts == (0,)


@given(st.lists(st.text(max_size=30), max_size=5), st.sampled_from(["en", "ar", "zh", "th", "ja"]))
@settings(max_examples=200, deadline=None)
def test_words_stand_where_they_say(lines: list[str], language: str) -> None:
    text = PracticeText("", language, tuple(map(Line, lines)))
    for word in text.words:
        assert text.lines[word.line].text[word.start : word.end] == word.text != ""
    for first, second in zip(text.words, text.words[1:], strict=False):
        assert (first.line, first.end) <= (second.line, second.start) or first.line < second.line
    assert text.line_starts[-1] == len(text.words)
