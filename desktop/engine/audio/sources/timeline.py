"""Where decoded sound stands on the file's clock. Pure; times in seconds.

A recording need not begin with its file nor be without gaps: a video's sound may start late, a call that sends nothing
in silence (DTX) or a lost packet leaves a hole. What is heard is filled up with silence there, so that the position in
it is the time that a player shows.
"""

from dataclasses import dataclass
from enum import Enum

_TOLERANCE = 0.06
"""what stamps may be off before sound is moved; they jitter, and MP3 or AAC frames are up to 0.06 s long"""
_LONGEST_START = 600.0
"""a file whose first stamp is later was cut out of a stream, whose clock ran before"""
_LONGEST_GAP = 3600.0
"""stamps that jump further are another clock's"""
_MOST_DROPPED = 1.0
"""of sound that overlaps; where stamps say more, they are wrong, not the sound"""
_CLOCK_OF_THE_FILE = ("mov", "matroska", "nut", "asf", "avi")
"""names of FFmpeg's demuxers for formats whose clock begins with the file; elsewhere it begins anywhere"""


_COUNTED = ("flac", "wav", "tta", "wv", "w64", "aiff", "au", "caf")
_UNSTAMPED = (
    *("aac", "loas", "mp3", "ac3", "eac3", "dts", "truehd", "mlp", "gsm", "amr", "amrnb", "amrwb"),
    *("g722", "g723_1", "g726", "g726le", "g729", "sbc", "aptx", "aptx_hd", "codec2", "codec2raw"),
)


class Stamps(Enum):
    """What the stamps in a format are worth."""

    CLOCK = "clock"
    COUNTED = "counted"
    """the number of samples before: a hole means damage, and nothing overlaps"""
    NONE = "none"
    """FFmpeg makes them up"""


def stamps_of(format_names: str) -> Stamps:
    """format_names: as FFmpeg names the container."""
    names = format_names.split(",")
    if any(name in _UNSTAMPED for name in names):
        return Stamps.NONE
    return Stamps.COUNTED if any(name in _COUNTED for name in names) else Stamps.CLOCK


@dataclass(frozen=True, slots=True)
class Placement:
    """How decoded sound is put in: after so much silence, without so much of its beginning (seconds)."""

    silence: float = 0.0
    skip: float = 0.0


class Timeline:
    """Follows one track. zero: the stamp that counts as the beginning of the file."""

    def __init__(self, zero: float, stamps: Stamps = Stamps.CLOCK) -> None:
        self._zero = zero
        self._stamps = stamps
        self._dropped = 0.0
        self._is_begun = False
        self.position = 0.0
        """where what was put in ends"""

    def place(self, at: float | None, length: float) -> Placement:
        """Put in sound of this length that is stamped `at`; None: it bears no stamp, so it follows what came before."""
        ahead = 0.0 if at is None or self._stamps is Stamps.NONE else at - self._zero - self.position
        tolerance = _TOLERANCE if self._is_begun else 0.0
        self._is_begun = True
        silence = skip = 0.0
        if ahead > (_LONGEST_GAP if self.position else _LONGEST_START):
            self._zero += ahead
        elif ahead > tolerance:
            silence = ahead
        elif ahead < -tolerance:
            if self._stamps is Stamps.COUNTED or self._dropped - ahead > _MOST_DROPPED:
                self._zero += ahead
            else:
                skip = min(-ahead, length)
                self._dropped += skip
        self.position += silence + length - skip
        return Placement(silence, skip)


def zero_of(format_names: str, start: float | None) -> float:
    """The stamp at which a file begins. format_names: as FFmpeg names the container; start: its first stamp of any
    track."""
    if start is None:
        return 0.0
    has_own_clock = any(name in _CLOCK_OF_THE_FILE for name in format_names.split(","))
    return 0.0 if has_own_clock and start <= _LONGEST_START else start
