"""Text that Whisper makes up where nobody speaks."""

from collections.abc import Callable

import numpy as np
import pytest

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.recognition.whisper.hallucinations import echoes, without_hallucinations

SURE = {"no_speech": 0.0, "log_probability": -0.2}
UNSURE = {"no_speech": 0.3, "log_probability": -0.6}
DOUBTFUL = {"no_speech": 0.7, "log_probability": -0.4}


def words(text: str, probability: float = 0.9, start: float = 0.2) -> tuple[Word, ...]:
    parts = text.split()
    return tuple(
        Word(part, start + 0.3 * place, start + 0.3 * (place + 1), probability) for place, part in enumerate(parts)
    )


@pytest.fixture(scope="module")
def voice(speech: Callable[[str], Samples]) -> Samples:
    return speech("en-05")


@pytest.fixture(scope="module")
def organ() -> Samples:
    """Three seconds of a chord."""
    at = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    return np.asarray(0.05 * sum(np.sin(2 * np.pi * hertz * at) for hertz in (220, 277, 330)), np.float32)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you for watching.",
        "Subtitles by the Amara.org community",
        "¡Gracias por ver el video!",
        "Subtítulos realizados por la comunidad de Amara.org",
        "Untertitel der Amara.org-Community",
        "Untertitelung des ZDF, 2020",
        "Sous-titrage Société Radio-Canada",
        "Sous-titres réalisés par la communauté d'Amara.org",
        "Legendas pela comunidade Amara.org",
        "Субтитры сделал DimaTorzok",
        "Продолжение следует...",
        "ご視聴ありがとうございました",
        "字幕由Amara.org社区提供",
        "시청해주셔서 감사합니다.",
        "İzlediğiniz için teşekkür ederim.",
    ],
)
def test_what_subtitles_end_with_is_dropped_where_there_is_doubt(voice: Samples, organ: Samples, text: str) -> None:
    assert without_hallucinations(words(text), voice, **SURE) == words(text)
    assert without_hallucinations(words(text), voice, **UNSURE) == ()
    assert without_hallucinations(words(text), organ, **SURE) == ()


@pytest.mark.parametrize("text", ["Thank you.", "Gracias.", "Bye.", "you", "Danke."])
def test_what_people_say_every_day_needs_more_doubt(voice: Samples, organ: Samples, text: str) -> None:
    assert without_hallucinations(words(text), voice, **UNSURE) == words(text)
    assert without_hallucinations(words(text), voice, **DOUBTFUL) == ()
    assert without_hallucinations(words(text), organ, **SURE) == ()


@pytest.mark.parametrize("text", ["[Music]", "♪♪", "[BLANK_AUDIO]", "*", "[ Applause ]", "【音楽】", "♪ ♪ ♪"])
def test_notes_on_sounds_are_no_words(voice: Samples, text: str) -> None:
    assert without_hallucinations(words(text), voice, **SURE) == ()
    said = words(f"Where is it? {text}")
    assert without_hallucinations(said, voice, **SURE) == said[:3]


@pytest.mark.parametrize("text", ["(upbeat music playing)", "(Applaus)", "（笑）"])
def test_notes_that_could_be_words_go_in_doubt(voice: Samples, text: str) -> None:
    said = words(f"Where is it? {text}")
    assert without_hallucinations(said, voice, **SURE) == said
    assert without_hallucinations(said, voice, **UNSURE) == said[:3]
    unlikely = (*said[:3], *words(text, 0.3, start=1.1))
    assert without_hallucinations(unlikely, voice, **SURE) == said[:3]
    assert without_hallucinations(words(text), voice, **SURE) == ()  # alone


@pytest.mark.parametrize(
    "text",
    ["The (WHO) says so.", "Ten (in total) came.", "See [sic] and [1] there.", "人（二十歳）が来た。", "a < b > c"],
)
def test_words_in_brackets_were_said(voice: Samples, text: str) -> None:
    for doubt in (SURE, UNSURE, DOUBTFUL):
        assert without_hallucinations(words(text), voice, **doubt) == words(text)


@pytest.mark.parametrize("doubt", [SURE, UNSURE, DOUBTFUL])
@pytest.mark.parametrize(
    "text", ["Where is the station?", "Thank you for coming.", "I was watching the news.", "The end of the street", ""]
)
def test_all_other_text_stays(voice: Samples, organ: Samples, text: str, doubt: dict[str, float]) -> None:
    assert without_hallucinations(words(text), voice, **doubt) == words(text)
    assert without_hallucinations(words(text), organ, **doubt) == words(text)


def test_a_phantom_behind_speech_goes_where_nothing_was_heard(voice: Samples) -> None:
    said, phantom = words("I work there."), words("Thanks for watching!", start=1.1)
    assert without_hallucinations((*said, *phantom), voice, **SURE) == (*said, *phantom)
    unlikely = words("Thanks for watching!", 0.2, start=1.1)
    assert without_hallucinations((*said, *unlikely), voice, **SURE) == said
    quiet = voice.copy()
    quiet[round(1.0 * SAMPLE_RATE) :] = 0.0
    assert without_hallucinations((*said, *phantom), quiet, **SURE) == said


def test_the_vocabulary_read_out_is_no_speech(voice: Samples) -> None:
    vocabulary = "Parley, Kraków, Genève, Anna Kowalska"
    read_out = words("Kraków, Genève, Anna")
    assert echoes(read_out, vocabulary)
    assert not echoes(words("Anna"), vocabulary)
    assert not echoes(words("Anna lives in Kraków"), vocabulary)
    assert without_hallucinations(read_out, voice, vocabulary, **UNSURE) == ()
    assert without_hallucinations(read_out, voice, vocabulary, **SURE) == read_out
