"""How each phoneme sounds: a table for the formant synthesiser, from textbook values (Peterson and Barney and others).

A row is [duration in frames of 11.6 ms, loudness of the voice, loudness of the noise, F1, F2, F3 in Hz, centre of the
noise in Hz].
"""

from __future__ import annotations

import numpy as np
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

SYMBOLS = 256
_NEUTRAL = (500, 1500, 2500, 3000)

_VOWELS = {
    "i": (280, 2250, 2900), "ɪ": (400, 1920, 2560), "e": (400, 2100, 2600), "ɛ": (550, 1770, 2490),
    "æ": (690, 1660, 2490), "a": (750, 1300, 2500), "ɑ": (710, 1100, 2540), "ɒ": (600, 950, 2500),
    "ɔ": (590, 880, 2540), "o": (450, 850, 2500), "ʊ": (450, 1030, 2380), "u": (310, 870, 2250),
    "ʌ": (620, 1200, 2550), "ə": (500, 1400, 2500), "ɐ": (620, 1300, 2500), "ɚ": (490, 1350, 1690),
    "ɜ": (490, 1350, 1690), "ɝ": (490, 1350, 1690), "y": (280, 1900, 2400), "ø": (400, 1600, 2400),
    "œ": (550, 1500, 2400), "ɨ": (320, 1700, 2500), "ᵻ": (380, 1800, 2500),
}  # fmt: skip
_SONORANTS = {
    "m": (280, 1000, 2200), "n": (280, 1500, 2500), "ŋ": (280, 2000, 2600), "ɲ": (280, 2100, 2700),
    "l": (360, 1200, 2600), "ɫ": (400, 900, 2600), "ʎ": (300, 2000, 2700), "ɹ": (350, 1150, 1600),
    "r": (420, 1300, 2300), "ɾ": (420, 1500, 2500), "j": (280, 2200, 2900), "w": (300, 700, 2200),
    "β": (350, 1000, 2300), "ð": (300, 1400, 2500), "ɣ": (350, 1500, 2400), "ʝ": (300, 2100, 2800),
    "v": (280, 1200, 2400),
}  # fmt: skip
_BREATHY = "vðβɣʝ"
_FRICATIVES = {"s": 6500, "ʃ": 3200, "f": 5000, "θ": 5500, "h": 1500, "x": 1800, "ç": 3500, "χ": 1500}
_VOICED_FRICATIVES = {"z": 6500, "ʒ": 3200}
_STOPS = {"p": 1200, "t": 4500, "k": 2200, "ʔ": 1000, "c": 3000, "q": 1800}
_VOICED_STOPS = {"b": 900, "d": 3500, "ɡ": 1900, "g": 1900, "ɟ": 2500}
_PAUSES = {" ": 3, ",": 16, ".": 22, "?": 22, "!": 22, ";": 18, ":": 18, "^": 2, "$": 6}


def _fill(column: np.ndarray, phoneme: str, value: object) -> None:
    for symbol in DEFAULT_PHONEME_ID_MAP.get(phoneme, []):
        column[symbol] = value


def table() -> np.ndarray:
    """float32 [256, 7]: a row for every phoneme id of Piper."""
    rows = np.zeros((SYMBOLS, 7), np.float32)
    rows[:, 3:] = _NEUTRAL
    for phoneme, formants in _VOWELS.items():
        _fill(rows, phoneme, (9, 1.0, 0, *formants, 3000))
    for phoneme, formants in _SONORANTS.items():
        _fill(rows, phoneme, (6, 0.45, 0.05 if phoneme in _BREATHY else 0, *formants, 3000))
    for phoneme, noise in _FRICATIVES.items():
        _fill(rows, phoneme, (8, 0, 0.5 if phoneme in "sʃ" else 0.2, 500, 1500, 2500, noise))
    for phoneme, noise in _VOICED_FRICATIVES.items():
        _fill(rows, phoneme, (7, 0.35, 0.3, 300, 1500, 2500, noise))
    for phoneme, noise in _STOPS.items():
        _fill(rows, phoneme, (5, 0, 0.25, 500, 1500, 2500, noise))
    for phoneme, noise in _VOICED_STOPS.items():
        _fill(rows, phoneme, (5, 0.3, 0.12, 300, 1300, 2400, noise))
    for phoneme, frames in _PAUSES.items():
        _fill(rows, phoneme, (frames, 0, 0, *_NEUTRAL))
    return rows


def stress() -> np.ndarray:
    """float32 [256]: how much a mark stresses the vowel after it."""
    marks = np.zeros(SYMBOLS, np.float32)
    _fill(marks, "ˈ", 1.0)
    _fill(marks, "ˌ", 0.4)
    return marks


def lengthening() -> np.ndarray:
    """float32 [256]: by which share a mark lengthens the vowel before it."""
    marks = np.zeros(SYMBOLS, np.float32)
    _fill(marks, "ː", 0.6)
    return marks
