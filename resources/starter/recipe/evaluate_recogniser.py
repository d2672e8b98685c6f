"""Measure a recogniser, loaded as Parley loads it, on sentences and digits that training never heard.

usage: python evaluate_recogniser.py MODEL WORK/test [--count 400]
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

import digits
import jiwer
import numpy as np
from faster_whisper import WhisperModel
from speech import SAMPLE_RATE
from words import UNITS_EN


def plain(text: str) -> str:
    """Lower case, no punctuation: what word error rates compare."""
    return re.sub(r"[^\w' ]", "", text.lower().replace("-", " ")).strip()


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def recognised(model: WhisperModel, samples: np.ndarray, language: str) -> str:
    segments, _ = model.transcribe(
        samples,
        language=language,
        beam_size=1,
        temperature=0,
        without_timestamps=True,
        condition_on_previous_text=False,
    )
    return plain(" ".join(segment.text for segment in segments))


def report(name: str, said: list[str], heard: list[str]) -> None:
    print(f"{name}: {len(said)} recordings, word error rate {jiwer.wer(said, heard):.1%}")
    wrong = [(a, b) for a, b in zip(said, heard, strict=True) if a != b]
    for a, b in wrong[:5]:
        print(f"    said   {a}\n    heard  {b[:120]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("corpus", type=Path, help="what make_corpus.py --part test wrote, without ending")
    parser.add_argument("--count", type=int, default=400)
    arguments = parser.parse_args()

    model = WhisperModel(str(arguments.model), device="cpu", compute_type="int8", cpu_threads=1)
    index = json.loads(arguments.corpus.with_suffix(".json").read_text(encoding="utf-8"))[: arguments.count]
    audio = np.memmap(arguments.corpus.with_suffix(".i16"), dtype=np.int16, mode="r")
    for language in ("en", "es"):
        said, heard = [], []
        for entry in index:
            if entry["language"] == language:
                samples = audio[entry["offset"] : entry["offset"] + entry["length"]].astype(np.float32) / 32768
                said.append(plain(entry["text"]))
                heard.append(recognised(model, np.concatenate([silence(0.19), samples, silence(0.31)]), language))
        report(language, said, heard)

    r = random.Random(3)
    said, heard = [], []
    for _, recordings in sorted(digits.load("test").items()):
        for _ in range(min(5, arguments.count)):
            parts, string = [silence(0.25)], [r.randint(0, 9) for _ in range(5)]
            for digit in string:
                samples = r.choice(recordings[digit])
                parts += [samples / np.abs(samples).max() * 0.5, silence(0.125)]
            said.append(" ".join(UNITS_EN[digit] for digit in string))
            heard.append(recognised(model, np.concatenate([*parts, silence(0.19)]), "en"))
    report("human digits", said, heard)


if __name__ == "__main__":
    main()
