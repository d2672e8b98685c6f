"""Where lines end."""

import pytest

from desktop.engine.text.graphemes import clusters
from desktop.overlay.line_breaks import Piece, following, pieces, split, take


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


@pytest.mark.parametrize(
    ("committed", "unconfirmed", "language", "is_spaced", "expected"),
    [
        ("Where is", "the", "en", False, " the"),
        ("東京", "駅", "ja", False, "駅"),
        ("", "the", "en", False, "the"),
        ("สวัสดีครับ", "ยินดีต้อนรับ", "th", True, " ยินดีต้อนรับ"),
        ("สวัสดี", "ครับ", "th", False, "ครับ"),
        ("iPhone", "Pro", "zh", False, " Pro"),
        ("你好", "世界", "zh", True, "世界"),
    ],
)
def test_unconfirmed_text_follows_as_it_was_written(
    committed: str, unconfirmed: str, language: str, is_spaced: bool, expected: str
) -> None:
    assert following(committed, unconfirmed, language, is_spaced=is_spaced) == expected


THAI = ("การ", "ประชุม", "เริ่ม", "เวลา", "บ่าย", "สาม", "โมง")


def thai_words(text: str) -> list[int]:
    """Ends of words, as a dictionary knows them."""
    ends, place = [], 0
    while place < len(text):
        word = max((word for word in THAI if text.startswith(word, place)), key=len, default=text[place:])
        place += len(word)
        ends.append(place)
    return ends


def test_thai_breaks_between_words() -> None:
    text = "".join(THAI)
    assert [piece.text for piece in pieces(text, word_ends=thai_words)] == list(THAI)
    assert all(piece.breakable for piece in pieces(text, word_ends=thai_words)[1:])


def test_thai_that_goes_on_with_a_word_does_not_break_there() -> None:
    first, *rest = pieces("ชุมเริ่ม", "การประ", thai_words)
    assert (first.text, first.breakable) == ("ชุม", False)
    assert [(piece.text, piece.breakable) for piece in rest] == [("เริ่ม", True)]
    assert pieces("เริ่ม", "การประชุม", thai_words)[0].breakable


def test_without_a_dictionary_a_syllable_of_thai_keeps_its_vowels() -> None:
    found = [piece.text for piece in pieces("เวลา", word_ends=lambda text: [len(text)])]
    assert found == ["เว", "ลา"]
    assert [piece.text for piece in pieces("และ")] == ["และ"]


def test_text_without_a_leading_space_continues_the_word_before() -> None:
    assert pieces("tion now") == [Piece("tion", False, False), Piece("now", True, True)]
