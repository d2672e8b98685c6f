"""Folders of recognisers as people have them: what is beside the weights, their names, their number formats."""

from pathlib import Path

import numpy as np
import pytest

from desktop.bench.make_model import Dimensions, make_whisper
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.models.whisper_directory import describe
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer

SMALL = Dimensions(64, 2, 2, 2)
LARGE = Dimensions(64, 2, 2, 2, mels=128)


@pytest.mark.parametrize("form", [None, "int8", "float16"])
def test_without_a_preprocessor_in_any_path_and_format(tmp_path: Path, form: str | None) -> None:
    for number, dimensions in enumerate((SMALL, LARGE)):
        folder = make_whisper(tmp_path / "модель 模型 [x]" / f"{number}é", dimensions, quantization=form)
        (folder / "preprocessor_config.json").unlink()
        if number:  # one of another model
            (folder / "preprocessor_config.json").write_text('{"feature_size": 80}')
        recognizer = WhisperRecognizer(folder, device="cpu")
        recognizer.load(lambda _: None)
        samples = np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
        heard = recognizer.transcribe(samples, RecognitionRequest("en", is_final=True))
        recognizer.close()
        assert heard.language == "en"


def test_what_a_model_of_many_languages_is_called_says_nothing(tmp_path: Path) -> None:
    for name in ("base.en", "my.en", "Whisper"):
        folder = make_whisper(tmp_path / name, SMALL)
        (folder / "parley.json").unlink()
        assert len(describe(folder).languages) == 99  # by its vocabulary
