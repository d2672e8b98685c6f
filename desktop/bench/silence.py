"""`parley bench silence`: words that are made up where nobody speaks. There should be none.

Silence, white and pink noise and tones are handed to the engine faster than real time. Main thread.
"""

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.bench.figures import normalized
from desktop.bench.report import machine, machine_line, print_json, progress
from desktop.engine.audio.pushed import PushedSource
from desktop.engine.backends import Notify, make_recognizer
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, AudioFrame, Event, Samples, State, StateChanged, TranscriptUpdate
from desktop.engine.models import recognition_model
from desktop.engine.pipeline import Backends
from desktop.engine.stt.base import Hypothesis, Progress, RecognitionRequest, Recognizer, RecognizerCapabilities
from desktop.settings import RecognitionSettings, Settings
from desktop.settings_store import changed

_SECOND = SAMPLE_RATE
LEVELS = (-60.0, -50.0, -40.0, -30.0, -20.0)
"""dBFS of the noises, a few seconds each in turn"""
_TURN = 7
"""seconds at one level, or of one tone"""

Sound = Callable[[int, np.random.Generator], Samples]
"""(number of the second, generator) -> one second of samples"""


def silence(second: int, random: np.random.Generator) -> Samples:
    """Nothing at all."""
    return np.zeros(_SECOND, np.float32)


def white(second: int, random: np.random.Generator) -> Samples:
    """All frequencies alike."""
    return _scaled(random.standard_normal(_SECOND), second)


def pink(second: int, random: np.random.Generator) -> Samples:
    """Power falls with frequency, as that of rooms and engines does."""
    spectrum = np.fft.rfft(random.standard_normal(_SECOND))
    shape = 1 / np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return _scaled(np.fft.irfft(spectrum * shape, _SECOND), second)


