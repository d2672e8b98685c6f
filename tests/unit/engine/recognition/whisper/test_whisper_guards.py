"""A result that cannot stand is decoded again with more context, with a decoder that says what it is told to."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples, Word
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.whisper.context import ContextLimits
from desktop.engine.recognition.whisper.decoder import Decoded, WhisperDecoder
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.system.paths import RESOURCES

STARTER = RESOURCES / "starter" / "whisper"
GOOD = Decoded("where is the station", [11, 12, 13, 14], -0.1, 0.0)
FINAL = RecognitionRequest("en", is_final=True)


class ScriptedDecoder(WhisperDecoder):
    """Writes for each size of window what the script says, and every word takes a tenth of a second."""

    def __init__(self, script: dict[int, Decoded], *, without_prompt: Decoded | None = None) -> None:
        super().__init__(None, "transcribe")
        self.script = script
        self.without_prompt = without_prompt
        self.encoded: list[int] = []
        self.prompts: list[tuple[str, str]] = []
        self.beams: list[int] = []

    def encode(self, samples: Samples, frames: int, limits: ContextLimits | None) -> Any:
        self.encoded.append(frames)
        return frames

    def generate(
        self, encoded: Any, language: str, *, before: str = "", vocabulary: str = "", limit: int, beam_size: int
    ) -> Decoded:
        self.prompts.append((before, vocabulary))
        self.beams.append(beam_size)
        if self.without_prompt is not None and not before and not vocabulary:
            return self.without_prompt
        return self.script[encoded]

    def words(self, encoded: Any, frames: int, language: str, tokens: list[int], samples: int) -> tuple[Word, ...]:
        pace = samples / SAMPLE_RATE / max(1, len(tokens))  # all of the sound has words
        return tuple(Word(f"w{token}", pace * n, pace * (n + 1), 0.9) for n, token in enumerate(tokens))


@pytest.fixture
def said(speech: Callable[[str], Samples]) -> Samples:
    return speech("en-00")


def hear(
    decoder: ScriptedDecoder, samples: Samples, request: RecognitionRequest = FINAL, **options: Any
) -> tuple[str, bool]:
    recognizer = WhisperRecognizer(STARTER, **({"context": "short"} | options))
    hypothesis = recognizer._hypothesis(decoder, samples, request)
    return " ".join(word.text for word in hypothesis.words), hypothesis.has_repeated


def test_a_good_result_stands_at_once(said: Samples) -> None:
    decoder = ScriptedDecoder({500: GOOD})
    assert hear(decoder, said) == ("w11 w12 w13 w14", False)
    assert decoder.encoded == [500]


LOOP = [7] * 20
BAD = {
    "as many tokens as may be": Decoded("many words", list(range(100, 300)), -0.2, 0.0),
    "a loop": Decoded("no no no no", LOOP, -0.2, 0.0),
    "text that compresses": Decoded("and so on " * 30, [1, 2, 3, 4, 5], -0.2, 0.0),
    "a guess": Decoded("where is the", [1, 2, 3], -1.4, 0.1),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_stand_is_decoded_with_more_context(said: Samples, name: str) -> None:
    decoder = ScriptedDecoder({500: BAD[name], 1500: GOOD})
    assert hear(decoder, said) == ("w11 w12 w13 w14", False)
    assert decoder.encoded == [500, 1500]
    decoder = ScriptedDecoder({500: BAD[name], 1500: BAD[name], 3000: GOOD})
    assert hear(decoder, said) == ("w11 w12 w13 w14", False)
    assert decoder.encoded == [500, 1500, 3000]


@pytest.mark.parametrize("name", BAD)
def test_more_context_is_taken_only_where_it_may_be(said: Samples, name: str) -> None:
    recognizer = WhisperRecognizer(STARTER, context="short")
    decoder = ScriptedDecoder({500: BAD[name], 1500: GOOD})
    hurried = RecognitionRequest("en", may_widen=False)
    assert not recognizer._hypothesis(decoder, said, hurried).is_trusted
    assert decoder.encoded == [500]
    assert recognizer._hypothesis(decoder, said, replace(hurried, may_widen=True)).is_trusted


def test_the_least_bad_one_is_taken_without_its_loop(said: Samples) -> None:
    worse = Decoded("nonsense", [1, 2, 3], -1.9, 0.1)
    decoder = ScriptedDecoder({500: worse, 1500: Decoded("no no no", [5, *LOOP], -0.3, 0.1), 3000: worse})
    assert hear(decoder, said) == ("w5 w7", True)


def test_no_speech_ends_it_without_words(said: Samples) -> None:
    decoder = ScriptedDecoder({500: Decoded("thank you", [1, 2], -1.3, 0.9)})
    assert hear(decoder, said) == ("", False)
    assert decoder.encoded == [500]


def test_a_phantom_is_dropped(said: Samples) -> None:
    class Phantom(ScriptedDecoder):
        def words(self, *arguments: Any) -> tuple[Word, ...]:
            return tuple(Word(text, 0.1, 0.2, 0.9) for text in ("Thanks", "for", "watching!"))

    decoder = Phantom({500: Decoded("Thanks for watching!", [1, 2, 3], -0.6, 0.3)})
    assert hear(decoder, said) == ("", False)


def test_a_window_of_music_is_not_decoded_at_all() -> None:
    recognizer = WhisperRecognizer(STARTER)
    recognizer._decoder = ScriptedDecoder({})
    tone = np.sin(2 * np.pi * 300 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32) * np.float32(0.1)
    hypothesis = recognizer.transcribe(tone, FINAL)
    assert (hypothesis.words, hypothesis.no_speech) == ((), 1.0)


def test_a_prompt_that_confuses_is_left_out(said: Samples) -> None:
    confused = Decoded("Kraków Kraków", [1, 1], -0.9, 0.1)
    decoder = ScriptedDecoder({500: confused}, without_prompt=GOOD)
    request = RecognitionRequest("en", prompt="He lives there.", vocabulary="Kraków", is_final=True)
    assert hear(decoder, said, request) == ("w11 w12 w13 w14", False)
    assert decoder.prompts == [("He lives there.", "Kraków"), ("", "")]


def test_a_whole_utterance_and_full_context_are_decoded_in_full(said: Samples) -> None:
    buffered = ScriptedDecoder({3000: GOOD})
    hear(buffered, said, RecognitionRequest("en", is_final=True, is_buffered=True))
    full = ScriptedDecoder({3000: GOOD})
    hear(full, said, context="full")
    assert buffered.encoded == full.encoded == [3000]


def test_floor_and_beam_are_as_set(said: Samples) -> None:
    decoder = ScriptedDecoder({800: replace(GOOD, log_probability=-0.5)})
    hear(decoder, said, context_floor=800, beam_size=3)
    hear(decoder, said, RecognitionRequest("en"), context_floor=800)
    assert decoder.encoded == [800, 800]
    assert decoder.beams == [1, 3, 1]


def test_a_final_of_which_the_model_is_sure_is_not_searched_any_wider(said: Samples) -> None:
    decoder = ScriptedDecoder({500: replace(GOOD, log_probability=-0.1)})
    hear(decoder, said)
    assert decoder.beams == [1]


@pytest.mark.parametrize("name", BAD)
def test_a_final_that_cannot_stand_is_searched_wider(said: Samples, name: str) -> None:
    decoder = ScriptedDecoder({500: replace(BAD[name], log_probability=-0.1), 1500: GOOD})
    hear(decoder, said)
    assert decoder.beams == ([1] if name == "a guess" else [1, 5, 1])


def test_a_wider_search_goes_on_from_the_greedy_one(said: Samples) -> None:
    recognizer = WhisperRecognizer(STARTER, context="short")
    decoder = ScriptedDecoder({500: replace(GOOD, log_probability=-0.5)})
    recognizer._decoder = decoder
    first = recognizer.transcribe(said, replace(FINAL, beam_size=1))
    assert not first.is_sure
    second = recognizer.transcribe(said, FINAL)
    assert second.is_sure
    assert (decoder.encoded, decoder.beams) == ([500], [1, 5])
    recognizer.transcribe(said, FINAL)
    assert decoder.encoded == [500, 500], "once"
    recognizer.transcribe(said, replace(FINAL, beam_size=1))
    recognizer.transcribe(said[:-10], FINAL)
    assert decoder.encoded == [500] * 4, "of the same sound"


def test_some_finals_are_compared_and_windows_grow(said: Samples, tmp_path_factory: pytest.TempPathFactory) -> None:
    """For models that were not made for short windows."""
    place = tmp_path_factory.mktemp("models") / "small"
    place.mkdir()
    told: list[ErrorEvent] = []
    recognizer = WhisperRecognizer(place, notify=told.append)
    other = Decoded("what was the question", [21, 22, 23, 24], -0.1, 0.0)
    decoder = ScriptedDecoder({1000: GOOD, 1500: GOOD, 3000: other})
    heard = [recognizer._hypothesis(decoder, said, FINAL).words[0].text for _ in range(40)]
    assert decoder.encoded.count(3000) == 2
    assert [place for place, word in enumerate(heard, 1) if word == "w21"] == [20, 40]
    assert [event.code for event in told] == ["context"]
    decoder.encoded.clear()
    recognizer._hypothesis(decoder, said, FINAL)
    assert decoder.encoded == [1500]


class LetterTokenizer:
    """Every letter is a token."""

    sot_prev, sot_sequence, no_timestamps = -1, [-2, -3, -4], -5

    def encode(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]


def started(before: str, vocabulary: str) -> list[int]:
    decoder = WhisperDecoder(SimpleNamespace(model=None), "transcribe")  # type: ignore[arg-type]
    return decoder._start(LetterTokenizer(), before, vocabulary)


def test_the_prompt_is_bounded_in_tokens() -> None:
    assert started("", "") == [-2, -3, -4, -5]
    assert started(" ab ", "xy") == [-1, *map(ord, " xy ab"), -2, -3, -4, -5]
    start = started("b" * 500, "v" * 500)
    assert start.count(ord("v")) == 39
    assert start.count(ord("b")) == 60
    assert len(start) <= 1 + 100 + 4
    assert chr(started("zy" * 100 + "END", "")[-5]) == "D"
    assert "".join(map(chr, started("", "FIRST" + "v" * 500)[1:7])) == " FIRST"


class Windows(ScriptedDecoder):
    """Writes other words for each window that it hears."""

    def __init__(self, *texts: Decoded) -> None:
        super().__init__({})
        self.texts = list(texts)

    def generate(self, encoded: Any, language: str, **options: Any) -> Decoded:
        return self.texts.pop(0)

    def words(self, encoded: Any, frames: int, language: str, tokens: list[int], samples: int) -> tuple[Word, ...]:
        return tuple(Word(f"w{token}", 0.005 * n, 0.005 * (n + 1), 0.9) for n, token in enumerate(tokens))


def test_of_what_does_not_fit_into_one_window_the_last_word_may_be_cut(said: Samples) -> None:
    """Scripts of which a token writes less than a letter. What is behind it is read by itself: speech without words."""
    full = Decoded("".join(chr(0x980 + n) for n in range(120)), list(range(224)), -0.1, 0.0)
    text, _ = hear(Windows(full), said, replace(FINAL, language="bn", beam_size=1))
    assert text.split()[:2] == ["w0", "w1"]
    assert text.split()[-1:] == ["w222"]
