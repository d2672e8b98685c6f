"""Speak phrases with espeak-ng: OUT.i16 (all samples, int16, 16 kHz) and OUT.json (one entry an utterance).

usage: python make_corpus.py OUT --count 30000 --seed 21 --part train
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="path without ending")
    parser.add_argument("--count", type=int, default=30000)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--part", choices=["train", "test"], default="train", help="test: the sentences held out")
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)

    r = random.Random(arguments.seed)
    espeak = Espeak()
    index: list[dict[str, object]] = []
    offset = 0
    with arguments.out.with_suffix(".i16").open("wb") as file:
        while len(index) < arguments.count:
            english, spanish = pair(r)
            if held_out(english) != (arguments.part == "test"):
                continue
            language = "es" if r.random() < SPANISH_SHARE else "en"
            text = spanish if language == "es" else english
            voice = r.choice(VOICES[language]) + r.choice(VARIANTS)
            try:
                utterance = espeak.say(text, voice, r.randint(125, 215), r.randint(25, 75), r.randint(30, 70))
            except KeyError:
                continue  # this espeak-ng lacks the variant
            file.write(utterance.samples.tobytes())
            index.append(
                {
                    "language": language,
                    "text": text,
                    "english": english,
                    "offset": offset,
                    "length": len(utterance.samples),
                    "starts": utterance.starts,
                    "voice": voice,
                }
            )
            offset += len(utterance.samples)
    arguments.out.with_suffix(".json").write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")
    print(f"{len(index)} utterances, {offset / SAMPLE_RATE / 3600:.2f} h")


if __name__ == "__main__":
    main()
