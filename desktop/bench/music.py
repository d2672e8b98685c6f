"""Music that nobody sings to, for `parley bench silence`: chords, a melody with overtones and vibrato, a bass, drums.

Written by rules, so that every run hears the same: a piece of 16 bars over four chords that changes its instruments,
its key and its tempo with every repeat. Pure.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.events import SAMPLE_RATE

_Wave = NDArray[np.float64]

_CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
"""C, a, F, G: semitones above the key"""
_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
"""of the melody; semitones"""
_TEMPI = (96, 120, 72, 140)
"""beats per minute, one for each repeat of the piece"""
_REGISTERS = (24, 12, 0, 24, 7)
"""of the melody, semitones above the key: from those of a cello and of voices to that of a flute"""
_BARS = 16
_TIMBRES = (
    (1.0, 0.5, 0.33, 0.25, 0.2, 0.17),
    (1.0, 0.0, 0.33, 0.0, 0.2, 0.0, 0.14),
    (1.0, 0.8, 0.6, 0.7, 0.3, 0.2, 0.1, 0.1),
    (1.0, 0.1),
)
"""strength of the overtones: strings, clarinet, something nasal, flute"""
_BLEND = 400
"""samples in which one repeat of the piece goes over into the next"""


def piece(start: float, seconds: float) -> _Wave:
    """Samples from `start` on (seconds since the music began), shape (n,), about -1..1."""
    count = round(seconds * SAMPLE_RATE)
    at = start + np.arange(count) / SAMPLE_RATE
    wave = np.zeros(count)
    began, repeat = 0.0, 0
    while began < start + seconds:
        length = _BARS * 4 * 60 / _TEMPI[repeat % len(_TEMPI)]
        inside = (at >= began) & (at < began + length)
        if inside.any():
            edge = np.minimum(at[inside] - began, began + length - at[inside]) * SAMPLE_RATE / _BLEND
            wave[inside] = _played(at[inside] - began, repeat) * np.clip(edge, 0.0, 1.0)
        began += length
        repeat += 1
    return wave


def _played(at: _Wave, repeat: int) -> _Wave:
    """One repeat of the piece at these times."""
    key = 48 + repeat * 5 % 12
    beat = at * _TEMPI[repeat % len(_TEMPI)] / 60
    timbre = _TIMBRES[repeat % len(_TIMBRES)]
    wave = 0.5 * _melody(at, beat, key + _REGISTERS[repeat % len(_REGISTERS)], timbre, repeat)
    if repeat % 5 != 3:  # the flute is alone once
        wave = wave + 0.3 * _chords(at, beat, key + 12, _TIMBRES[(repeat + 1) % len(_TIMBRES)])
        wave = wave + 0.4 * _tone(at, _hertz(key - 12 + _chosen(beat // 4, [chord[0] for chord in _CHORDS])), (1, 0.5))
    if repeat % 3 != 1:
        wave = wave + 0.6 * _drums(beat, at)
    return np.asarray(wave / 1.8)


def _melody(at: _Wave, beat: _Wave, key: int, timbre: tuple[float, ...], repeat: int) -> _Wave:
    """A note each half beat to two beats, with a vibrato of 5.5 Hz that begins a moment after the note."""
    long = (beat // 8).astype(int) % 2 == 0
    number = np.where(long, beat // 2, beat * 2 // 1).astype(int)
    into = np.where(long, beat % 2 / 2, beat * 2 % 1)
    step = (number * 5 + number // 3 * 2 + repeat) % len(_SCALE)
    pitch = key + np.asarray(_SCALE)[step]
    vibrato = 0.012 * np.clip(into * 3 - 0.5, 0, 1) * np.sin(2 * math.pi * 5.5 * at) / (2 * math.pi * 5.5)
    attack = np.minimum(into * 20, 1.0) * np.minimum((1 - into) * 12, 1.0)
    return np.asarray(attack * _tone(at + vibrato, _hertz(pitch), timbre))


def _chords(at: _Wave, beat: _Wave, key: int, timbre: tuple[float, ...]) -> _Wave:
    """A chord for each bar, struck on every second beat and dying away."""
    fade = np.exp(-1.2 * (beat % 2)) * np.minimum(beat % 2 * 30, 1.0)
    wave: _Wave = np.zeros(len(at))
    for voice in range(3):
        wave = wave + _tone(at, _hertz(key + _chosen(beat // 4, [chord[voice] for chord in _CHORDS])), timbre)
    return fade * wave


def _drums(beat: _Wave, at: _Wave) -> _Wave:
    """Bass drum on 1 and 3, snare on 2 and 4, hi-hat on every half beat. The noise is made from the time itself."""
    noise = np.sin(at * 12_345.678 + np.sin(at * 54_321.09) * 99) * np.sin(at * 33_333.3)
    on_beat, half = beat % 2, beat * 2 % 1 / 2
    kick = np.sin(2 * math.pi * 55 * on_beat * (1 + 0.6 * np.exp(-14 * on_beat))) * np.exp(-9 * on_beat)
    snare = noise * np.exp(-12 * ((beat + 1) % 2))
    hat = noise * np.exp(-45 * half)
    return np.asarray(kick + 0.5 * snare + 0.15 * hat)


def _tone(at: _Wave, hertz: _Wave, timbre: tuple[float, ...]) -> _Wave:
    wave: _Wave = np.zeros(len(at))
    for number, strength in enumerate(timbre, start=1):
        audible = hertz * number < SAMPLE_RATE / 2
        wave = wave + strength * audible * np.sin(2 * math.pi * hertz * number * at)
    return wave


def _chosen(bar: _Wave, values: list[int]) -> Any:
    return np.asarray(values)[bar.astype(int) % len(values)]


def _hertz(pitch: Any) -> _Wave:
    return np.asarray(440.0 * 2.0 ** ((np.asarray(pitch, dtype=float) - 69) / 12))
