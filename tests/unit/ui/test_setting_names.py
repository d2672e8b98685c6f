"""How settings are called in the window."""

import pytest

from desktop.ui.settings.names import title


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("window.tray", "Tray icon"),
        ("cloud.openai_endpoint", "OpenAI address"),
        ("cloud.deepl_endpoint", "DeepL address"),
        ("speech.rate", "Speed"),
        ("cloud.google_region", "Google region"),
    ],
)
def test_a_name_of_its_own_or_the_words_of_its_key(key: str, name: str) -> None:
    assert title(key) == name
