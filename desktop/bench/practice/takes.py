"""What the models said of the passages, kept in a file: each recording is decoded once, and aligned with all texts.

A take holds the updates of a live session with the times at which they came, the words of the whole recording, and the
answers of the model that looks again. Main thread.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from desktop.bench.people.prompts import Prompt, prompts, samples_of
from desktop.bench.people.speech_stream import pauses
from desktop.bench.practice.simulated import heard_live
from desktop.bench.practice.variants import Variant, variants
from desktop.engine.events import SAMPLE_RATE, Samples, TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.recognition.whisper.aligner import TextAligner
from desktop.engine.session import Session
from desktop.practice.options import ReadingOptions
from desktop.practice.reading import Reading
from desktop.practice.text import Line, PracticeText
from desktop.system.files import write_atomically

LINES = 3
"""prompts of a passage"""
_BYTES = 8000
"""of a second of G.722"""
_SHORTEST = 0.15
"""seconds that a word takes at least"""
_SIGNS = frozenset("*#?�")
"""in a script: what is read in more than one way, or was lost"""


@dataclass(frozen=True, slots=True)
class Passage:
    """Some recordings, one after the other, and the texts that are read against them."""

    language: str
    number: int
    texts: tuple[str, ...]
    variants: tuple[Variant, ...]
    prompts: tuple[Prompt, ...]

    @property
    def name(self) -> str:
        return f"{self.language}-{self.number}"

    def sound(self) -> Samples:
        """Shape (n,), 16 kHz. Raises FileUnreadable."""
        pieces: list[Samples] = []
        for prompt, pause in zip(self.prompts, pauses(LINES, self.name), strict=True):
            pieces += [samples_of(prompt.path), np.zeros(round(pause * SAMPLE_RATE), np.float32)]
        return np.concatenate(pieces)


def passages(language: str, count: int, *, is_odd: bool) -> tuple[Passage, ...]:
    """Of the first of one half of the prompts, in the order of the SHA-256 of their names, those whose scripts say what
    is heard. Raises FileUnreadable."""
    usable = [one for one in prompts(language) if not _SIGNS & set(one.text)]
    half = [one for one in usable if one.is_even != is_odd]
    others = [word for one in usable for word in one.text.split()]
    found: list[Passage] = []
    for number in range(min(count, len(half) // LINES)):
        some = tuple(half[number * LINES : (number + 1) * LINES])
        if not all(map(is_read, some)):
            continue
        texts = tuple(one.text for one in some)
        made = variants(texts, others, f"{language} {number} {'odd' if is_odd else 'even'}")
        found.append(Passage(language, number, texts, made, some))
    return tuple(found)


def is_read(prompt: Prompt) -> bool:
    """Whether a script can be what somebody says: some describe a beep, one holds the name of the next."""
    seconds = prompt.path.stat().st_size / _BYTES
    return ":" not in prompt.text and seconds >= _SHORTEST * len(prompt.text.split())


def text_of(variant: Variant, language: str) -> PracticeText:
    """A variant as it is read."""
    return PracticeText(variant.kind, language, tuple(Line(line) for line in variant.texts))


@dataclass(slots=True)
class Take:
    """A passage as it was heard."""

    name: str
    seconds: float
    cpu: float = 0.0
    """processor seconds of the live session"""
    live: dict[str, list[list[Any]]] = field(default_factory=dict)
    """by how it was heard ("plain"; with the text of a variant as prompt): [time, update]"""
    words: list[list[Any]] = field(default_factory=list)
    """of the whole recording: text, start, end, probability"""
    aligned: dict[str, list[Any]] = field(default_factory=dict)
    """window and text -> log probability, and start, end, probability of each word"""
    counts: dict[str, int] = field(default_factory=dict)
    """tokens of each word"""

    @property
    def heard(self) -> tuple[Word, ...]:
        return tuple(Word(*one) for one in self.words)

    def updates(self, way: str) -> list[tuple[float, TranscriptUpdate]]:
        """Of a live session."""
        return [(at, _update(record)) for at, record in self.live[way]]

    def hear_live(self, models: Models, passage: Passage, way: str, variant: Variant | None, samples: Samples) -> None:
        """Let a session hear it, with a variant's text as prompt if there is one. Raises EngineError."""
        options = SessionOptions(language=passage.language)
        reading = None
        if variant is not None:
            reading = Reading(text_of(variant, passage.language), ReadingOptions(uses_prompt=True))
            options = reading.session_options(options)
        session = Session(options)
        self.live[way] = []
        for at, update in heard_live(session, models, samples):
            self.live[way].append([round(at, 3), _record(update)])
            if reading is not None:
                reading.hear(update)
                session.configure(reading.session_options(options))


