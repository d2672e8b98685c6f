"""What the unlocked subtitles show, in which language, and how it is laid out anew."""

from dataclasses import replace

import pytest

from desktop.overlay.sample import sample_frame, sentence
from desktop.overlay.subtitles import Layout


@pytest.mark.parametrize(
    ("spoken", "target", "expected"),
    [
        ("auto", "", "Subtitles will appear here."),
        ("de", "en", "Untertitel erscheinen hier.\nSubtitles will appear here."),
        ("de", "de", "Untertitel erscheinen hier."),
        ("en", "pt-BR", "Subtitles will appear here.\nAs legendas aparecerão aqui."),
    ],
)
def test_it_is_in_the_languages_that_will_be_shown(spoken: str, target: str, expected: str) -> None:
    assert sample_frame(Layout(), spoken, target).text == expected


def test_where_only_a_translation_is_shown_there_is_one_also_without_a_language() -> None:
    layout = replace(Layout(), show="translation")
    assert sample_frame(layout, "es", "").text == "Los subtítulos aparecerán aquí."


def test_a_language_without_a_sentence_is_named() -> None:
    assert sentence("cy") == ("Subtitles in Welsh will appear here.", "en")
    assert sentence("zh-Hant")[0] != sentence("zh")[0]
