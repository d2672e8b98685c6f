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
from augment import augment, brown, log_mel, tones, white
from speech import SAMPLE_RATE
from tokenizers import Tokenizer
from words import UNITS_EN

LETTERS = " 'abcdefghijklmnopqrstuvwxyzáéíóúüñ"
"""What the helper output (CTC) spells: it teaches the encoder where words are, and is thrown away afterwards."""
_LETTER_ID = {letter: i + 1 for i, letter in enumerate(LETTERS)}
IGNORED = -100
_MOST_PROMPT = 223


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


Span = tuple[float, float]
"""Seconds in the window during which a token is spoken."""


@dataclass(frozen=True)
class Example:
    """`mel` [80, frames]; `tokens`, of which the first `prompt` are given, not learned; `letters` for the CTC;
    `spans`: when each token is spoken, None where that is not known."""

    mel: torch.Tensor
    tokens: list[int]
    prompt: int
    letters: list[int]
    spans: list[Span | None]


@dataclass(frozen=True)
class Batch:
    mel: torch.Tensor
    inputs: torch.Tensor
    targets: torch.Tensor
    letters: torch.Tensor
    letter_counts: torch.Tensor
    frame_counts: torch.Tensor
    spans: torch.Tensor
    """[batch, length, 2]: seconds at which the target token begins and ends; -1 where that is not known"""


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

    def begins_word(self, token: int) -> bool:
        """Byte-level BPE writes the space before a word as Ġ."""
        return str(self._tokenizer.id_to_token(token)).startswith("Ġ")

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
    count = round(SAMPLE_RATE * r.uniform(0.5, seconds))
    kind = r.random()
    loudness = 10 ** r.uniform(-5, -1.5)
    if kind < 0.35:
        return white(count) * loudness
    if kind < 0.65:
        return brown(white(count) * loudness)
    music = tones(count, r) * 10 ** r.uniform(-2, -0.3)
    return music + white(count) * loudness * r.choice((0, 0.1, 1))


@dataclass(frozen=True)
class _Heard:
    """A conversation as a window shows it: from the middle of a sentence on, perhaps, and up to the middle of one."""

    samples: np.ndarray
    sentences: list[Spoken]
    """those that begin before the window ends; without the words before its beginning"""
    before: list[str]
    """the words right before the window"""
    is_full: bool
    """it ends because the window does"""


def _conversation(corpus: Corpus, r: random.Random, seconds: float, language: str) -> _Heard:
    """Sentences one after the other until a window of `seconds` is full, or long enough."""
    with_digits = language == "en" and r.random() < 0.18
    is_full = r.random() < (0.45 if seconds > 9 else 0.15)
    enough = seconds if is_full else r.uniform(0.5, seconds)
    parts = [np.zeros(int(SAMPLE_RATE * _lead(r)), np.float32)]
    now = len(parts[0]) / SAMPLE_RATE
    sentences: list[Spoken] = []
    while not sentences or now < enough:
        sentence = corpus.digit_string(r) if with_digits else corpus.sentence(language, r)
        if sentences and not is_full and now + len(sentence.samples) / SAMPLE_RATE > seconds - 0.1:
            break
        sentences.append(sentence.later(now))
        pause = r.uniform(0.15, 0.8) if r.random() < 0.75 else r.uniform(0.8, 2.5)
        parts += [sentence.samples, np.zeros(int(SAMPLE_RATE * pause), np.float32)]
        now = sum(len(part) for part in parts) / SAMPLE_RATE
    samples = np.concatenate(parts)
    before: list[str] = []
    if r.random() < 0.2 and len(sentences[0].words) > 2:
        samples, sentences, before = _from_the_middle(samples, sentences, r.randint(1, len(sentences[0].words) - 1))
    return _Heard(samples, sentences, before, is_full and len(samples) > seconds * SAMPLE_RATE)


def _lead(r: random.Random) -> float:
    """Seconds before the first word."""
    kind = r.random()
    return 0.0 if kind < 0.3 else r.uniform(0, 0.5) if kind < 0.9 else r.uniform(0.5, 3)


def _from_the_middle(
    samples: np.ndarray, sentences: list[Spoken], count: int
) -> tuple[np.ndarray, list[Spoken], list[str]]:
    """Without the first `count` words of the first sentence."""
    first = sentences[0]
    cut = int(first.starts[count] * SAMPLE_RATE)
    rest = Spoken(first.samples, first.words[count:], first.starts[count:], first.ends[count:], "")
    return samples[cut:], [s.later(-cut / SAMPLE_RATE) for s in (rest, *sentences[1:])], first.words[:count]


def _word_spans(corpus: Corpus, ids: list[int], sentence: Spoken) -> list[Span | None]:
    """When each token of a sentence's first words is spoken."""
    spans: list[Span | None] = []
    word = -1
    for token in ids:
        word += corpus.begins_word(token)
        known = 0 <= word < len(sentence.starts)
        spans.append((sentence.starts[word], sentence.ends[word]) if known else None)
    return spans


