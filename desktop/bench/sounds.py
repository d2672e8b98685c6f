"""What `parley bench silence` lets the engine hear: sounds of which none holds a word. Written by rules, so that every
run hears the same; real music is that of Debian's package asterisk-moh-opsound-g722."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from desktop.bench import music as played
from desktop.bench.people.prompts import data_folders, samples_of
from desktop.engine.events import SAMPLE_RATE, Samples

LEVELS = (-60.0, -50.0, -40.0, -30.0, -20.0)
"""dBFS of the sounds that are made here, a few seconds each in turn"""
_SECOND = SAMPLE_RATE
_TURN = 7
"""seconds at one level, or of one tone"""
_BREATH = 4
"""seconds from one breath to the next: drawn in, let out, nothing"""
_IN, _OUT = (0.2, 1.1), (1.5, 2.9)
"""seconds of a breath's beginning and end, after the one before"""
_BANDS = ((300.0, 900.0, 1.0), (1200.0, 2600.0, 0.6), (3200.0, 6000.0, 0.25))
"""Hz from, Hz to, amplitude: the mouth shapes the rush of air as it shapes vowels"""

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


def breath(second: int, random: np.random.Generator) -> Samples:
    """Noise in the bands in which a mouth lets it through, that swells and falls as somebody breathes."""
    spectrum = np.fft.rfft(random.standard_normal(_SECOND))
    hertz = np.fft.rfftfreq(_SECOND, 1 / SAMPLE_RATE)
    shape = sum(loud * ((hertz >= low) & (hertz < high)) for low, high, loud in _BANDS)
    at = second % _BREATH + np.arange(_SECOND) / SAMPLE_RATE
    swells = [np.sin(np.pi * np.clip((at - begin) / (end - begin), 0, 1)) ** 2 for begin, end in (_IN, _OUT)]
    wave = np.fft.irfft(spectrum * shape, _SECOND)
    return np.asarray(_scaled(wave, second) * sum(swells), np.float32)


def tones(second: int, random: np.random.Generator) -> Samples:
    """A tone with two overtones, another pitch every few seconds, 80 Hz to 3 kHz."""
    pitch = 80 * (3000 / 80) ** ((second // _TURN * 7 % 16) / 15)
    at = second + np.arange(_SECOND) / SAMPLE_RATE
    wave = sum(np.sin(2 * math.pi * pitch * n * at) / n for n in (1, 2, 3))
    return _scaled(np.asarray(wave), second)


def music(second: int, random: np.random.Generator) -> Samples:
    """Chords, melodies and drums, without a voice."""
    return _scaled(played.piece(second, 1.0), second)


def real_music(second: int, random: np.random.Generator) -> Samples:
    """The pieces of the package, again and again, as loud as they are. Raises FileUnreadable."""
    everything = music_of_package()
    at = second * _SECOND % (len(everything) - _SECOND)
    return everything[at : at + _SECOND]


@cache
def music_of_package() -> Samples:
    """All pieces, one behind the other, shape (n,), 16 kHz; empty without the package. Raises FileUnreadable."""
    found = _pieces()
    return np.concatenate([samples_of(one) for one in found]) if found else np.zeros(0, np.float32)


def sounds() -> dict[str, Sound]:
    """By name, in the order in which they are heard; real music if it is installed."""
    found: dict[str, Sound] = {
        "silence": silence,
        "white noise": white,
        "pink noise": pink,
        "breath": breath,
        "tones": tones,
        "music": music,
    }
    return found | ({"real music": real_music} if _pieces() else {})


def _pieces() -> list[Path]:
    for folder in data_folders():
        if found := sorted((folder / "asterisk" / "moh").glob("*.g722")):
            return found
    return []


def _scaled(wave: Any, second: int) -> Samples:
    level = 10 ** (LEVELS[second // _TURN % len(LEVELS)] / 20)
    return np.asarray(wave / np.sqrt(np.mean(np.square(wave))) * level, np.float32)
