"""Spoken translation into a WAV file instead of an output, each piece where it would have been heard.

Used from any thread; nothing runs here.
"""

import struct
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import numpy as np

from desktop.engine.audio.sources.resample import resampled
from desktop.engine.errors import AudioError
from desktop.engine.events import SpeechAudio

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_BYTES = 2


class SpeechFile:
    """The speaker's interface on a file: 16 bit mono.

    path: of the WAV file, which is replaced. now: seconds since the session started, at each call.
    rate: Hz of the file.
    """

    def __init__(self, path: Path, now: Callable[[], float], rate: int = 22_050) -> None:
        self._path = path
        self._now = now
        self._rate = rate
        self._lock = Lock()
        self._file: BinaryIO | None = None
        self._end = 0
        self._volume = 1.0

    def open(self) -> None:
        """Create the file; raises AudioError."""
        with self._lock:
            if self._file is not None:
                return
            try:
                self._file = self._path.open("wb")
            except OSError as error:
                raise AudioError("speech-file-refused", path=self._path) from error
            self._end = 0
            self._write_header(self._file)

    def play(self, audio: SpeechAudio) -> None:
        """Append at the present time of the session, or after what is there if that lasts longer."""
        samples = resampled(audio.samples, audio.sample_rate, self._rate) * self._volume
        data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        with self._lock:
            if self._file is None:
                raise AudioError("speech-file-closed")
            start = max(self._end, round(self._now() * self._rate))
            # Seeking past the end leaves zeros, which are silence.
            self._file.seek(_HEADER.size + start * _BYTES)
            self._file.write(data)
            self._end = start + len(data) // _BYTES

    def stop(self) -> None:
        """Cut off what lies ahead of the present time."""
        with self._lock:
            present = round(self._now() * self._rate)
            if self._file is not None and present < self._end:
                self._end = present
                self._file.truncate(_HEADER.size + present * _BYTES)

    @property
    def volume(self) -> float:
        """0..1, of what is appended from now on"""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(1.0, max(0.0, volume))

    @property
    def queued_seconds(self) -> float:
        """What lies ahead of the present time."""
        return max(0.0, self._end / self._rate - self._now())

    @property
    def is_playing(self) -> bool:
        """A piece lies at the present time."""
        return self.queued_seconds > 0

    def close(self) -> None:
        """Complete the file. Idempotent."""
        with self._lock:
            if self._file is not None:
                self._write_header(self._file)
                self._file.close()
                self._file = None

    def _write_header(self, file: BinaryIO) -> None:
        size = self._end * _BYTES
        file.seek(0)
        file.write(
            _HEADER.pack(
                *(b"RIFF", _HEADER.size - 8 + size, b"WAVE", b"fmt ", 16, 1, 1),
                *(self._rate, self._rate * _BYTES, _BYTES, 8 * _BYTES, b"data", size),
            )
        )