def _prompt(corpus: Corpus, r: random.Random, language: str, before: list[str], most: int, *, timed: bool) -> list[int]:
    """Text before the window, as Whisper is given it: up to `most` sentences and 223 tokens, with times if the window
    has them."""
    if not (before and r.random() < 0.7) and r.random() > 0.4:
        return []
    ids: list[int] = []
    now = 0.0
    for _ in range(r.randint(0 if before else 1, most)):
        text = corpus.encode(" " + " ".join(corpus.sentence(language, r).words))
        end = min(30.0, now + len(text) * 0.3)
        ids += [timestamp(now), *text, timestamp(end)] if timed else text
        now = end if end < 29 else 0.0
    if before:
        ids += corpus.encode(" " + " ".join(before))
    return [tokens.PREVIOUS, *ids[-_MOST_PROMPT:]]


def timestamp(seconds: float) -> int:
    return tokens.FIRST_TIMESTAMP + min(1500, max(0, round(seconds / 0.02)))


def example(corpus: Corpus, r: random.Random, frames: int, most_before: int) -> Example:
    """A window of at most `frames`: sometimes cut in mid-sentence, prompted with up to `most_before` sentences,
    timestamped, translated, or no speech."""
    seconds = frames / 100
    if r.random() < 0.06:
        mel = log_mel(_no_speech(seconds, r))[:, :frames]
        return Example(mel, [tokens.START, tokens.NO_SPEECH, tokens.END], 1, [], [None] * 3)
    language = "es" if r.random() < 0.35 else "en"
    heard = _conversation(corpus, r, seconds, language)
    cut = len(heard.samples) / SAMPLE_RATE
    is_full = heard.is_full
    if not is_full and r.random() < 0.35:
        cut = r.uniform(0.5, cut)
    cut = min(cut, seconds)
    mel = log_mel(augment(heard.samples[: int(cut * SAMPLE_RATE)], r))[:, :frames]

    whole = not heard.before and all(sentence.ends[-1] <= cut + 0.15 for sentence in heard.sentences)
    task = tokens.TRANSLATE if language == "es" and r.random() < 0.25 and whole else tokens.TRANSCRIBE
    timed = r.random() < 0.6
    prompt = _prompt(corpus, r, language, heard.before, most_before, timed=timed)
    body: list[int] = []
    spans: list[Span | None] = []
    letters: list[int] = []
    for sentence in heard.sentences:
        words = sentence.words_before(cut)
        complete = len(words) == len(sentence.words)
        if timed and is_full and not complete and sentence.starts[0] < cut:
            body.append(timestamp(sentence.starts[0]))  # the next window begins here
            spans.append(None)
            letters += letter_ids(" ".join(words) + " ")
            break
        if not words:
            break
        text = " ".join(words) if complete else " ".join(words).rstrip(".,?!")
        if task == tokens.TRANSLATE:
            ids = corpus.encode(" " + sentence.english)
            said: list[Span | None] = [None] * len(ids)
        else:
            ids = corpus.encode(" " + text)
            said = _word_spans(corpus, ids, sentence)
        first, last = max(0.0, sentence.starts[0]), min(sentence.ends[len(words) - 1], cut)
        if timed:
            body += [timestamp(first), *ids, timestamp(last)]
            spans += [(first, first), *said, (last, last)]
        else:
            body += ids
            spans += said
        letters += letter_ids(" ".join(sentence.words[: len(words)]) + " ")
        if not complete:
            break
    head = [*prompt, tokens.START]
    if not body:
        body_of_silence = [*head, tokens.NO_SPEECH, tokens.END]
        return Example(mel, body_of_silence, len(head), [], [None] * len(body_of_silence))
    how = [tokens.language_id(language), task] + ([] if timed else [tokens.NO_TIMESTAMPS])
    all_tokens = [*head, *how, *body, tokens.END]
    return Example(mel, all_tokens, len(head), letters, [*[None] * len(head + how), *spans, None])


def batch(corpus: Corpus, r: random.Random, frames: int, size: int) -> Batch:
    """`size` examples padded to one shape."""
    most_before = r.choice((1, 2, 8, 16))  # alike in a batch: the longest prompt decides what all cost
    examples = [example(corpus, r, frames, most_before) for _ in range(size)]
    length = max(len(x.tokens) for x in examples) - 1
    mel = torch.zeros(size, 80, frames)
    inputs = torch.full((size, length), tokens.END)
    targets = torch.full((size, length), IGNORED)
    spans = torch.full((size, length, 2), -1.0)
    for i, x in enumerate(examples):
        mel[i, :, : x.mel.shape[1]] = x.mel
        inputs[i, : len(x.tokens) - 1] = torch.tensor(x.tokens[:-1])
        targets[i, x.prompt - 1 : len(x.tokens) - 1] = torch.tensor(x.tokens[x.prompt :])
        spans[i, : len(x.tokens) - 1] = torch.tensor([span or (-1.0, -1.0) for span in x.spans[1:]])
    return Batch(
        mel,
        inputs,
        targets,
        torch.tensor([letter for x in examples for letter in x.letters], dtype=torch.long),
        torch.tensor([len(x.letters) for x in examples]),
        torch.tensor([x.mel.shape[1] // 2 for x in examples]),
        spans,
    )
