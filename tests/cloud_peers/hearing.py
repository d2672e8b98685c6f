"""What recognises, translates and speaks inside the peers: Parley's own starter models, or something instant whose
answers are known."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

import numpy as np

from desktop.engine.audio.sources.resample import resampled
from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.engine.speech.backends.piper import PiperSynthesizer
from desktop.engine.translation.backends.argos import ArgosTranslator
from desktop.system.paths import RESOURCES

_BLOCK = SAMPLE_RATE // 10


def floats(data: bytes) -> Samples:
    """Of 16 bit, little-endian."""
    samples: Samples = (np.frombuffer(data, "<i2") / 32767).astype(np.float32)
    return samples


class Ear(Protocol):
    """Any thread."""

    def hear(self, samples: Samples, languages: tuple[str, ...]) -> tuple[str, tuple[Word, ...]]:
        """The language and the words of a window, 16 kHz; languages: those to choose from, empty is any."""


class StarterEar:
    """Parley's own small recogniser."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recognizer = WhisperRecognizer(RESOURCES / "starter" / "whisper")
        self._recognizer.load(lambda _: None)

    def hear(self, samples: Samples, languages: tuple[str, ...]) -> tuple[str, tuple[Word, ...]]:
        request = RecognitionRequest(
            languages[0] if len(languages) == 1 else None, languages or ("en", "es"), is_final=True
        )
        with self._lock:
            found = self._recognizer.transcribe(samples, request)
        return found.language, found.words


@cache
def starter_ear() -> StarterEar:
    return StarterEar()


LONG = 0.3
"""seconds of a coded word, and of the pause behind it"""
SHORT = 0.2
_LEVEL = 100
"""of 16 bits, between two words: there are 320 of them"""


def coded(numbers: range | list[int]) -> Samples:
    """Sound in which a `CodedEar` hears "w3 w4 …": a steady level for each word, and a pause behind it."""
    word, pause = np.ones(round(LONG * SAMPLE_RATE), np.float32), np.zeros(round(SHORT * SAMPLE_RATE), np.float32)
    return np.concatenate([part for n in numbers for part in (word * (n + 1) * _LEVEL / 32767, pause)])


class CodedEar:
    """Hears the words of `coded`, at once. One that is cut is heard if half of it is there."""

    def hear(self, samples: Samples, languages: tuple[str, ...]) -> tuple[str, tuple[Word, ...]]:
        levels = np.abs(samples)
        is_loud = np.concatenate(([False], levels > _LEVEL / 2 / 32767, [False]))
        edges = np.flatnonzero(np.diff(is_loud.astype(np.int8)))
        words = []
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            if end - begin >= LONG * SAMPLE_RATE / 2:
                number = round(float(np.median(levels[begin:end])) * 32767 / _LEVEL) - 1
                words.append(Word(f"w{number}", begin / SAMPLE_RATE, end / SAMPLE_RATE, 0.9))
        return (languages or ("en",))[0], tuple(words)


@dataclass(frozen=True)
class Said:
    """What a peer says of its stream. Seconds of the stream."""

    language: str
    words: tuple[Word, ...]
    begin: float
    end: float
    is_final: bool

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Listening:
    """A provider's recognition of one stream: interim results, and a final one at each pause and at the end.

    step: seconds between interim results. pause: seconds of silence that end a final. Sound is looked at in pieces of
    0.1 s, so that it does not matter how it came."""

    def __init__(self, ear: Ear, languages: tuple[str, ...], step: float, pause: float) -> None:
        self._ear = ear
        self._languages = languages
        self._step, self._pause = step, pause
        self._rest = np.zeros(0, np.float32)
        self._window = np.zeros(0, np.float32)
        self._begin = 0
        self._shown = 0
        self._quiet = 0

    def add(self, samples: Samples) -> Iterator[Said]:
        self._rest = np.concatenate((self._rest, samples))
        while len(self._rest) >= _BLOCK:
            block, self._rest = self._rest[:_BLOCK], self._rest[_BLOCK:]
            yield from self._take(block)

    def finish(self) -> Iterator[Said]:
        """No more comes."""
        yield from self._take(self._rest)
        if len(self._window):
            yield from self._said(is_final=True)

    @property
    def seconds(self) -> float:
        """Of sound that came."""
        return (self._begin + len(self._window) + len(self._rest)) / SAMPLE_RATE

    def _take(self, block: Samples) -> Iterator[Said]:
        self._window = np.concatenate((self._window, block))
        is_quiet = not len(block) or float(np.sqrt(np.mean(block**2))) < 3e-4
        self._quiet = self._quiet + len(block) if is_quiet else 0
        if self._quiet >= self._pause * SAMPLE_RATE and len(self._window) > self._quiet:
            yield from self._said(is_final=True)
        elif len(self._window) - self._shown >= self._step * SAMPLE_RATE:
            self._shown = len(self._window)
            yield from self._said(is_final=False)

    def _said(self, *, is_final: bool) -> Iterator[Said]:
        language, words = self._ear.hear(self._window, self._languages)
        at, end = self._begin / SAMPLE_RATE, (self._begin + len(self._window)) / SAMPLE_RATE
        placed = tuple(replace(word, start=word.start + at, end=word.end + at) for word in words)
        if is_final:
            self._begin += len(self._window)
            self._window = np.zeros(0, np.float32)
            self._shown = self._quiet = 0
        if placed or is_final:
            yield Said(language, placed, at, end, is_final)


Translate = Callable[[str, str, str], str]
"""text, source, target"""


def in_capitals(text: str, source: str, target: str) -> str:
    """An instant translation."""
    return f"{target}: {text.upper()}"


@cache
def _argos() -> tuple[ArgosTranslator, threading.Lock]:
    translator = ArgosTranslator()
    for pair in (("en", "es"), ("es", "en")):
        translator.load(*pair, lambda _: None)
    return translator, threading.Lock()


def starter_translation(text: str, source: str, target: str) -> str:
    """By Parley's own phrasebook; what it does not know stays as it is."""
    translator, lock = _argos()
    with lock:
        return translator.translate(text, source, target) or text


Speak = Callable[[str, str, float], Samples]
"""text, language, rate -> 24 kHz"""
VOICE_RATE = 24_000


def beep(text: str, language: str, rate: float) -> Samples:
    """Instant: 0.1 s for each character."""
    count = round(0.1 * len(text) / rate * VOICE_RATE)
    return (0.3 * np.sin(np.arange(count) * 2 * np.pi * 440 / VOICE_RATE)).astype(np.float32)


@cache
def _piper() -> tuple[PiperSynthesizer, threading.Lock]:
    return PiperSynthesizer(), threading.Lock()


def starter_voice(text: str, language: str, rate: float) -> Samples:
    """By Parley's own voices."""
    voice, lock = _piper()
    with lock:
        chunks = list(voice.synthesize(text, language, rate))
    return np.concatenate([resampled(one.samples, one.sample_rate, VOICE_RATE) for one in chunks])


@dataclass
class Powers:
    """What a peer can do."""

    ear: Ear
    translate: Translate = in_capitals
    speak: Speak = beep
    step: float = 0.2
    pause: float = 0.15
    told: Callable[[tuple[Word, ...]], None] = lambda words: None
    """gets the words of each answer that goes out"""

    def listening(self, languages: tuple[str, ...]) -> Listening:
        return Listening(self.ear, languages, self.step, self.pause)


def instant() -> Powers:
    """Answers that are known, at once."""
    return Powers(CodedEar())


def real() -> Powers:
    """Parley's own models."""
    return Powers(starter_ear(), starter_translation, starter_voice, step=1.0, pause=0.6)
