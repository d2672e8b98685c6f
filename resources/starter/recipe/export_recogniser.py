"""Write a trained recogniser as the CTranslate2 directory that faster-whisper loads.

usage: python export_recogniser.py WORK/recogniser.pt WORK/tokenizer.json OUT
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import tokens
import torch
from ctranslate2.converters.transformers import WhisperLoader
from recogniser import Recogniser

ALIGNMENT_HEADS = [[0, 0], [0, 2], [1, 0], [1, 2]]
"""The cross-attention heads that follow time best: word times are read from them."""
_SPACE = 220
DESCRIPTION = {"name": "Starter (phrasebook)", "languages": ["en", "es"], "short_context": True, "translates": True}
"""What Parley reads about the model; it was trained on windows of 2.5 to 30 s, so that short ones suit it."""
PREPROCESSOR = {
    "chunk_length": 30,
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": 80,
    "hop_length": 160,
    "n_fft": 400,
    "n_samples": 480000,
    "nb_max_frames": 3000,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
    "sampling_rate": 16000,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--quantization", default="int8")
    arguments = parser.parse_args()

    state = torch.load(arguments.checkpoint, weights_only=True)["model"]
    model = Recogniser(state["used"])
    model.load_state_dict(state)
    spec = WhisperLoader().get_model_spec(model.finished())
    spec.register_vocabulary(tokens.vocabulary())
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [_SPACE, tokens.END]
    spec.config.lang_ids = list(range(tokens.FIRST_LANGUAGE, tokens.TRANSLATE))
    spec.config.alignment_heads = ALIGNMENT_HEADS
    spec.validate()
    spec.optimize(quantization=arguments.quantization)
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    spec.save(str(arguments.out))
    shutil.copy(arguments.tokenizer, arguments.out / "tokenizer.json")
    (arguments.out / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR))
    (arguments.out / "parley.json").write_text(json.dumps(DESCRIPTION) + "\n")
    for file in sorted(arguments.out.iterdir()):
        print(f"{file.stat().st_size / 1e6:6.2f} MB  {file.name}")


if __name__ == "__main__":
    main()
