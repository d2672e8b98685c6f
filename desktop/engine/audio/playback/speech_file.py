"""Spoken translation into a WAV file instead of an output, each piece where it would have been heard.

Used from any thread; nothing runs here.
"""

import contextlib
import logging
import struct
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import numpy as np

from desktop.engine.audio.sources.resample import resampled
from desktop.engine.errors import AudioError
from desktop.engine.events import SpeechAudio
from desktop.system.files import Replacement

log = logging.getLogger(__name__)

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_BYTES = 2


class SpeechFile:
    """The speaker's interface on a file: 16 bit mono.

    path: of the WAV file; what is there is replaced in one step when the file is complete. now: seconds since the
    session started, at each call. rate: Hz of the file.
    """

    def __init__(self, path: Path, now: Callable[[], float], rate: int = 22_050) -> None:
        self._path = path
        self._now = now
        self._rate = rate
        self._lock = Lock()
        self.is_written = False
        """the file is there, complete; else what was there before is as it was"""
        self._new: Replacement | None = None
        self._file: BinaryIO | None = None
        self._end = 0
        self._volume = 1.0

    def open(self) -> None:
        """Create the file; raises AudioError."""
        with self._lock:
            if self._file is not None:
                return
            try:
                self._new = Replacement(self._path)
                self._end = 0
                self._write_header(self._new.file)
            except OSError as error:
                raise AudioError("speech-file-refused", path=self._path) from error
            self._file = self._new.file

    def play(self, audio: SpeechAudio) -> None:
        """Append at the present time of the session, or after what is there if that lasts longer."""
        samples = resampled(audio.samples, audio.sample_rate, self._rate) * self._volume
        data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        with self._lock:
            if self._file is None:
                raise AudioError("speech-file-closed")
            start = max(self._end, round(self._now() * self._rate))
            # Seeking past the end leaves zeros, which are silence.
            try:
                self._file.seek(_HEADER.size + start * _BYTES)
                self._file.write(data)
            except OSError as error:
                raise AudioError("speech-file-refused", path=self._path) from error
            self._end = start + len(data) // _BYTES

    def stop(self) -> None:
        """Cut off what lies ahead of the present time."""
        with self._lock:
            present = round(self._now() * self._rate)
            if self._file is not None and present < self._end:
                self._end = present
                with contextlib.suppress(OSError):  # no room for what is to be written first; closing tells
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
        """Complete the file, see `is_written`. Idempotent, never raises."""
        with self._lock:
            file, new = self._file, self._new
            self._file = self._new = None
            if file is None or new is None:
                return
            try:
                self._write_header(file)
                new.commit()
                self.is_written = True
            except OSError as error:
                new.discard()
                log.warning("%s cannot be written: %s", self._path.name, error.strerror)

    def _write_header(self, file: BinaryIO) -> None:
        size = self._end * _BYTES
        file.seek(0)
        file.write(
            _HEADER.pack(
                *(b"RIFF", _HEADER.size - 8 + size, b"WAVE", b"fmt ", 16, 1, 1),
                *(self._rate, self._rate * _BYTES, _BYTES, 8 * _BYTES, b"data", size),
            )
        )
