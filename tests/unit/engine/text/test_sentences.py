"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.sentences import ends_clause, has_words, is_complete, spans, split


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("en", "", []),
        ("en", "One sentence", ["One sentence"]),
        ("en", "Where is it? It is here. Good!", ["Where is it?", "It is here.", "Good!"]),
        (
            "en",
            "Dr. Smith paid 3.50 dollars. Mr. J. Smith did not.",
            ["Dr. Smith paid 3.50 dollars.", "Mr. J. Smith did not."],
        ),
        ("en", "See e.g. the house, etc. and more. Then go.", ["See e.g. the house, etc. and more.", "Then go."]),
        ("en", "Open parley.json now. Done.", ["Open parley.json now.", "Done."]),
        ("en", "Wait... what is it? Oh… I see.", ["Wait... what is it?", "Oh…", "I see."]),
        ("en", "He said “Stop!” Then he left.", ["He said “Stop!”", "Then he left."]),
        ("en", "So did I. You did not.", ["So did I.", "You did not."]),
        ("en", "No. I am not.", ["No.", "I am not."]),
        ("en", "Line one.\nLine two.", ["Line one.", "Line two."]),
        ("es", "¿Dónde está? ¡Aquí! El Sr. López llega.", ["¿Dónde está?", "¡Aquí!", "El Sr. López llega."]),
        ("de", "Das kostet z.B. 3 Euro. Gut.", ["Das kostet z.B. 3 Euro.", "Gut."]),
        ("zh", "你好。我很好！你呢？", ["你好。", "我很好！", "你呢？"]),
        ("ja", "「はい。」と言った。終わり", ["「はい。」", "と言った。", "終わり"]),
        ("hi", "यह घर है। वह आदमी है।", ["यह घर है।", "वह आदमी है।"]),
        ("ar", "أين البيت؟ هنا.", ["أين البيت؟", "هنا."]),
    ],
)
def test_sentences(language: str, text: str, sentences: list[str]) -> None:
    assert split(text, language) == sentences


@pytest.mark.parametrize(
    ("text", "is_over"),
    [
        ("I am here.", True),
        ("I am here", False),
        ("Is it?", True),
        ("I met Dr.", False),
        ("The price is 3.", False),
        ("He said “no.”", True),
        ("你好。", True),
        ("", False),
        ("…", True),
    ],
)
def test_the_end_of_a_running_text(text: str, is_over: bool) -> None:
    assert is_complete(text, "en") is is_over


@given(
    st.text(alphabet=st.sampled_from('aB1 .?!…,。？\n"”)😀你'), max_size=80), st.sampled_from(["en", "es", "zh", "xx"])
)
def test_nothing_is_lost(text: str, language: str) -> None:
    assert "".join("".join(split(text, language)).split()) == "".join(text.split())
    edges = [edge for span in spans(text, language) for edge in span]
    assert edges == sorted(edges)


def test_pauses_and_words() -> None:
    assert ends_clause("casa,")
    assert ends_clause("“no”;")
    assert not ends_clause("casa")
    assert not ends_clause("")
    assert has_words("¿7?")
    assert not has_words("...! 😀")
