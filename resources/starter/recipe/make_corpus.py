"""Speak phrases with espeak-ng: OUT.i16 (all samples, int16, 16 kHz) and OUT.json (one entry an utterance).

usage: python make_corpus.py OUT --count 30000 --seed 21 --part train
"""

from __future__ import annotations

import argparse
import json
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from phrases import held_out, pair
from speech import SAMPLE_RATE, Espeak

VARIANTS = (
    ["", *(f"+m{i}" for i in range(1, 8)), *(f"+f{i}" for i in range(1, 6))]
    + [f"+{name}" for name in ("Andrea", "Gene", "Lee", "Mario", "Michael", "rob", "steph", "linda", "ed", "adam")]
    + ["+anika"]
)
VOICES = {
    "en": ["en-us", "en-us", "en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan"],
    "es": ["es", "es-419"],
}
SPANISH_SHARE = 0.33
PORTION = 500
"""Utterances that one process makes from one seed: the corpus is the same on any number of cores."""


def utterances(part: str, seed: str, count: int) -> list[tuple[dict[str, object], bytes]]:
    """`count` utterances: what is said in each, and its samples."""
    r = random.Random(seed)
    espeak = Espeak()
    spoken: list[tuple[dict[str, object], bytes]] = []
    while len(spoken) < count:
        english, spanish = pair(r)
        if held_out(english) != (part == "test"):
            continue
        language = "es" if r.random() < SPANISH_SHARE else "en"
        text = spanish if language == "es" else english
        voice = r.choice(VOICES[language]) + r.choice(VARIANTS)
        try:
            utterance = espeak.say(text, voice, r.randint(125, 215), r.randint(25, 75), r.randint(30, 70))
        except KeyError:
            continue  # this espeak-ng lacks the variant
        entry = {"language": language, "text": text, "english": english, "starts": utterance.starts, "voice": voice}
        spoken.append((entry, utterance.samples.tobytes()))
    return spoken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="path without ending")
    parser.add_argument("--count", type=int, default=30000)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--part", choices=["train", "test"], default="train", help="test: the sentences held out")
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)

    starts = range(0, arguments.count, PORTION)
    seeds = [f"{arguments.seed} {start}" for start in starts]
    counts = [min(PORTION, arguments.count - start) for start in starts]
    index: list[dict[str, object]] = []
    offset = 0
    with arguments.out.with_suffix(".i16").open("wb") as file, ProcessPoolExecutor() as processes:
        for portion in processes.map(utterances, [arguments.part] * len(seeds), seeds, counts):
            for entry, samples in portion:
                file.write(samples)
                length = len(samples) // np.dtype(np.int16).itemsize
                index.append(entry | {"offset": offset, "length": length})
                offset += length
    arguments.out.with_suffix(".json").write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")
    print(f"{len(index)} utterances, {offset / SAMPLE_RATE / 3600:.2f} h")


if __name__ == "__main__":
    main()
