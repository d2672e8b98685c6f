"""Human prompts as one live stream: joined by silence, with the times of their words, as a test set of its own.

The times are those of faster-whisper's alignment of each prompt by itself, kept within the stretch in which somebody
speaks. Main thread.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from desktop.bench.figures.delays import Sentence
from desktop.bench.figures.errors import matched_words, normalized
from desktop.bench.live.harness import write_wav
from desktop.bench.live.script import Recording, recordings
from desktop.bench.people.prompts import Prompt, samples_of
from desktop.bench.people.stretches import spoken, stretches
from desktop.bench.people.whole_files import PlainWhisper
from desktop.engine.events import SAMPLE_RATE, Samples

SECONDS = 90.0
"""of a stream, at most"""
PAUSES = (0.25, 1.2)
"""seconds of silence between two prompts: least, most"""


def recognised(said: str, words: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Those of the heard words (word, when it ends) that were really said, compared without accents. Pure."""
    plain = [(one, index) for index, (word, _) in enumerate(words) for one in normalized(word, accents=False)]
    matched = matched_words(normalized(said, accents=False), [one for one, _ in plain])
    right = {plain[heard][1] for heard in matched.values()}
    return tuple(one for index, one in enumerate(words) if index in right)


def pauses(count: int, seed: str) -> tuple[float, ...]:
    """Seconds of silence behind each of so many prompts; the same for the same seed. Pure."""
    chance = random.Random(seed)
    return tuple(chance.uniform(*PAUSES) for _ in range(count))


def fitting(lengths: Sequence[float], between: Sequence[float], limit: float) -> int:
    """How many of the first prompts fit into `limit` seconds, the silence behind each included; at least one. Pure."""
    total, count = 0.0, 0
    for length, pause in zip(lengths, between, strict=True):
        total += length + pause
        if total > limit and count:
            break
        count += 1
    return count


def stream(folder: Path, everything: Sequence[Prompt], plain: PlainWhisper, limit: float = SECONDS) -> Recording:
    """Write the first prompts of one language as one recording with its manifest into a folder, and return it.
    Raises FileUnreadable."""
    language = everything[0].language
    sounds = [samples_of(one.path) for one in everything]
    between = pauses(len(sounds), language)
    count = fitting([len(one) / SAMPLE_RATE for one in sounds], between, limit)
    pieces: list[Samples] = []
    sentences: list[Sentence] = []
    for prompt, sound, pause in zip(everything[:count], sounds, between, strict=False):
        begin = sum(map(len, pieces)) / SAMPLE_RATE
        words = recognised(prompt.text, plain.words(sound, language))
        sentences += spoken(stretches(sound), words, begin)
        pieces += [sound, np.zeros(round(pause * SAMPLE_RATE), np.float32)]
    samples = np.concatenate(pieces)
    name = f"stream-{language}.wav"
    write_wav(folder / name, samples)
    entry = {
        "file": name,
        "seconds": len(samples) / SAMPLE_RATE,
        "language": language,
        "text": " ".join(one.text for one in everything[:count]),
        "sentences": [
            {
                "text": one.text,
                "start": one.start,
                "end": one.end,
                "words": [{"word": word, "end": end} for word, end in one.words],
            }
            for one in sentences
        ],
    }
    (folder / "manifest.json").write_text(json.dumps([entry], ensure_ascii=False), encoding="utf-8")
    return recordings(folder)[0]
