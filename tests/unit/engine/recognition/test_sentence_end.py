"""What is taken for a whole sentence, and so ends an utterance early."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import Word
from desktop.engine.recognition.settling.sentence_end import is_whole


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(part, n * 0.4, (n + 1) * 0.4, 0.95, 0.95) for n, part in enumerate(text.split()))


def whole(text: str, language: str = "en", *, after: float = 0.1, log_probability: float = -0.1) -> bool:
    heard = words(text)
    end = heard[-1].end if heard else 0.0
    return is_whole(text, heard, language, speech_end=end + after, log_probability=log_probability)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("It is late.", "en", True),
        ("Is it late?", "en", True),
        ("He said: “It is late.”", "en", True),
        ("¿Puedes guardar la caja?", "es", True),
        ("天気がいいですね。", "ja", True),
        ("It is", "en", False),
        ("It is late,", "en", False),
        ("I was with Dr.", "en", False),
        ("It costs 3.", "en", False),
        ("Five.", "en", False),
        ("Seven nine.", "en", False),
        ("It is late. Five.", "en", False),
        ("はい。", "ja", False),
        ("", "en", False),
    ],
)
def test_text(text: str, language: str, expected: bool) -> None:
    assert whole(text, language) is expected


def test_what_is_not_sure_is_not_whole() -> None:
    text = "It is late."
    heard = words(text)
    assert not whole(text, log_probability=-0.5)
    for doubt in (replace(heard[-1], probability=0.5), replace(heard[-1], mark=0.8)):
        assert not is_whole(text, (*heard[:-1], doubt), "en", speech_end=1.3)


def test_speech_that_no_word_accounts_for_is_no_end() -> None:
    assert whole("It is late.", after=1.1)
    assert not whole("It is late.", after=1.3)


@given(st.text(max_size=30), st.sampled_from(["en", "es", "ja", "xx"]))
def test_any_text_can_be_judged(text: str, language: str) -> None:
    if whole(text, language):
        assert text.strip()
