"""Which sentences lie in a phrasebook."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.models.files import FileBroken
from desktop.engine.translation.phrasebook import FILE, Phrasebook, cleaned, notice, parsed, read, words_in
from desktop.messages import text_of
from desktop.system.paths import RESOURCES
from tests.raising import raises

STARTER = RESOURCES / "starter" / "argos"
CONTENT: dict[str, Any] = {
    "format": 1,
    "words": 12,
    "least_score": -0.1,
    "patterns": ["where is the {1}?", "the {1} is {2}", "good morning", "i {3} the {1}", "it's late"],
    "classes": {"1": ["train station", "train", "hotel"], "2": ["open", "very good"], "3": ["look for", "open"]},
}
BOOK = parsed(CONTENT)


@pytest.mark.parametrize(
    "text",
    [
        "Where is the hotel?",
        "where is the train station",
        "WHERE IS THE TRAIN?",
        "“Good morning!”",
        "Good morning…",
        "Good morning, ",
        "The train station is very good.",
        "I look for the hotel.",
        "It’s late.",
    ],
)
def test_its_sentences_are_known(text: str) -> None:
    assert BOOK.holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "Good",
        "Good morning, hotel.",
        "Where is the hotel.",
        "The hotel is open?",
        "Is the hotel open?",
        "Where is the station?",
        "The hotel is look for.",
        "The open is hotel.",
        "Good. Morning.",
        "Where is the hotel? Good morning.",
        "Good morning 😀",
        "Good morning 5",
        "The hotel is $ open.",
    ],
)
def test_other_combinations_of_its_words_are_not(text: str) -> None:
    assert not BOOK.holds(text)


VOCABULARY = sorted({word for text in CONTENT["patterns"] for word in text.rstrip("?").split() if "{" not in word})
VOCABULARY += [text for allowed in CONTENT["classes"].values() for text in allowed]


def sentences(book: Phrasebook) -> set[str]:
    """Every sentence of a small phrasebook, written out."""
    found = set()
    for one in book.sentences:
        texts = [""]
        for part in one.parts:
            allowed = book.classes[part[1:-1]] if part.startswith("{") else {part}
            texts = [f"{text} {word}".strip() for text in texts for word in allowed]
        found |= {(text + ("?" if one.is_question else "")) for text in texts}
    return found


@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6).map(" ".join), st.sampled_from(["", "?"]))
def test_what_is_known_is_written_in_it(words: str, mark: str) -> None:
    text = words + mark
    assert BOOK.holds(text) == (text in sentences(BOOK) or (not mark and f"{words}?" in sentences(BOOK)))


@given(st.sampled_from(sorted(sentences(BOOK))), st.sampled_from(["", "“", "¡"]), st.booleans())
def test_marks_and_capitals_change_nothing(text: str, before: str, has_capital: bool) -> None:
    text = text.capitalize() if has_capital else text
    assert BOOK.holds(before + text)
    assert BOOK.holds(before + text.rstrip("?"))


@given(st.text(max_size=40))
def test_any_text_is_judged(text: str) -> None:
    words, _ = cleaned(text)
    assert not BOOK.holds(text) or words
    assert all(word == word.casefold() for word in words)


def test_a_guess_is_less_sure_than_the_phrasebook() -> None:
    assert BOOK.is_sure(-0.1 * 10 / 10**0.2, 10, 0.2)
    assert not BOOK.is_sure(-0.11 * 10 / 10**0.2, 10, 0.2)
    assert not BOOK.is_sure(0.0, 0, 0.2)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"patterns": None},
        {"patterns": ["the {9}"]},
        {"classes": {"1": 5}},
        {"least_score": "low"},
        {"words": None},
        {"patterns": [5]},
    ],
)
def test_a_damaged_file_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps(CONTENT | change))
    with pytest.raises(FileBroken):
        read(tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for reader in (read, words_in):
        with raises(FileBroken, match="is missing"):
            reader(tmp_path)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_starter_packages_bring_theirs(language: str) -> None:
    package = STARTER / f"translate-{language}_{'es' if language == 'en' else 'en'}-1_0"
    book = read(package)
    assert words_in(package) == book.words > 400
    assert -0.3 < book.least_score < 0
    assert book.holds("Where is the beach?" if language == "en" else "¿Dónde está la playa?")


def test_the_notice_names_what_to_fetch() -> None:
    assert text_of(notice("en", "es", 447, [("en", "es")])) == (
        "From English to Spanish only a phrasebook of about 400 words is installed; other sentences stay untranslated. "
        "Fetch the Argos package en→es in the Models window or with `parley models pull en-es`."
    )
    several = text_of(notice("es", "fr", 536, [("es", "en"), ("en", "fr")]))
    assert "packages es→en and en→fr" in several
    assert "`parley models pull es-en en-fr`" in several
