"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.sentences import ends_clause, has_words, is_complete, spans, split

MORE = {
    " ".join(sentences): sentences
    for sentences in (
        ["Ich bin 20.", "Du bist 30.", "Dann kam Heinrich VIII. Tudor."],
        ["It is on pp. 5 and 6 of Vol. 2.", "No.", "Nobody knows."],
        ["Véanse las págs. 7 y 8 del cap. 2.", "La Sra. López vive en la Avda. Goya."],
        ["Voir la fig. 2.", "Mme. Curie et M. Curie vivent bd. Kellermann."],
        ["А. С. Пушкин жил на ул. Мойка, д. 12.", "Он родился в 1799 г.", "Его знают все."],
        ["Mieszka przy ul. Długiej, np. Pan Kowalski.", "Tak."],
    )
}


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
        (
            "de",
            "Der 2. Weltkrieg begann am 1. September 1939. Er endete 1945.",
            ["Der 2. Weltkrieg begann am 1. September 1939.", "Er endete 1945."],
        ),
        ("de", "Ich bin 20. Du bist 30. Dann kam Heinrich VIII. Tudor.", None),
        ("de", "Siehe z. B. Abb. 3, d. h. den 3. Teil. Fertig.", ["Siehe z. B. Abb. 3, d. h. den 3. Teil.", "Fertig."]),
        ("en", "See Fig. 3 and No. 5. Then go on.", ["See Fig. 3 and No. 5.", "Then go on."]),
        ("en", "It is on pp. 5 and 6 of Vol. 2. No. Nobody knows.", None),
        ("en", "Chapter 2. The house.", ["Chapter 2.", "The house."]),
        ("es", "Véanse las págs. 7 y 8 del cap. 2. La Sra. López vive en la Avda. Goya.", None),
        ("fr", "Voir la fig. 2. Mme. Curie et M. Curie vivent bd. Kellermann.", None),
        ("ru", "А. С. Пушкин жил на ул. Мойка, д. 12. Он родился в 1799 г. Его знают все.", None),
        ("pl", "Mieszka przy ul. Długiej, np. Pan Kowalski. Tak.", None),
        ("cs", "Viz obr. 2. Dne 1. září začala válka.", ["Viz obr. 2.", "Dne 1. září začala válka."]),
        ("da", "Den 1. september, kl. 5. Så gik de.", ["Den 1. september, kl. 5.", "Så gik de."]),
        ("zh", "你好。我很好！你呢？", ["你好。", "我很好！", "你呢？"]),
        ("ja", "「はい。」と言った。終わり", ["「はい。」", "と言った。", "終わり"]),
        ("hi", "यह घर है। वह आदमी है।", ["यह घर है।", "वह आदमी है।"]),
        ("ar", "أين البيت؟ هنا.", ["أين البيت؟", "هنا."]),
    ],
)
def test_sentences(language: str, text: str, sentences: list[str] | None) -> None:
    assert split(text, language) == (MORE[text] if sentences is None else sentences)


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
