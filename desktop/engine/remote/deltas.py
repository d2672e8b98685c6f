"""Audio that is sent once: the windows of a running utterance grow and lose their beginning, and their samples do not
change, so a window is a range of what was sent before, and what is new. Pure.

Both sides keep some audio in numbered places. A window says how much of a place stays (`keep`), which samples follow
there, and which range it is.
"""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.remote.framing import Strict, WorkRefused, pcm16, samples_of

PLACES = 4
"""audio that is kept for a connection: sessions that speak at the same time, and the utterance that was translated"""
LONGEST = 40 * SAMPLE_RATE
"""samples in one place"""
_ANCHOR = 256
"""samples by which a window is found in what was sent"""
_TRIES = 8
"""places where they may be found: the same silence may be there more than once"""
_LEAST = SAMPLE_RATE // 4
"""samples in common from which on they need not be sent again"""
_LARGEST_SCALE = 2.0**20


class Part(Strict):
    """Which audio a window is."""

    place: int
    keep: int = 0
    """samples of the place that stay; those that come with the message follow them"""
    start: int
    end: int
    """of the window, in samples from the beginning of the place"""
    scale: float = 1.0
    """what the largest sample stands for"""


@dataclass(slots=True)
class _Place:
    data: bytes
    scale: float


class Sent:
    """What the other side has of the audio that went to it."""

    def __init__(self) -> None:
        self._places: OrderedDict[int, _Place] = OrderedDict()
        """those used last come last"""

    def part(self, samples: Samples) -> tuple[Part, bytes]:
        """How a window, shape (n,), is asked for, and the bytes that have to go with it."""
        scale = _scale(samples)
        for number in reversed(self._places):
            place = self._places[number]
            if place.scale < scale:
                continue
            data = pcm16(samples, place.scale)
            start = _found(data, place.data)
            if start is None:
                continue
            new = data[len(place.data) - start :]
            if len(place.data) + len(new) > 2 * LONGEST:
                continue
            keep = len(place.data) // 2
            place.data += new
            self._places.move_to_end(number)
            return _part(number, keep, start, len(data), place.scale), new
        data = pcm16(samples, scale)[: 2 * LONGEST]
        number = len(self._places) if len(self._places) < PLACES else next(iter(self._places))
        self._places[number] = _Place(data, scale)
        self._places.move_to_end(number)
        return _part(number, 0, 0, len(data), scale), data


class Kept:
    """The audio that came from the other side."""

    def __init__(self) -> None:
        self._places: dict[int, bytearray] = {}

    def window(self, part: Part, data: bytes) -> Samples:
        """The window that is asked for, shape (n,), 16 kHz. Raises WorkRefused where there is no such audio."""
        place = self._places.get(part.place, bytearray())
        length = part.keep + len(data) // 2
        if not (
            0 <= part.place < PLACES
            and 0 <= 2 * part.keep <= len(place)
            and length <= LONGEST
            and 0 <= part.start <= part.end <= length
            and 0 < part.scale <= _LARGEST_SCALE
            and not len(data) % 2
        ):
            raise WorkRefused("work-audio-missing")
        del place[2 * part.keep :]
        place += data
        self._places[part.place] = place
        return samples_of(bytes(place[2 * part.start : 2 * part.end]), part.scale)


def _part(place: int, keep: int, start: int, length: int, scale: float) -> Part:
    """start, length: in bytes."""
    return Part(place=place, keep=keep, start=start // 2, end=(start + length) // 2, scale=scale)


def _scale(samples: Samples) -> float:
    """1, or the power of two that the largest sample needs."""
    finite = samples[np.isfinite(samples)]
    peak = float(np.abs(finite).max()) if len(finite) else 0.0
    return 1.0 if peak <= 1.0 else min(_LARGEST_SCALE, float(2.0 ** np.ceil(np.log2(peak))))


def _found(data: bytes, sent: bytes) -> int | None:
    """Where in what was sent a window begins, in bytes; None: it has too little in common with it."""
    least = min(2 * _LEAST, len(data))
    if not least:
        return None
    # The loudest piece of its beginning: there is more than one silence.
    beginning = np.frombuffer(data[: 2 * max(least // 2, len(data) // 4)], "<i2")
    count = max(1, len(beginning) // _ANCHOR)
    loudness = [int(np.abs(beginning[n * _ANCHOR : (n + 1) * _ANCHOR].astype(np.int32)).sum()) for n in range(count)]
    offset = 2 * _ANCHOR * int(np.argmax(loudness))
    anchor = data[offset : offset + 2 * _ANCHOR]
    at = -1
    for _ in range(_TRIES):
        at = sent.find(anchor, at + 1)
        if at < 0:
            return None
        start = at - offset
        common = min(len(data), len(sent) - start)
        is_there = start >= 0 and not start % 2 and common >= least
        if is_there and sent[start : start + common] == data[:common]:
            return start
    return None