def tones(second: int, random: np.random.Generator) -> Samples:
    """A tone with two overtones, another pitch every few seconds, 80 Hz to 3 kHz."""
    pitch = 80 * (3000 / 80) ** ((second // _TURN * 7 % 16) / 15)
    at = second + np.arange(_SECOND) / SAMPLE_RATE
    wave = sum(np.sin(2 * math.pi * pitch * n * at) / n for n in (1, 2, 3))
    return _scaled(np.asarray(wave), second)


def _scaled(wave: Any, second: int) -> Samples:
    level = 10 ** (LEVELS[second // _TURN % len(LEVELS)] / 20)
    return np.asarray(wave / np.sqrt(np.mean(np.square(wave))) * level, np.float32)


SOUNDS: dict[str, Sound] = {"silence": silence, "white noise": white, "pink noise": pink, "tones": tones}


@dataclass(frozen=True, slots=True)
class Result:
    """One kind of sound."""

    seconds: float
    """of audio"""
    took: float
    """seconds"""
    words: int
    """that were shown at any time, partial ones too; those of one utterance are counted once"""
    segments: int
    """utterances that were taken for speech and decoded"""
    recogniser_share: float
    """seconds that the recogniser ran, per second of audio"""


class TimedRecognizer:
    """A recogniser and how long it ran. Used on the recognition thread; read when the engine has stopped."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.seconds = 0.0
        self.segments = 0

    @property
    def name(self) -> str:
        return self._recognizer.name

    @property
    def capabilities(self) -> RecognizerCapabilities:
        return self._recognizer.capabilities

    def load(self, progress: Progress) -> None:
        self._recognizer.load(progress)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        began = time.monotonic()
        try:
            return self._recognizer.transcribe(samples, request)
        finally:
            self.seconds += time.monotonic() - began
            self.segments += request.is_final

    def close(self) -> None:
        self._recognizer.close()


def main(settings: Settings, *, minutes: float, as_json: bool) -> int:
    """Measure and print; returns 0 if no word was shown in silence and noise, else 1. Raises EngineError."""
    model = recognition_model(settings.recognition.model)
    about = machine()
    results = {}
    with progress(len(SOUNDS) * minutes, "min") as shown:
        for name, sound in SOUNDS.items():
            shown.at(name)
            results[name] = measure(settings, sound, round(minutes * 60))
            shown.advance(minutes)
    is_quiet = not any(result.words for name, result in results.items() if name != "tones")
    if as_json:
        print_json(
            {
                "machine": about,
                "model": model.label,
                "minutes": minutes,
                "results": {
                    name: {
                        "words": one.words,
                        "decoded_segments": one.segments,
                        "recogniser_share": round(one.recogniser_share, 4),
                        "speed": round(one.seconds / one.took, 1),
                    }
                    for name, one in results.items()
                },
                "holds": is_quiet,
            }
        )
    else:
        _print(model.label, about, minutes, results, is_quiet)
    return 0 if is_quiet else 1


def measure(settings: Settings, sound: Sound, seconds: int) -> Result:
    """Let a new engine hear the sound. Raises EngineError."""
    timed: list[TimedRecognizer] = []

    def make(recognition: RecognitionSettings, notify: Notify) -> Recognizer:
        timed.append(TimedRecognizer(make_recognizer(recognition, notify)))
        return timed[-1]

    quiet = changed(settings, {"translation.target": "", "speech.enabled": False})
    engine = Engine(quiet, Backends(recognizer=make))
    words: dict[int, int] = {}
    states: list[StateChanged] = []
    listening, done = threading.Event(), threading.Event()

    def note(event: Event) -> None:
        if isinstance(event, TranscriptUpdate):
            count = len(normalized(f"{event.committed} {event.unconfirmed}"))
            words[event.segment_id] = max(count, words.get(event.segment_id, 0))
        elif isinstance(event, StateChanged):
            states.append(event)
            if event.state in (State.LISTENING, State.FAILED):
                listening.set()
            if event.state in (State.IDLE, State.FAILED):
                done.set()

    engine.subscribe(note)
    thread = threading.Thread(target=engine.run, name="bench-engine", daemon=True)
    thread.start()
    source = PushedSource()
    try:
        engine.start(source)
        if not listening.wait(60) or states[-1].state is State.FAILED:
            raise EngineError(states[-1].detail if states else "The engine did not start within a minute.")
        began = time.monotonic()
        for frame in _frames(sound, seconds, source.id):
            source.push(frame)
        source.finish()
        if not done.wait(120 + seconds):
            raise EngineError("The engine did not finish; is the machine overloaded?")
        took = time.monotonic() - began
    finally:
        engine.close()
        thread.join(6.0)
    spent = sum(one.seconds for one in timed)
    return Result(seconds, took, sum(words.values()), sum(one.segments for one in timed), spent / seconds)


def _frames(sound: Sound, seconds: int, source: str) -> Iterator[AudioFrame]:
    random = np.random.default_rng(2)
    for second in range(seconds):
        samples = sound(second, random)
        for at in range(0, _SECOND, 512):
            yield AudioFrame(samples[at : at + 512], second + at / SAMPLE_RATE, source)


def _print(label: str, about: dict[str, Any], minutes: float, results: dict[str, Result], is_quiet: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    print(f"Words that {label} makes up, {minutes:g} minutes of each sound, faster than real time.")
    print(machine_line(about))
    table = Table(box=None, pad_edge=False)
    table.add_column("Sound")
    for heading in ("Words", "Decoded utterances", "Recogniser ran", "Speed"):
        table.add_column(heading, justify="right")
    for name, one in results.items():
        table.add_row(
            name,
            str(one.words),
            str(one.segments),
            f"{one.recogniser_share:.2%} of the time",
            f"{one.seconds / one.took:.0f}x",
        )
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 100).print(table)
    print(f"Noise at {', '.join(f'{level:g}' for level in LEVELS)} dBFS in turn. Partial words count, too.")
    print("Tones are shown for comparison; the limit, no word at all, is for silence and noise.")
    print("No word was shown in them: pass." if is_quiet else "Words were shown in them: FAIL.")
