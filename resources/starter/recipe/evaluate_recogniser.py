"""Measure a recogniser through faster-whisper on sentences and digits that training never heard: one at a time, and
minutes of them without a break, which fill its windows of 30 s.

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

SENTENCES, STREAMS = 18, 10
"""Sentences in a minute, and how many minutes of each language are read."""


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


def joined(texts: list[str], recordings: list[np.ndarray], r: random.Random) -> tuple[str, np.ndarray]:
    """Sentences one after the other, 0.3 to 2 s apart."""
    parts = [silence(0.5)]
    for samples in recordings:
        parts += [samples, silence(r.uniform(0.3, 2))]
    return " ".join(texts), np.concatenate(parts)


def streamed(model: WhisperModel, samples: np.ndarray, language: str, *, prompted: bool) -> str:
    """As faster-whisper reads a recording by itself: beam of 5, windows placed by the times that it writes, and, if
    `prompted`, each with the text before it."""
    segments, _ = model.transcribe(samples, language=language, condition_on_previous_text=prompted)
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
    r = random.Random(3)
    index = json.loads(arguments.corpus.with_suffix(".json").read_text(encoding="utf-8"))[: arguments.count]
    audio = np.memmap(arguments.corpus.with_suffix(".i16"), dtype=np.int16, mode="r")
    for language in ("en", "es"):
        said, heard, recordings = [], [], []
        for entry in index:
            if entry["language"] == language:
                samples = audio[entry["offset"] : entry["offset"] + entry["length"]].astype(np.float32) / 32768
                recordings.append(samples)
                said.append(plain(entry["text"]))
                heard.append(recognised(model, np.concatenate([silence(0.19), samples, silence(0.31)]), language))
        report(f"{language}, one sentence", said, heard)
        groups = range(0, len(said) - SENTENCES + 1, SENTENCES)
        streams = [joined(said[i : i + SENTENCES], recordings[i : i + SENTENCES], r) for i in groups][:STREAMS]
        for prompted in (False, True):
            what = "with" if prompted else "without"
            read = [streamed(model, samples, language, prompted=prompted) for _, samples in streams]
            if streams:
                report(
                    f"{language}, a minute of sentences, {what} the text before", [text for text, _ in streams], read
                )

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
