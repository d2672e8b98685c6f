"""Capitals at sentence starts, and Spanish opening marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.orthography import begins_sentence, capitalised, written

LANGUAGES = st.sampled_from(["en", "es", "fr", "ru", "tr", "ja", "zh"])
WORDS = st.lists(st.text("abáñ¿?¡!.,…ßi'я文", min_size=1, max_size=5), max_size=8)


@pytest.mark.parametrize(
    ("words", "language", "before", "expected"),
    [
        ("la conferencia iniciará", "es", "", "La conferencia iniciará"),
        ("lo siento. no está", "es", "¿Quién?", "Lo siento. No está"),
        ("and then we left", "en", "stopped,", "and then we left"),
        ("and then we left", "en", "", "And then we left"),
        ("we saw Mr. jones. he left", "en", "yesterday", "we saw Mr. jones. He left"),
        ("iPhone sales grew", "en", "", "iPhone sales grew"),
        ("it cost 3. more", "en", "", "It cost 3. more"),
        ("so... perhaps", "en", "", "So... perhaps"),
        ("so… perhaps", "en", "", "So… perhaps"),
        ("he said “no.” then he", "en", "", "He said “no.” Then he"),
        ("конец. начало", "ru", "", "Конец. Начало"),
        ("istanbul", "tr", "", "İstanbul"),
        ("今日は。 いい天気", "ja", "", "今日は。 いい天気"),
        ("¿lo siento mucho.", "es", "", "Lo siento mucho."),
        ("¿cómo está?", "es", "", "¿Cómo está?"),
        ("bien. ¿y usted está bien? sí", "es", "", "Bien. ¿Y usted está bien? Sí"),
        ("¿lo siento. ¿de veras?", "es", "", "Lo siento. ¿De veras?"),
        ("¡cuidado! ¡muy", "es", "", "¡Cuidado! Muy"),
        ("¿", "es", "", "¿"),
    ],
)
def test_written(words: str, language: str, before: str, expected: str) -> None:
    assert written(words.split(), language, before, is_whole=True) == expected.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("¿puedes guardar", "¿Puedes guardar"),  # it may still become a question
        ("¿puedes guardar la caja?", "¿Puedes guardar la caja?"),
        ("¿puedes guardar la caja. sí", "Puedes guardar la caja. Sí"),
    ],
)
def test_a_sentence_that_is_still_spoken_keeps_its_mark(words: str, expected: str) -> None:
    assert written(words.split(), "es", "", is_whole=False) == expected.split()


@pytest.mark.parametrize(
    ("before", "begins"), [("", True), (" ", True), ("over.", True), ("over.”", True), ("on", False), ("on...", False)]
)
def test_where_a_sentence_begins(before: str, begins: bool) -> None:
    assert begins_sentence(before, "en") is begins


def test_capitals_of_other_scripts_are_left() -> None:
    assert capitalised("აბგ", "ka") == "აბგ"


@given(WORDS, LANGUAGES, st.sampled_from(["", "end.", "on"]))
def test_only_case_and_opening_marks_change(words: list[str], language: str, before: str) -> None:
    found = written(words, language, before, is_whole=True)
    assert len(found) == len(words)
    for old, new in zip(words, found, strict=True):
        kept = old[len(old) - len(new) :]
        assert new == kept or new == capitalised(kept, language)
        assert old[: len(old) - len(new)] in ("", "¿", "¡")


@given(WORDS, LANGUAGES, st.sampled_from(["", "end.", "on"]))
def test_writing_again_changes_nothing(words: list[str], language: str, before: str) -> None:
    once = written(words, language, before, is_whole=True)
    if all(one[:1] not in "¿¡" or len(one) == 1 for one in once):
        assert written(once, language, before, is_whole=True) == once
