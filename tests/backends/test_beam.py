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

NOISES = [np.random.default_rng(seed).normal(0, 0.1, 16_000).astype(np.float32) for seed in range(3)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that finds wide beams worth while: with random weights everything is about as probable."""
    return make_whisper(tmp_path_factory.mktemp("made") / "tiny", TINY)


@pytest.mark.parametrize("own", [1, 5])
def test_a_final_is_searched_as_wide_as_it_asks_for(path: Path, own: int) -> None:
    recognizer = WhisperRecognizer(path, beam_size=own)
    recognizer.load(lambda _: None)

    def probability(beam_size: int, *, is_final: bool = True) -> list[float]:
        request = RecognitionRequest("en", is_final=is_final, beam_size=beam_size, may_widen=False)
        return [recognizer.transcribe(noise, request).log_probability for noise in NOISES]

    assert probability(5) != probability(1)
    assert probability(0) == probability(own)
    assert probability(5, is_final=False) == probability(1)
    recognizer.close()


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
