"""What is heard: long recordings as they are, and single sentences joined to continuous speech. Pure but for files."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from desktop.bench.figures.delays import Sentence
from desktop.bench.live.harness import decoded
from desktop.bench.live.script import Recording, recordings
from desktop.engine.events import SAMPLE_RATE, Samples

TAIL = 4.0
"""seconds of silence behind the speech, so that every system can end the last utterance by itself"""
_PAUSE = 0.1
"""seconds put between joined sentences, each of which begins with 0.4 s of silence"""
_QUIET = 1e-3
"""noise behind the speech, -66 dBFS peak: no microphone gives zeros"""


@dataclass(frozen=True)
class Track:
    """Some audio in one language whose words' times are known."""

    name: str
    language: str
    samples: Samples
    """shape (n,); TAIL included"""
    speech: int
    """samples before the tail"""
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(one.text for one in self.sentences)

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


def tracks(names: tuple[str, ...] = (), seconds: float = 0.0) -> tuple[Track, ...]:
    """The tracks with these names, all if there are none: `stream-en`, `sentences-en`… seconds: only so much of each,
    to the end of a sentence; 0 is all. Raises ValueError for a name that is none, FileUnreadable."""
    everything = [one for one in recordings() if one.sentences]
    made = {}
    for one in everything:
        if one.group.startswith("stream"):
            made[one.group] = [one]
        else:
            made.setdefault(f"sentences-{one.language}", []).append(one)
    unknown = [name for name in names if name not in made]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not one of {', '.join(made)}")
    return tuple(_joined(name, parts, seconds) for name, parts in made.items() if not names or name in names)


def _joined(name: str, parts: Sequence[Recording], seconds: float) -> Track:
    pieces: list[Samples] = []
    sentences: list[Sentence] = []
    at = 0
    for part in parts:
        samples = decoded(part.path)
        sentences += [one.moved(at / SAMPLE_RATE) for one in part.sentences]
        pieces += [samples, _noise(_PAUSE)]
        at += len(samples) + len(pieces[-1])
    audio = np.concatenate(pieces)
    if seconds and at > seconds * SAMPLE_RATE:
        kept = [one for one in sentences if one.end <= seconds] or sentences[:1]
        following = [one.start for one in sentences if one.start > kept[-1].end]
        end = min(kept[-1].end + 0.3, *following) if following else kept[-1].end + 0.3
        sentences, audio = kept, audio[: round(end * SAMPLE_RATE)]
    return Track(name, parts[0].language, np.concatenate((audio, _noise(TAIL))), len(audio), tuple(sentences))


def _noise(seconds: float) -> Samples:
    random = np.random.default_rng(4)
    return random.uniform(-_QUIET / 2, _QUIET / 2, round(seconds * SAMPLE_RATE)).astype(np.float32)
