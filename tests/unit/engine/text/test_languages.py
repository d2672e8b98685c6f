"""Language codes, names, joins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import LanguageUnknown
from desktop.engine.text.language_names import NAMES, WRITTEN_ONLY
from desktop.engine.text.languages import (
    CODES,
    base_language,
    check_language,
    check_target,
    join_words,
    language_name,
    listed,
    native_name,
    package_language,
    writes_spaces,
)
from desktop.messages import text_of
from tests.raising import raises


def test_the_codes_are_those_of_whisper() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(CODES) == set(_LANGUAGE_CODES)


def test_every_language_has_two_names_that_lead_back_to_it() -> None:
    for code in CODES:
        assert language_name(code) not in ("", code)
        assert native_name(code) not in ("", code)
        assert check_language(language_name(code)) == code
        assert check_language(code.upper()) == code
    assert (language_name("es"), native_name("es"), native_name("ja")) == ("Spanish", "español", "日本語")


def test_the_names_are_those_of_cldr() -> None:
    from babel import Locale, UnknownLocaleError

    english = Locale("en").languages
    for code, (name, native) in NAMES.items():
        cldr = {"jw": "jv", "tl": "fil"}.get(code, code)
        assert name == english[cldr]
        try:
            assert native == (Locale.parse(cldr).languages.get(cldr) or name)
        except UnknownLocaleError:
            assert native == name
    assert tuple(NAMES) == CODES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("  Spanish ", "es"),
        ("ESPAÑOL", "es"),
        ("espanol", "es"),
        ("Deutsch", "de"),
        ("nb", "no"),
        ("iw", "he"),
        ("jv", "jw"),
        ("tagalog", "tl"),
        ("日本語", "ja"),
    ],
)
def test_what_users_write_is_understood(text: str, code: str) -> None:
    assert check_language(text) == code


def test_an_unknown_language_is_answered_with_close_ones() -> None:
    with raises(LanguageUnknown, match=r"did you mean Spanish \(es\)\?"):
        check_language("Spansh")
    with raises(LanguageUnknown, match="write a code or a name"):
        check_language("qqqqqq")
    with raises(LanguageUnknown, match="No language is given"):
        check_language(" \n")


@given(st.text(max_size=3000))
def test_any_text_is_a_language_or_one_short_sentence(text: str) -> None:
    try:
        found = check_language(text)
    except LanguageUnknown as error:
        message = text_of(error)
    else:
        assert found in CODES
        return
    assert len(message) < 250
    assert "\n" not in message


def test_words_are_joined_as_the_language_writes_them() -> None:
    assert join_words("Hello", "world", "en") == "Hello world"
    assert join_words("Hello ", " world", "en") == "Hello world"
    assert join_words("", "world", "en") == "world"
    assert join_words("你好", "世界", "zh") == "你好世界"
    assert join_words("Windows", "11", "zh") == "Windows 11"
    assert join_words("été", "là", "zh") == "été là"
    assert join_words("ครับ", " ผม", "th") == "ครับ ผม"
    assert join_words("世界", " 你好", "zh") == "世界你好"
    assert join_words("我用", " Google", "zh") == "我用 Google"
    assert not writes_spaces("ja")
    assert writes_spaces("ko")


def test_lists_as_users_read_them() -> None:
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pb", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("Brazilian  Portuguese", "pt-BR"),
        ("zt", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("繁體中文", "zh-Hant"),
        ("Irish", "ga"),
        ("gaeilge", "ga"),
        ("eo", "eo"),
        ("ky", "ky"),
        ("Spanish", "es"),
        ("pt", "pt"),
    ],
)
def test_what_may_be_translated_into(text: str, code: str) -> None:
    assert check_target(text) == code


def test_languages_that_are_only_written() -> None:
    for code, (name, native) in WRITTEN_ONLY.items():
        assert (language_name(code), native_name(code)) == (name, native)
        assert code not in CODES
        assert package_language(code) == code
    assert (base_language("pt-BR"), base_language("zh-Hant"), base_language("es")) == ("pt", "zh", "es")
    assert not writes_spaces("zh-Hant")
    assert writes_spaces("pt-BR")
    assert (package_language("pb"), package_language("zt"), package_language("pt_BR")) == ("pt-BR", "zh-Hant", "pt")
    with pytest.raises(LanguageUnknown):
        check_target("Klingon")
