"""Prompts of a language as one long recording in an order that a seed draws, and how its text is compared. Pure, but
for `sound`, which reads files."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from desktop.bench.figures.bootstrap import Interval, interval
from desktop.bench.figures.errors import normalized
from desktop.bench.people.prompts import Prompt, samples_of
from desktop.engine.events import SAMPLE_RATE, Samples

PAUSES = (0.2, 2.0)
"""seconds of silence between two prompts: least, most"""
LOST = 0.5
"""share of its words that are missing where a prompt is lost"""


@dataclass(frozen=True, slots=True)
class PromptErrors:
    """One prompt in one order. parley, plain: word errors; lost_by_parley, lost_by_plain: most of it is missing."""

    name: str
    words: int
    parley: int
    plain: int
    lost_by_parley: bool
    lost_by_plain: bool


@dataclass(frozen=True, slots=True)
class JoinedRead:
    """One language in one order. cpu: processor seconds of Parley, of plain_cpu faster-whisper."""

    language: str
    seed: int
    seconds: float
    cpu: float
    plain_cpu: float
    prompts: tuple[PromptErrors, ...]
    heard: str
    heard_plain: str

    @property
    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> "JoinedRead":
        """From its record. Raises TypeError, KeyError."""
        return cls(**{**record, "prompts": tuple(PromptErrors(**one) for one in record["prompts"])})


def shuffled(prompts: Sequence[Prompt], seed: int) -> tuple[Prompt, ...]:
    """The same order for the same seed and language."""
    found = list(prompts)
    random.Random(f"{found[0].language}-{seed}").shuffle(found)
    return tuple(found)


def sound(prompts: Sequence[Prompt], seed: int) -> Samples:
    """The recording of all, shape (n,), 16 kHz. Raises FileUnreadable."""
    chance = random.Random(f"pauses-{prompts[0].language}-{seed}")
    pieces: list[Samples] = [np.zeros(SAMPLE_RATE // 2, np.float32)]
    for one in prompts:
        pieces += [samples_of(one.path), np.zeros(round(chance.uniform(*PAUSES) * SAMPLE_RATE), np.float32)]
    return np.concatenate(pieces)


def errors_of_each(texts: Sequence[str], heard: str) -> tuple[tuple[int, int, bool], ...]:
    """(words, errors, is lost) of each text in what was heard of all. A word too many counts for the text before it.
    Without case, punctuation and accents; each text has a word."""
    import jiwer

    said = [normalized(one, accents=False) for one in texts]
    owners = [index for index, words in enumerate(said) for _ in words]
    errors, missing = [0] * len(said), [0] * len(said)
    found = jiwer.process_words(
        " ".join(word for words in said for word in words), " ".join(normalized(heard, accents=False)) or "-"
    )
    for chunk in found.alignments[0]:
        if chunk.type == "insert":
            errors[owners[max(0, chunk.ref_start_idx - 1)]] += chunk.hyp_end_idx - chunk.hyp_start_idx
        elif chunk.type != "equal":
            for at in range(chunk.ref_start_idx, chunk.ref_end_idx):
                errors[owners[at]] += 1
                missing[owners[at]] += chunk.type == "delete"
    return tuple(
        (len(words), wrong, lost >= LOST * len(words)) for words, wrong, lost in zip(said, errors, missing, strict=True)
    )


def compared(prompts: Sequence[Prompt], heard: str, heard_plain: str) -> tuple[PromptErrors, ...]:
    """What both made of the prompts, one by one."""
    texts = [one.text for one in prompts]
    both = zip(prompts, errors_of_each(texts, heard), errors_of_each(texts, heard_plain), strict=True)
    return tuple(
        PromptErrors(prompt.name, words, wrong, plain, lost, plain_lost)
        for prompt, (words, wrong, lost), (_, plain, plain_lost) in both
    )


def rates(reads: Sequence[JoinedRead]) -> tuple[float, float]:
    """Word error rates of Parley and of faster-whisper alone, all reads pooled."""
    everything = [one for read in reads for one in read.prompts]
    words = sum(one.words for one in everything)
    return sum(one.parley for one in everything) / words, sum(one.plain for one in everything) / words


def difference(reads: Sequence[JoinedRead]) -> Interval:
    """How much more of the words Parley gets wrong than faster-whisper alone does, 95 % of the draws of prompts:
    paired, each prompt with all its orders."""
    pieces: dict[tuple[str, str], tuple[int, int]] = {}
    for read in reads:
        for one in read.prompts:
            more, words = pieces.get((read.language, one.name), (0, 0))
            pieces[read.language, one.name] = (more + one.parley - one.plain, words + one.words)

    def figure(drawn: Sequence[tuple[int, int]]) -> float:
        return sum(more for more, _ in drawn) / sum(words for _, words in drawn)

    return interval(tuple(pieces.values()), figure)
