"""Each request may ask for a beam width of its own, and a wider one finds what is more probable."""

from pathlib import Path

import numpy as np
import pytest

from desktop.bench.live.harness import decoded
from desktop.bench.live.script import recordings
from desktop.bench.make_model import TINY, make_whisper
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.system.paths import RESOURCES

NOISES = [np.random.default_rng(seed).normal(0, 0.1, 16_000).astype(np.float32) for seed in range(2)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that finds wide beams worth while: with random weights everything is about as probable."""
    return make_whisper(tmp_path_factory.mktemp("made") / "tiny", TINY)


def test_a_final_is_searched_as_wide_as_it_asks_for(path: Path) -> None:
    def probability(recognizer: WhisperRecognizer, beam_size: int, *, is_final: bool = True) -> list[float]:
        request = RecognitionRequest("en", is_final=is_final, beam_size=beam_size, may_widen=False)
        return [recognizer.transcribe(noise, request).log_probability for noise in NOISES]

    narrow, wide = (WhisperRecognizer(path, beam_size=own) for own in (1, 5))
    for one in (narrow, wide):
        one.load(lambda _: None)
    of_one, of_five = probability(narrow, 1), probability(narrow, 5)
    assert of_five != of_one
    for one, own in ((narrow, of_one), (wide, of_five)):
        assert probability(one, 0) == own
        assert probability(one, 5, is_final=False) == of_one
        one.close()


def test_a_wide_beam_hears_nothing_that_is_less_probable() -> None:
    """It did: it stopped at five finished texts, while the most probable one was still being written."""
    recognizer = WhisperRecognizer(RESOURCES / "starter" / "whisper")
    recognizer.load(lambda _: None)
    worse = []
    for one in recordings():
        audio = decoded(one.path)
        for said in one.entries:
            start, end = (said.get("start", 0.0), said["words"][-1]["end"])
            samples = audio[round(max(0.0, start - 0.3) * SAMPLE_RATE) : round((end + 0.1) * SAMPLE_RATE)]
            greedy, wide = (
                recognizer.transcribe(samples, RecognitionRequest(one.language, is_final=True, beam_size=beam))
                for beam in (1, 5)
            )
            if wide.log_probability < greedy.log_probability - 0.05:
                worse.append(said["text"])
    recognizer.close()
    assert not worse
