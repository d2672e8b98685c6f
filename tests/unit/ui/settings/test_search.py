"""What a search of the settings finds first, and how values read."""

import pytest

from desktop.ui.settings.names import shown_value
from desktop.ui.settings.search import HELP, INSIDE, NAME, NONE, TITLE, rank


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("translat", TITLE),
        ("into", TITLE),
        ("translation target", NAME),
        ("empty none", HELP),
        ("anslate", INSIDE),
        ("klingon", NONE),
        ("", TITLE),
    ],
)
def test_the_beginning_of_a_word_of_the_title_counts_most(wanted: str, expected: int) -> None:
    names, description = "translation.target Translation", "Language to translate into; empty for none"
    assert rank(wanted.split(), "Translate into", names, description) == expected


def test_a_word_within_another_one_counts_least() -> None:
    names, description = "recognition.compute_type Recognition", "CTranslate2's number format: int8 is fast"
    assert rank(["translat"], "Number format", names, description) == INSIDE


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("audio.source", "microphone:", "the default microphone"),
        ("audio.source", "microphone:Headset", "Headset"),
        ("audio.source", "file:/home/ana/talk.mp3", "talk.mp3"),
        ("speech.output", "output:", "the default output"),
        ("recognition.language", "es", "Spanish"),
        ("recognition.language", "auto", "auto"),
        ("recognition.languages", ("en", "de"), "English, German"),
        ("translation.target", "", "no translation"),
        ("hotkeys.stop_speaking", "", "none"),
        ("speech.enabled", True, "on"),
        ("typing.terminals", (), "none"),
        ("subtitles.show", "both", "both"),
        ("recognition.model", "", "automatic"),
        ("speech.rate", 1.0, "1"),
    ],
)
def test_values_are_told_in_words(key: str, value: object, expected: str) -> None:
    assert shown_value(key, value) == expected