def _record(update: TranscriptUpdate) -> dict[str, Any]:
    words = update.final_words or update.words
    return {
        "segment": update.segment_id,
        "revision": update.revision,
        "language": update.language,
        "start": round(update.start, 3),
        "end": round(update.end, 3),
        "final": update.is_final,
        "words": [[one.text, round(one.start, 3), round(one.end, 3), round(one.probability, 3)] for one in words],
    }


def _update(record: dict[str, Any]) -> TranscriptUpdate:
    words = tuple(Word(*one) for one in record["words"])
    return TranscriptUpdate(
        segment_id=record["segment"],
        revision=record["revision"],
        language=record["language"],
        committed="",
        unconfirmed="",
        words=words,
        start=record["start"],
        end=record["end"],
        is_final=record["final"],
    )


@dataclass(frozen=True, slots=True)
class KeptText:
    """`AlignedText`, as it was kept."""

    words: tuple[Word, ...]
    log_probability: float


class KeptModel:
    """Answers as the model did; where it was never asked, the model is. model: None: it must have been."""

    def __init__(self, take: Take, language: str, model: TextAligner | None) -> None:
        self._take = take
        self._language = language
        self._model = model
        self.is_new = False
        """the take has answers that it had not"""

    def encode(self, samples: Samples) -> tuple[str, Samples, list[Any]]:
        return sha256(samples.tobytes()).hexdigest()[:12], samples, []

    def count(self, words: Sequence[str], language: str) -> int:
        counts = self._take.counts
        for word in words:
            if word not in counts:
                counts[word] = self._asked().count([word], language)
                self.is_new = True
        return sum(counts[word] for word in words)

    def align(self, window: tuple[str, Samples, list[Any]], words: Sequence[str], language: str) -> KeptText:
        name, samples, encoded = window
        key = f"{name} {' '.join(words)}"
        if key not in self._take.aligned:
            if not encoded:
                encoded.append(self._asked().encode(samples))
            found = self._asked().align(encoded[0], words, language)
            times = [[round(one.start, 2), round(one.end, 2), round(one.probability, 3)] for one in found.words]
            self._take.aligned[key] = [round(found.log_probability, 3), times]
            self.is_new = True
        chance, times = self._take.aligned[key]
        return KeptText(tuple(Word(text, *one) for text, one in zip(words, times, strict=True)), chance)

    def _asked(self) -> TextAligner:
        if self._model is None:
            raise LookupError("the model was never asked this")
        return self._model


def load(folder: Path, passage: Passage) -> Take | None:
    """What was kept of a passage; None: nothing. Raises ValueError, KeyError, TypeError where it cannot be read."""
    file = folder / f"{passage.name}.json"
    if not file.is_file():
        return None
    values = json.loads(file.read_text(encoding="utf-8"))
    if values.pop("texts") != list(passage.texts):
        return None
    return Take(**values)


def save(folder: Path, passage: Passage, take: Take) -> None:
    """Keep it. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    values = asdict(take) | {"texts": list(passage.texts)}
    write_atomically(folder / f"{passage.name}.json", json.dumps(values, ensure_ascii=False))
