"""Training examples for the recogniser: windows of speech, noise or digits, with the tokens they should yield."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import digits
import numpy as np
import tokens
import torch
from augment import augment, brown, log_mel
from speech import SAMPLE_RATE
from tokenizers import Tokenizer
from words import UNITS_EN

LETTERS = " 'abcdefghijklmnopqrstuvwxyzáéíóúüñ"
"""What the helper output (CTC) spells: it teaches the encoder where words are, and is thrown away afterwards."""
_LETTER_ID = {letter: i + 1 for i, letter in enumerate(LETTERS)}
IGNORED = -100


@dataclass(frozen=True)
class Spoken:
    """A sentence as heard: `starts` and `ends` in seconds, one a word."""

    samples: np.ndarray
    words: list[str]
    starts: list[float]
    ends: list[float]
    english: str

    def later(self, seconds: float) -> Spoken:
        starts, ends = ([edge + seconds for edge in edges] for edges in (self.starts, self.ends))
        return Spoken(self.samples, self.words, starts, ends, self.english)

    def words_before(self, cut: float) -> list[str]:
        """The words of which at least four fifths are heard before `cut`."""
        spans = zip(self.words, self.starts, self.ends, strict=True)
        return [w for w, a, b in spans if b <= cut + 0.04 or (b > a and (cut - a) / (b - a) > 0.8)]


@dataclass(frozen=True)
class Example:
    """`mel` [80, frames]; `tokens`, of which the first `prompt` are given, not learned; `letters` for the CTC."""

    mel: torch.Tensor
    tokens: list[int]
    prompt: int
    letters: list[int]


@dataclass(frozen=True)
class Batch:
    mel: torch.Tensor
    inputs: torch.Tensor
    targets: torch.Tensor
    letters: torch.Tensor
    letter_counts: torch.Tensor
    frame_counts: torch.Tensor


def letter_ids(text: str) -> list[int]:
    return [_LETTER_ID[letter] for letter in text.lower().replace("-", " ") if letter in _LETTER_ID]


class Corpus:
    """What make_corpus.py wrote, and the human digits of the same part."""

    def __init__(self, path: Path, part: digits.Part, tokenizer: Path) -> None:
        self.index = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        self._samples = np.memmap(path.with_suffix(".i16"), dtype=np.int16, mode="r")
        self._by_language = {code: [x for x in self.index if x["language"] == code] for code in ("en", "es")}
        self._digits = digits.load(part)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self.encode = lru_cache(maxsize=200_000)(self._encode)

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def samples_of(self, entry: dict) -> np.ndarray:
        """float32 samples of an entry of `index`."""
        end = entry["offset"] + entry["length"]
        return self._samples[entry["offset"] : end].astype(np.float32) / 32768

    def sentence(self, language: str, r: random.Random) -> Spoken:
        entry = r.choice(self._by_language[language])
        samples = self.samples_of(entry)
        ends = [*entry["starts"][1:], len(samples) / SAMPLE_RATE - 0.12]
        return Spoken(samples, entry["text"].split(), entry["starts"], ends, entry["english"])

    def digit_string(self, r: random.Random) -> Spoken:
        speaker = self._digits[r.choice(list(self._digits))]
        parts, words, starts, ends = [], [], [], []
        now = 0.0
        for _ in range(r.randint(2, 7)):
            digit = r.randint(0, 9)
            samples = r.choice(speaker[digit])
            samples = samples / (np.abs(samples).max() + 1e-6) * r.uniform(0.3, 0.6)
            gap = np.zeros(round(SAMPLE_RATE * r.uniform(0.03, 0.3)), np.float32)
            starts.append(now)
            ends.append(now + len(samples) / SAMPLE_RATE)
            now += (len(samples) + len(gap)) / SAMPLE_RATE
            parts += [samples, gap]
            words.append(UNITS_EN[digit])
        words[0] = words[0].capitalize()
        words[-1] += "."
        return Spoken(np.concatenate(parts), words, starts, ends, " ".join(words))

    def used_tokens(self) -> torch.Tensor:
        """Every token id that an example may hold, sorted."""
        ids = {tokens.END, tokens.START, tokens.language_id("en"), tokens.language_id("es")}
        ids |= set(range(tokens.TRANSLATE, tokens.VOCABULARY_SIZE))
        for entry in self.index:
            for text in (entry["text"], entry["english"]):
                words = text.split()
                for count in range(1, len(words)):
                    ids |= set(self._encode(" " + " ".join(words[:count]).rstrip(".,?!")))
                ids |= set(self._encode(" " + text))
        for word in UNITS_EN[:10]:
            for form in (word, word.capitalize(), word + ".", word.capitalize() + "."):
                ids |= set(self._encode(" " + form))
        return torch.tensor(sorted(ids))


def _no_speech(seconds: float, r: random.Random) -> np.ndarray:
    noise = np.random.randn(round(SAMPLE_RATE * r.uniform(0.5, seconds))).astype(np.float32) * 10 ** r.uniform(-5, -1.5)
    return brown(noise) if r.random() < 0.5 else noise


def _conversation(corpus: Corpus, r: random.Random, seconds: float, language: str) -> tuple[list[Spoken], np.ndarray]:
    """Sentences one after the other in a window of `seconds`, placed in its time, and the sound of all."""
    with_digits = language == "en" and r.random() < 0.18
    lead = r.uniform(0, 0.5) if r.random() < 0.7 else 0.0
    parts = [np.zeros(int(lead * SAMPLE_RATE), np.float32)]
    now = len(parts[0]) / SAMPLE_RATE
    spoken: list[Spoken] = []
    while True:
        sentence = corpus.digit_string(r) if with_digits else corpus.sentence(language, r)
        if spoken and now + len(sentence.samples) / SAMPLE_RATE > seconds - 0.1:
            break
        gap = np.zeros(int(SAMPLE_RATE * r.uniform(0.15, 0.8)), np.float32)
        spoken.append(sentence.later(now))
        parts += [sentence.samples, gap]
        now += (len(sentence.samples) + len(gap)) / SAMPLE_RATE
        if r.random() < (0.35 if seconds < 9 else 0.08) or now > seconds - 1:
            break
    return spoken, np.concatenate(parts)


def example(corpus: Corpus, r: random.Random, frames: int) -> Example:
    """A window of at most `frames`: sometimes cut in mid-sentence, prompted, timestamped, translated, or no speech."""
    seconds = frames / 100
    if r.random() < 0.04:
        mel = log_mel(_no_speech(seconds, r))[:, :frames]
        return Example(mel, [tokens.START, tokens.NO_SPEECH, tokens.END], 1, [])
    language = "es" if r.random() < 0.3 else "en"
    spoken, samples = _conversation(corpus, r, seconds, language)
    cut = len(samples) / SAMPLE_RATE
    if r.random() < 0.2:
        cut = r.uniform(0.5, cut)
    cut = min(cut, seconds - 0.02)
    mel = log_mel(augment(samples[: int(cut * SAMPLE_RATE)], r))[:, :frames]

    whole = all(sentence.ends[-1] <= cut + 0.15 for sentence in spoken)
    task = tokens.TRANSLATE if language == "es" and r.random() < 0.25 and whole else tokens.TRANSCRIBE
    timed = r.random() < 0.5
    prompt = []
    if r.random() < 0.2:
        prompt = [tokens.PREVIOUS, *corpus.encode(" " + " ".join(corpus.sentence(language, r).words))]
    head = [*prompt, tokens.START]
    body: list[int] = []
    letters: list[int] = []
    for sentence in spoken:
        heard = sentence.words_before(cut)
        if not heard:
            break
        complete = len(heard) == len(sentence.words)
        text = " ".join(heard) if complete else " ".join(heard).rstrip(".,?!")
        ids = corpus.encode(" " + (sentence.english if task == tokens.TRANSLATE else text))
        if timed:
            edges = max(0.0, sentence.starts[0]), min(sentence.ends[len(heard) - 1], cut)
            first, last = (tokens.FIRST_TIMESTAMP + min(1500, round(edge / 0.02)) for edge in edges)
            body += [first, *ids, last]
        else:
            body += ids
        letters += letter_ids(" ".join(sentence.words[: len(heard)]) + " ")
        if not complete:
            break
    if not body:
        return Example(mel, [*head, tokens.NO_SPEECH, tokens.END], len(head), [])
    how = [tokens.language_id(language), task] + ([] if timed else [tokens.NO_TIMESTAMPS])
    return Example(mel, [*head, *how, *body, tokens.END], len(head), letters)


def batch(corpus: Corpus, r: random.Random, frames: int, size: int) -> Batch:
    """`size` examples padded to one shape."""
    examples = [example(corpus, r, frames) for _ in range(size)]
    length = max(len(x.tokens) for x in examples) - 1
    mel = torch.zeros(size, 80, frames)
    inputs = torch.full((size, length), tokens.END)
    targets = torch.full((size, length), IGNORED)
    for i, x in enumerate(examples):
        mel[i, :, : x.mel.shape[1]] = x.mel
        inputs[i, : len(x.tokens) - 1] = torch.tensor(x.tokens[:-1])
        targets[i, x.prompt - 1 : len(x.tokens) - 1] = torch.tensor(x.tokens[x.prompt :])
    return Batch(
        mel,
        inputs,
        targets,
        torch.tensor([letter for x in examples for letter in x.letters], dtype=torch.long),
        torch.tensor([len(x.letters) for x in examples]),
        torch.tensor([x.mel.shape[1] // 2 for x in examples]),
    )
