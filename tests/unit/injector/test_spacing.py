import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.injector.spacing import clean, join, standing, trailing


@pytest.mark.parametrize(
    ("before", "text", "language", "typed"),
    [
        ("", "hello", "en", "Hello"),
        ("", "  hello ", "en", "Hello"),
        ("", "¿dónde está?", "es", "¿Dónde está?"),
        ("", "iPhone sales", "en", "iPhone sales"),
        ("", "3 apples", "en", "3 apples"),
        ("", "ßa", "de", "ßa"),
        ("", "istanbul", "tr", "İstanbul"),
        ("Hello", "there", "en", " there"),
        ("I think", "They know", "en", " they know"),
        ("I think ", "They're late", "en", "they're late"),
        ("I think", "Peter knows", "en", " Peter knows"),
        ("I think", "IT knows", "en", " IT knows"),
        ("I think", "I know", "en", " I know"),
        ("I think", "I'm late", "en", " I'm late"),
        ("I think.", "They know", "en", " They know"),
        ("and then...", "The end", "en", " the end"),
        ("Creo", "Que sí", "es", " que sí"),
        ("Je crois", "Qu'elle sait", "fr", " Qu'elle sait"),
        ("Ich glaube", "Dass Sie", "de", " dass Sie"),
        ("Ich glaube", "Sie kommen", "de", " Sie kommen"),
        ("Думаю", "Что он", "ru", " что он"),
        ("Hello", "There", "ja", " There"),
        ("Hello.", "there", "en", " There"),
        ("Hello. ", "there", "en", "There"),
        ("Hello...", "there", "en", " there"),
        ("She said “no.”", "then", "en", " Then"),
        ("Hello", ", there", "en", ", there"),
        ("Hello", "?", "en", "?"),
        ("Hello", "...", "en", "..."),
        ("(see", ") below", "en", ") below"),
        ("see (", "below", "en", "below"),
        ("a well-", "known man", "en", "known man"),
        ("and/", "or", "en", "or"),
        ("he left -", "no", "en", " no"),
        ("I met Dr.", "The man", "en", " the man"),
        ('He said "', "no", "en", "no"),
        ('He said "no', '" twice', "en", '" twice'),
        ('He said "no"', "twice", "en", " twice"),
        ("that", "'s it", "en", "'s it"),
        ("hola", "¿qué?", "es", " ¿qué?"),
        ("hola ¿", "qué?", "es", "qué?"),
        ("dijo «", "no", "es", "no"),
        ("dijo «no", "»", "es", "»"),
        ("Ça va", "?", "fr", "\u00a0?"),
        ("Ça va", ", oui", "fr", ", oui"),
        ("Il dit «", "oui", "fr", "\u00a0oui"),
        ("今日は", "いい天気", "ja", "いい天気"),
        ("今日は。", "いい天気", "ja", "いい天気"),
        ("你好", "，朋友", "zh", "，朋友"),
        ("안녕", "하세요", "ko", " 하세요"),
        ("Hello", "日本", "en", "日本"),
        ("Привет.", "мир", "ru", " Мир"),
        ("word", "", "en", ""),
    ],
)
def test_where_utterances_meet(before: str, text: str, language: str, typed: str) -> None:
    assert join(before, text, language) == typed


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["en", "es", "fr", "ja", "zh", "ko", "de"]))
def test_a_join_only_adds_a_space_and_a_capital(before: str, text: str, language: str) -> None:
    typed = join(before, text, language)
    body = text.strip()
    assert typed[len(typed) - len(body) :].casefold() == body.casefold() or "İ" in typed or "i" in body
    lead = typed[: len(typed) - len(body)]
    assert lead in ("", " ", "\u00a0")
    assert not (before[-1:].isspace() and lead)
    if body[:1] in {".", ",", ")"}:
        assert lead == ""


@given(st.text(max_size=20), st.text(min_size=1, max_size=20), st.text(max_size=10))
def test_growing_words_keep_what_was_typed(before: str, text: str, more: str) -> None:
    words = text.strip()
    if words:
        assert join(before, f"{words} {more}", "en").startswith(join(before, words, "en"))


@given(st.text())
def test_nothing_acts_instead_of_being_written(text: str) -> None:
    assert all(char.isprintable() or char == " " or ord(char) > 0x9F for char in clean(text))
    assert not set(clean(text)) & set("\n\r\t\x1b\x7f\b\u202e")
    clean(text).encode()


def test_line_breaks_become_spaces() -> None:
    assert clean("rm\n-rf\t/\x1b[A\ud800") == "rm -rf /[A"


def test_the_space_at_the_end() -> None:
    assert trailing("Hello.", "en") == " "
    assert trailing("Hello. ", "en") == ""
    assert trailing("今日は。", "ja") == ""
    assert trailing("", "en") == ""


def test_marks_of_other_scripts_stand_at_their_word() -> None:
    assert join("نعم", "؟", "ar") == "؟"
    assert join("हाँ", "।", "hi") == "।"


@pytest.mark.parametrize(
    ("read", "text", "typed"),
    [
        ("", "they know", "They know"),
        ("I think ", "They know", "they know"),
        ("I think", "They know", " they know"),
        ("It is late. ", "they know", "They know"),
        ("It is late.", "they know", " They know"),
        ("Dear Sir or Madam,\n", "they know", "They know"),
        ("Dear Sir\u2029I think ", "They know", "they know"),
        ("late.\n- ", "they know", "They know"),
        ("late.\r\n1. ", "they know", "They know"),
        ('late.\n"', "they know", "They know"),
        ("see (", "They know", "they know"),
        ("(", "they know", "They know"),
        ("Peter and ", "Mary know", "Mary know"),
        ("I think ", "I know", "I know"),
        ("今日は", "いい天気", "いい天気"),
    ],
)
def test_what_stands_before_the_caret_decides(read: str, text: str, typed: str) -> None:
    assert join(standing(read), text, "en") == typed


@given(st.text(max_size=30))
def test_what_decides_is_the_end_of_the_text_and_one_line(read: str) -> None:
    found = standing(read)
    assert read.endswith(found)
    assert "\n" not in found
    assert not found or any(char.isalnum() for char in found)
