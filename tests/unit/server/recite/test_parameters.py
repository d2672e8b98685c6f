"""What readers ask for, and what they are told where that cannot be."""

import pytest

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.practice.options import Following
from desktop.practice.texts.reading import read_pasted
from desktop.server.protocols.recite.parameters import parameters, text_of_wanted

PACK = read_pasted("# verses\n1|1|one two\n1|2|three four\n2|1|five\n")
LANGUAGES = frozenset({"en", "ar"})


def text(**values: str) -> str:
    found = text_of_wanted(parameters(values), PACK, LANGUAGES)
    return f"{found.language}: {' / '.join(line.text for line in found.lines)}"


def test_a_text_or_verses_of_the_pack() -> None:
    assert text(text="Hello there.", language="english") == "en: Hello there."
    assert text(surah="1", ayah="2") == "ar: three four"
    assert text(surah="1", ayah="1", last_ayah="2", language="en") == "en: one two / three four"
    assert text(surah="1") == "ar: one two / three four"


def test_the_language_of_a_recogniser_that_knows_only_one_need_not_be_said() -> None:
    assert text_of_wanted(parameters({"text": "Hello."}), None, frozenset({"en"})).language == "en"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "There is nothing to read"),
        ({"text": " "}, "There is nothing to read"),
        ({"text": "... ?", "language": "en"}, "nothing to read"),
        ({"text": "Hello."}, "Say in which language"),
        ({"text": "Hola.", "language": "es"}, "does not know"),
        ({"text": "Hola.", "language": "klingon"}, "klingon"),
        ({"surah": "9"}, "9:1"),
        ({"surah": "1", "ayah": "3"}, "1:3"),
        ({"surah": "0"}, "surah"),
        ({"surah": "x"}, "surah"),
        ({"text": "a" * 20_001}, "text"),
        ({"text": "a", "following": "fast"}, "following"),
        ({"word": "a"}, "word"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(EngineError) as error:
        text_of_wanted(parameters(values), PACK, LANGUAGES)
    assert sentence in text_of(error.value)


def test_verses_need_a_pack() -> None:
    with pytest.raises(EngineError) as error:
        text_of_wanted(parameters({"surah": "1"}), None, LANGUAGES)
    assert "--text-pack" in text_of(error.value)


def test_how_it_is_followed() -> None:
    wanted = parameters({"text": "a", "following": "calm", "prompt": "true", "verify": "0"})
    assert (wanted.options.following, wanted.options.uses_prompt, wanted.verify) == (Following.CALM, True, False)
