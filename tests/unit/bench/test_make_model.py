"""Models with random weights, and the folder they are written to."""

import json
from pathlib import Path

from desktop.bench.make_model import SIZES, Dimensions, main, make_whisper
from desktop.engine.errors import EngineError
from tests.raising import raises


def test_a_model_of_the_dimensions_that_were_asked_for(tmp_path: Path) -> None:
    import ctranslate2

    small = Dimensions(64, 2, 1, 2)
    model = ctranslate2.models.Whisper(str(make_whisper(tmp_path / "model", small)), device="cpu")
    assert model.is_multilingual
    assert model.n_mels == 80
    assert json.loads((tmp_path / "model" / "parley.json").read_text(encoding="utf-8"))["name"] == "model"


def test_sizes_are_those_of_the_real_ones() -> None:
    # width, layers and heads as in the models' own config.json
    assert [(one.width, one.encoder_layers, one.decoder_layers, one.heads) for one in SIZES.values()] == [
        (384, 4, 4, 6),
        (512, 6, 6, 8),
        (768, 12, 12, 12),
        (1024, 24, 24, 16),
    ]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with raises(EngineError, match="not empty"):
        main("tiny", tmp_path)
    assert (tmp_path / "mine").read_text() == "mine"
