"""Where lines end."""

import pytest

from desktop.engine.text.graphemes import clusters
from desktop.overlay.line_breaks import Piece, joined, pieces, split, take


def lines(text: str, width: int, language: str = "en", *, more: bool = False) -> list[str]:
    """A text that is known at once, laid out."""
    left, found = pieces(text), []
    while left:
        count = take("", left, len, width, language, more=more)
        if not count:
            head, rest = split(left[0], len, width)
            left[:1] = [head, *([rest] if rest else [])]
            count = 1
        line = ""
        for piece in left[:count]:
            line += (" " if line and piece.space else "") + piece.text
        found.append(line)
        del left[:count]
    return found


def test_a_line_ends_at_a_clause() -> None:
    assert lines("When the train finally comes, we will get on it", 42)[0] == "When the train finally comes,"


def test_a_line_ends_at_a_sentence() -> None:
    assert lines("Good morning everybody. The meeting starts at three", 42)[0] == "Good morning everybody."


def test_a_line_does_not_end_after_an_article() -> None:
    assert lines("We are looking for somebody to open the door", 39)[0] == "We are looking for somebody to open"
    assert lines("Estamos buscando a alguien para abrir la puerta", 40, "es")[0].split()[-1] == "abrir"


def test_a_name_stays_whole() -> None:
    first, second = lines("yesterday evening he visited Maria Lopez there", 35)
    assert (first, second) == ("yesterday evening he visited", "Maria Lopez there")


def test_a_number_stays_with_what_it_counts() -> None:
    assert lines("it will take us about 25 minutes today", 25)[1].startswith("25 minutes")


def test_a_line_breaks_before_a_conjunction_rather_than_after() -> None:
    assert lines("everybody will come tomorrow and they bring cake", 34)[0] == "everybody will come tomorrow"


def test_an_article_at_the_end_waits_for_its_word_on_the_next_line() -> None:
    assert take("", pieces("the meeting starts here in the"), len, 32, "en", more=True) == 5
    assert take("", pieces("the meeting starts here in the"), len, 32, "en", more=False) == 6


def test_a_word_longer_than_a_line_is_split() -> None:
    assert lines("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_chinese_and_japanese_break_between_characters_but_not_before_a_full_stop() -> None:
    assert lines("明日の会議は三時に始まります。", 7, "ja") == ["明日の会議は三", "時に始まりま", "す。"]
    assert lines("「東京」に行く", 3, "ja")[0] == "「東京」"[:3] or lines("「東京」に行く", 4, "ja")[0] == "「東京」"


def test_korean_breaks_at_spaces() -> None:
    assert lines("안녕하세요 여러분 반갑습니다", 10, "ko") == ["안녕하세요 여러분", "반갑습니다"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("añ", ["a", "ñ"]),
        ("n\u0303x", ["n\u0303", "x"]),
        ("👩‍👩‍👧‍👦!", ["👩‍👩‍👧‍👦", "!"]),
        ("👋🏽a", ["👋🏽", "a"]),
        ("🇪🇸🇫🇷", ["🇪🇸", "🇫🇷"]),
        ("✈️", ["✈️"]),
    ],
)
def test_what_a_reader_sees_as_one_character_stays_one(text: str, expected: list[str]) -> None:
    assert clusters(text) == expected


def test_unconfirmed_text_is_joined_as_its_script_writes() -> None:
    assert joined("Where is", "the") == " the"
    assert joined("東京", "駅") == "駅"
    assert joined("", "the") == "the"
    assert joined("Where ", "is") == "is"


def test_text_without_a_leading_space_continues_the_word_before() -> None:
    assert pieces("tion now") == [Piece("tion", False, False), Piece("now", True, True)]
