"""`parley bench make-model`: Whisper models of any size with random weights, for measuring loading, memory and speed.

Real CTranslate2 models that the real backend and every other program opens, with the starter model's tokenizer. They
cost what a model of that size costs; what they hear is nonsense. No torch: the weights are written through
`ctranslate2.specs` with numpy. Main thread.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim
from desktop.system.paths import RESOURCES

_STARTER = RESOURCES / "starter" / "whisper"
_ENCODER_PLACES, _DECODER_PLACES = 1500, 448


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Of a Whisper model; see `SIZES` for those of OpenAI's."""

    width: int
    encoder_layers: int
    decoder_layers: int
    heads: int
    mels: int = 80
    """bins of its spectrum: 128 in large-v3 and turbo"""


TINY = Dimensions(384, 4, 4, 6)
BASE = Dimensions(512, 6, 6, 8)
SMALL = Dimensions(768, 12, 12, 12)
MEDIUM = Dimensions(1024, 24, 24, 16)
SIZES = {"tiny": TINY, "base": BASE, "small": SMALL, "medium": MEDIUM}
"""as OpenAI's models of these names; the vocabulary is the multilingual one of all of them"""


def main(size: str, directory: Path) -> int:
    """Make a model and say where it is; returns 0. Raises EngineError."""
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise EngineError(verbatim(f"{directory} is not empty; name a new folder for the model."))
        make_whisper(directory, SIZES[size], name=f"Whisper {size}, random weights")
    except OSError as error:
        raise EngineError(verbatim(f"The model could not be written to {directory} ({error.strerror}).")) from error
    megabytes = (directory / "model.bin").stat().st_size / 1e6
    print(f"{directory}: a Whisper model of the size {size} with random weights, int8, {megabytes:.0f} MB.")
    print("It costs what a real one costs, and hears nonsense: measure time and memory with it, never accuracy.")
    return 0


def make_whisper(
    directory: Path, dimensions: Dimensions = TINY, *, quantization: str | None = "int8", name: str = "", seed: int = 0
) -> Path:
    """Write a model into `directory` (made if need be); returns it. TINY takes a second, SMALL five.

    quantization: as CTranslate2 stores the weights; None is float32. name: what `parley.json` calls it."""
    from ctranslate2.specs import WhisperSpec

    about = json.loads((_STARTER / "config.json").read_text(encoding="utf-8"))
    tokens = json.loads((_STARTER / "vocabulary.json").read_text(encoding="utf-8"))
    spec: Any = WhisperSpec(dimensions.encoder_layers, dimensions.heads, dimensions.decoder_layers, dimensions.heads)
    _fill(spec, dimensions, len(tokens), np.random.default_rng(seed))
    spec.config.suppress_ids = about.get("suppress_ids", [])
    spec.config.suppress_ids_begin = about.get("suppress_ids_begin", [])
    spec.config.lang_ids = about["lang_ids"]
    spec.config.alignment_heads = [[dimensions.decoder_layers - 1, head] for head in range(dimensions.heads)]
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.optimize(quantization=quantization)
    directory.mkdir(parents=True, exist_ok=True)
    spec.save(str(directory))
    for file in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copyfile(_STARTER / file, directory / file)
    manifest = {"name": name or directory.name, "languages": ["en", "es"], "short_context": True}
    (directory / "parley.json").write_text(json.dumps(manifest), encoding="utf-8")
    return directory


def _fill(spec: Any, dimensions: Dimensions, tokens: int, random: np.random.Generator) -> None:
    width = dimensions.width

    def weights(*shape: int) -> Any:
        return random.standard_normal(shape, dtype=np.float32) * np.float32(0.02)

    def linear(layer: Any, outputs: int, inputs: int) -> None:
        layer.weight, layer.bias = weights(outputs, inputs), np.zeros(outputs, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def feed_forward(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, 4 * width, width)
        linear(layer.linear_1, width, 4 * width)

    def attention(layer: Any, *outputs: int) -> None:
        norm(layer.layer_norm)
        for part, size in zip(layer.linear, outputs, strict=True):
            linear(part, size, width)

    encoder, decoder = spec.encoder, spec.decoder
    for conv, inputs in ((encoder.conv1, dimensions.mels), (encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, inputs, 3), np.zeros(width, np.float32)
    encoder.position_encodings.encodings = weights(_ENCODER_PLACES, width)
    decoder.position_encodings.encodings = weights(_DECODER_PLACES, width)
    decoder.embeddings.weight = weights(tokens, width)
    decoder.projection.weight = decoder.embeddings.weight
    norm(encoder.layer_norm)
    norm(decoder.layer_norm)
    for layer in encoder.layer:
        attention(layer.self_attention, 3 * width, width)
        feed_forward(layer.ffn)
    for layer in decoder.layer:
        attention(layer.self_attention, 3 * width, width)
        attention(layer.attention, width, 2 * width, width)
        feed_forward(layer.ffn)
