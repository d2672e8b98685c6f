import pytest

from desktop.engine.events import Word
from desktop.engine.stt.words import without_leading_silence


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
