"""What the clients of a load test say: people's recordings joined by silence, each client in an order of its own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from desktop.bench.live.script import recordings
from desktop.bench.people.prompts import prompts, samples_of
from desktop.bench.people.stretches import stretches
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.message import verbatim

PAUSES = (0.3, 1.2)
"""seconds of silence behind a sentence: least, most"""


@dataclass(frozen=True, slots=True, eq=False)
class Talk:
    """What one client says."""

    samples: Samples
    """shape (n,), 16 kHz"""
    text: str
    sentences: tuple[tuple[float, float], ...]
    """when each recording begins and ends to be spoken, seconds"""
    texts: tuple[str, ...] = ()
    """of each of them"""


def talks(count: int, seconds: float, language: str, seed: int, *, by_people: bool = True) -> tuple[Talk, ...]:
    """So many different talks of about `seconds` each; people where their recordings are installed, else, and if not
    by_people, the starter's own test set, which that model understands. Raises EngineError where there is no recording
    in that language."""
    pool = (_people(language) if by_people else []) or _starter(language)
    if not pool:
        raise EngineError(verbatim(f"There are no recordings in “{language}” to speak; choose en or es."))
    return tuple(_talk(pool, seconds, random.Random(seed * 1000 + number)) for number in range(count))


def _people(language: str) -> list[tuple[Samples, str]]:
    return [(samples_of(one.path), one.text) for one in prompts(language) if one.is_even]


def _starter(language: str) -> list[tuple[Samples, str]]:
    from faster_whisper.audio import decode_audio

    chosen = [one for one in recordings() if one.group == language]
    return [(decode_audio(str(one.path), sampling_rate=SAMPLE_RATE), one.text) for one in chosen]


def _talk(pool: Sequence[tuple[Samples, str]], seconds: float, chance: random.Random) -> Talk:
    order = list(pool)
    chance.shuffle(order)
    pieces: list[Samples] = [np.zeros(SAMPLE_RATE // 2, np.float32)]
    texts: list[str] = []
    sentences: list[tuple[float, float]] = []
    spoken_texts: list[str] = []
    length = len(pieces[0])
    while length < seconds * SAMPLE_RATE:
        samples, text = order[len(texts) % len(order)]
        spoken = stretches(samples)
        if spoken:
            at = length / SAMPLE_RATE
            sentences.append((at + spoken[0][0], at + spoken[-1][1]))
            spoken_texts.append(text)
        pause = np.zeros(round(chance.uniform(*PAUSES) * SAMPLE_RATE), np.float32)
        pieces += [samples, pause]
        texts.append(text)
        length += len(samples) + len(pause)
    return Talk(np.concatenate(pieces), " ".join(texts), tuple(sentences), tuple(spoken_texts))
