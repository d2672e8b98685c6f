"""`parley bench silence`: words that are made up where nobody speaks. There should be none.

Silence, white and pink noise, tones and music are handed to the engine faster than real time. Main thread.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.bench import music as played
from desktop.bench.figures.errors import normalized
from desktop.bench.live.parts import TimedRecognizer
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.engine.audio.sources.pushed import PushedSource
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, AudioFrame, Event, Samples, State, StateChanged, TranscriptUpdate
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.engine.recognition.backends.base import WindowRecognizer
from desktop.engine.recognition.backends.choose import make_recognizer
from desktop.engine.takeover import Notify
from desktop.settings.declaration import RecognitionSettings, Settings
from desktop.settings.store import changed

_SECOND = SAMPLE_RATE
LEVELS = (-60.0, -50.0, -40.0, -30.0, -20.0)
"""dBFS of the noises, a few seconds each in turn"""
_TURN = 7
"""seconds at one level, or of one tone"""
MOST_SHARE = 0.01
"""of the time that the recogniser may run in silence"""

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


def music(second: int, random: np.random.Generator) -> Samples:
    """Chords, melodies and drums, without a voice."""
    return _scaled(played.piece(second, 1.0), second)


def _scaled(wave: Any, second: int) -> Samples:
    level = 10 ** (LEVELS[second // _TURN % len(LEVELS)] / 20)
    return np.asarray(wave / np.sqrt(np.mean(np.square(wave))) * level, np.float32)


SOUNDS: dict[str, Sound] = {
    "silence": silence,
    "white noise": white,
    "pink noise": pink,
    "tones": tones,
    "music": music,
}


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


def main(settings: Settings, *, minutes: float, output: ReportOutput) -> int:
    """Measure and print; returns 0 if no word was shown and the recogniser rested in silence, else 1.
    Raises EngineError."""
    output.check()
    label = chosen_model(settings.recognition).label
    about = machine()
    results = {}
    with progress(len(SOUNDS) * minutes, "min") as shown:
        for name, sound in SOUNDS.items():
            shown.at(name)
            results[name] = measure(settings, sound, round(minutes * 60))
            shown.advance(minutes)
    return deliver(report(label, about, minutes, results), output)


def measure(settings: Settings, sound: Sound, seconds: int) -> Result:
    """Let a new engine hear the sound. Raises EngineError."""
    timed: list[TimedRecognizer] = []

    def make(recognition: RecognitionSettings, notify: Notify) -> WindowRecognizer:
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
            raise EngineError((states and states[-1].detail) or verbatim("The engine did not start within a minute."))
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
    return Result(seconds, took, sum(words.values()), sum(one.finals for one in timed), spent / seconds)


def _frames(sound: Sound, seconds: int, source: str) -> Iterator[AudioFrame]:
    random = np.random.default_rng(2)
    for second in range(seconds):
        samples = sound(second, random)
        for at in range(0, _SECOND, 512):
            yield AudioFrame(samples[at : at + 512], second + at / SAMPLE_RATE, source)


def report(label: str, about: dict[str, Any], minutes: float, results: dict[str, Result]) -> Report:
    """What the results say. Pure."""
    rows = [
        (
            name,
            str(one.words),
            str(one.segments),
            f"{one.recogniser_share:.2%} of the time",
            f"{one.seconds / one.took:.0f}x",
        )
        for name, one in results.items()
    ]
    checks = [Check(f"Words in {name}", one.words, 0) for name, one in results.items()]
    resting = 100 * results["silence"].recogniser_share
    bars = Series("recogniser", tuple(results), tuple(100 * one.recogniser_share for one in results.values()))
    return Report(
        kind="silence",
        title=f"Words that {label} makes up, {minutes:g} minutes of each sound, faster than real time.",
        machine=about,
        tables=(Table(("Sound", "Words", "Decoded utterances", "Recogniser ran", "Speed"), tuple(rows)),),
        notes=(f"Sounds at {', '.join(f'{level:g}' for level in LEVELS)} dBFS in turn. Partial words count, too.",),
        checks=(*checks, Check("Recogniser ran in silence", resting, 100 * MOST_SHARE, "% of the time")),
        charts=(Chart("bars", "How often the recogniser ran", "% of the time", "", (bars,)),),
        data={
            "model": label,
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
        },
    )
