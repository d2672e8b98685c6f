"""Load everything that the recipe made as Parley loads it, and use each once. Fails where one does not load.

usage: python check_artefacts.py OUT
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import ctranslate2
import numpy as np
import onnxruntime
import sentencepiece
import soundfile
from faster_whisper import WhisperModel
from piper import PiperVoice


def check_recogniser(folder: Path, recording: Path) -> None:
    samples, _ = soundfile.read(recording, dtype="float32")
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = model.transcribe(samples[: 16_000 * 3], language="en", beam_size=1, temperature=0)
    print(f"recogniser hears: {' '.join(segment.text for segment in segments).strip()[:70]!r}")


def check_translator(folder: Path, text: str) -> None:
    facts = json.loads((folder / "metadata.json").read_text())
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    translator = ctranslate2.Translator(str(folder / "model"), device="cpu", intra_threads=1)
    result = translator.translate_batch([pieces.encode(text, out_type=str)], max_decoding_length=60)[0]
    print(f"{facts['from_code']}->{facts['to_code']}: {text!r} -> {pieces.decode(result.hypotheses[0])[:70]!r}")
    book = json.loads((folder / "phrasebook.json").read_text())
    if not book["patterns"] or not -1 < book["least_score"] < 0:
        raise SystemExit(f"{folder}: the phrasebook holds no sentences")
    print(f"{folder.name}: {book['words']} words, {len(book['patterns'])} patterns, least score {book['least_score']}")
    splitter = onnxruntime.InferenceSession(str(folder / "minisbd" / f"{facts['from_code']}.onnx"))
    units = np.array([[1, 2, 7, 1, 4]], np.int64)  # "x. x?"
    logits = splitter.run(None, {"units": units, "features": np.zeros((1, 5, 1), np.float32)})[0]
    if logits.argmax(-1).tolist() != [[0, 2, 0, 0, 2]]:
        raise SystemExit(f"{folder}: the sentence splitter does not split")


def check_voice(file: Path, text: str) -> None:
    chunks = list(PiperVoice.load(str(file)).synthesize(text))
    seconds = sum(len(chunk.audio_float_array) / chunk.sample_rate for chunk in chunks)
    if seconds < 0.5 or max(np.abs(chunk.audio_float_array).max() for chunk in chunks) < 0.05:
        raise SystemExit(f"{file}: the voice does not speak")
    print(f"{file.stem}: {seconds:.1f} s of speech for {text!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    check_recogniser(out / "whisper", out / "samples" / "meeting-en.flac")
    check_translator(out / "argos" / "translate-en_es-1_0", "Where is the train station?")
    check_translator(out / "argos" / "translate-es_en-1_0", "¿Dónde está la estación de tren?")
    check_voice(out / "voices" / "en_US-tiny-x_low.onnx", "Where is the train station?")
    check_voice(out / "voices" / "es_ES-tiny-x_low.onnx", "¿Dónde está la estación de tren?")


if __name__ == "__main__":
    main()
