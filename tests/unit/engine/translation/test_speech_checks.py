"""Whether what Whisper wrote is a translation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.translation.speech_checks import checked, is_left, is_loop, is_too_long, repeats, without_repeats


@pytest.mark.parametrize(
    ("text", "transcript", "source"),
    [
        ("La tienda cierra a las ocho.", "La tienda cierra a las ocho.", "es"),
        ("La tienda, cierra a las ocio", "La tienda cierra a las ocho.", "es"),
        ("The shop on la esquina is closed.", "La tienda de la esquina está cerrada.", "es"),
        ("Gracias.", "Gracias.", "es"),
        ("Le magasin est fermé.", "Le magasin est fermé.", "fr"),
        ("Then open the Puerta of Madera.", "Entonces abra la puerta de madera.", "es"),
        ("The shop is fermé pour today.", "Le magasin est fermé pour aujourd'hui.", "fr"),
        ("Der Laden ist geschlossen.", "Der Laden ist geschlossen.", "de"),
        ("Магазин закрыт.", "Магазин закрыт.", "ru"),
        ("Магазин сегодня закрыт до вечера.", "", "ru"),
        ("Tienda cerrada hoy domingo", "", "es"),
    ],
)
def test_what_is_still_in_the_source_language(text: str, transcript: str, source: str) -> None:
    assert is_left(text, transcript, source)
    assert not checked(text, transcript, source).is_translation


@pytest.mark.parametrize(
    ("text", "transcript", "source"),
    [
        ("The shop closes at eight.", "La tienda cierra a las ocho.", "es"),
        ("Invalid option.", "Option invalide.", "fr"),
        ("The final version of the document.", "La version finale du document.", "fr"),
        ("Pablo de la Cruz lives in San Juan.", "Pablo de la Cruz vive en San Juan.", "es"),
        ("The University of La Rioja.", "La Universidad de La Rioja.", "es"),
        ("Le Monde wrote about it.", "Le Monde en a parlé.", "fr"),
        ("Visit www.example.es for more.", "Visite www.example.es para más.", "es"),
        ("The hotel has no radio.", "El hotel no tiene radio.", "es"),
        ("I don't know.", "No lo sé.", "es"),
        ("The store is closed.", "", "es"),
        ("Closed today.", "Geschlossen heute.", "de"),
    ],
)
def test_names_and_words_of_both_languages_do_not_count(text: str, transcript: str, source: str) -> None:
    assert checked(text, transcript, source).is_translation


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("The shop is closed. The shop is closed.", "The shop is closed."),
        ("Wait here. The shop is closed. The shop is closed. Thanks.", "Wait here. The shop is closed. Thanks."),
        ("Wait. We come. Wait. We come.", "Wait. We come."),
        ("No, we are closed. No we are closed!", "No, we are closed."),
        ("Come. Come. Come. Come.", "Come."),
        ("The shop is closed on Sundays. The shop is closed on", "The shop is closed on Sundays."),
        ("the shop is closed the shop is closed", "the shop is closed"),
        ("The shop is closed. It opens at nine.", "The shop is closed. It opens at nine."),
        ("bye bye", "bye bye"),
        ("", ""),
    ],
)
def test_a_doubled_text_is_reduced_to_one_copy(text: str, once: str) -> None:
    assert without_repeats(text) == once


SENTENCES = st.lists(
    st.sampled_from(["We are here.", "Come in!", "Is it late?", "The shop is closed."]),
    min_size=1,
    max_size=5,
    unique=True,
)


@given(SENTENCES, st.integers(1, 4))
def test_any_number_of_copies_becomes_one(sentences: list[str], copies: int) -> None:
    once = " ".join(sentences)
    assert without_repeats(" ".join([once] * copies)) == once
    assert repeats(" ".join([once] * copies), "en") == (copies > 1)


@given(st.text(max_size=60))
def test_nothing_is_left_to_take_out(text: str) -> None:
    once = without_repeats(text)
    assert without_repeats(once) == once
    assert len(once) <= len(text)


@given(SENTENCES)
def test_what_the_speaker_says_twice_stays(sentences: list[str]) -> None:
    twice = " ".join(sentences * 2)
    said = " ".join(["Hoy no.", "Hoy no."])
    assert checked(twice, said, "es").text == twice
    assert checked(twice, "Hoy no. Mañana sí.", "es").text == " ".join(sentences)


@pytest.mark.parametrize("text", ["", " ", "...", "♪"])
def test_an_empty_text_is_no_translation(text: str) -> None:
    assert not checked(text, "Hola a todos.", "es").is_translation
    assert not checked(text, "", "es").is_translation
    assert checked(text, "...", "es").is_translation


def test_an_address_that_nobody_named_is_made_up() -> None:
    assert not checked("We are closed. Sign up at example.org.", "Está cerrado.", "es").is_translation


def test_a_loop_and_a_flood_are_none() -> None:
    loop = "It runs on Linux, for more, for more, for more."
    assert is_loop(loop, "Corre en Linux.")
    assert not checked(loop, "Corre en Linux, para más información.", "es").is_translation
    assert not is_loop(loop, "por más por más por más")
    assert not is_loop("no, no, no", "no, no, no")
    flood = "We are happy to tell you that the shop is open again and that you are welcome at any time of the day."
    assert is_too_long(flood, "La tienda abrió.")
    assert not is_too_long(flood, "")


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["es", "fr", "de", "ja", "ru"]))
def test_any_text_is_judged(text: str, transcript: str, source: str) -> None:
    result = checked(text, transcript, source)
    assert result.text == checked(result.text, transcript, source).text


@given(
    st.lists(st.sampled_from(["tienda", "cerrada", "hoy", "puerta", "está", "domingo", "las"]), min_size=1, unique=True)
)
def test_the_transcript_is_no_translation_of_itself(words: list[str]) -> None:
    text = " ".join(words)
    assert not checked(text.capitalize() + ".", text, "es").is_translation
