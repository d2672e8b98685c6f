"""Speech with word times from espeak-ng, called through its C library (one speaker at a time, not thread-safe).

The structures follow espeak-ng's speak_lib.h.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
from scipy.signal import resample_poly

SAMPLE_RATE = 16_000
_ESPEAK_RATE = 22_050
_SYNCHRONOUS, _WORD_EVENT, _CHARACTERS, _UTF8 = 2, 1, 1, 1
_RATE, _PITCH, _PITCH_RANGE = 1, 3, 4


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class Utterance:
    """One sentence: `samples` int16 at 16 kHz; `starts` the second at which each space-separated word begins."""

    samples: np.ndarray
    starts: tuple[float, ...]

    @property
    def audible_end(self) -> float:
        """Second at which the last sound ends."""
        return float(np.nonzero(np.abs(self.samples / 32768) > 0.004)[0][-1]) / SAMPLE_RATE


def word_starts(text: str, events: list[tuple[int, int]]) -> tuple[float, ...]:
    """Seconds at which the words of `text` begin; `events` are (1-based character, milliseconds)."""
    starts: list[float] = []
    position = 0
    for word in text.split():
        at = text.index(word, position)
        position = at + len(word)
        near = [ms for character, ms in events if at - 1 <= character - 1 <= at + 2]
        starts.append(min(near) / 1000 if near else (starts[-1] if starts else 0.0))
    return tuple(starts)


class Espeak:
    """espeak-ng's synthesiser; raises OSError where the library is not installed."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0)
        if rate != _ESPEAK_RATE:
            raise OSError(f"espeak-ng speaks at {rate} Hz, not at {_ESPEAK_RATE} Hz: are its voices installed?")
        self._pieces: list[np.ndarray] = []
        self._words: list[tuple[int, int]] = []
        self._callback = _Callback(self._received)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def _received(self, samples, count, events) -> int:
        if samples and count:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        i = 0
        while events[i].type != 0:
            if events[i].type == _WORD_EVENT:
                self._words.append((events[i].text_position, events[i].milliseconds))
            i += 1
        return 0

    def say(self, text: str, voice: str, rate: int, pitch: int, pitch_range: int = 50) -> Utterance:
        """`text` spoken; `rate` in words a minute, `pitch` and `pitch_range` 0 to 100. KeyError: no such voice."""
        self._pieces.clear()
        self._words.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise KeyError(voice)
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_PITCH_RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = resample_poly(np.concatenate(self._pieces).astype(np.float32), 320, 441)
        return Utterance(np.clip(samples, -32767, 32767).astype(np.int16), word_starts(text, sorted(self._words)))
