"""Audio out of a file: anything that FFmpeg's libraries open, the audio track of videos included.

Decodes on a thread of its own and delivers there, in frames of 32 ms.
"""

import contextlib
import logging
import math
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.audio.sources.base import FrameSink
from desktop.engine.audio.sources.resample import Resampler
from desktop.engine.errors import AudioError, EngineError, FileUnreadable
from desktop.engine.events import SAMPLE_RATE, AudioFrame, Samples

log = logging.getLogger(__name__)

FRAME = 512
"""samples of a delivered frame; only the last one is shorter"""
_CLOSE_DEADLINE = 5.0
_SHORT = 0.5
"""seconds that may be missing at the end before a file counts as truncated"""


class FileSource:
    """A media file as a source.

    path: the file.
    realtime: deliver each frame when it would have been heard, by the monotonic clock; else as fast as the sink takes.
    """

    def __init__(self, path: Path | str, *, realtime: bool = False) -> None:
        self._path = Path(path).expanduser()
        self._realtime = realtime
        self._closing = Event()
        self._thread: Thread | None = None
        self._decoder: _Decoder | None = None
        self._duration: float | None = None
        self.id = f"file:{path}"
        self.label = self._path.name
        self.is_live = False
        self.in_real_time = realtime
        """text is wanted as soon as it is heard, though the file could wait"""

    @property
    def duration(self) -> float | None:
        """Seconds, as the file declares them, or None if it does not; raises FileUnreadable."""
        if self._duration is None and self._decoder is None:
            with contextlib.closing(_Decoder(self._path)) as decoder:
                self._duration = decoder.duration
        return self._duration

    def open(self, sink: FrameSink) -> None:
        """Start delivering to `sink`, which may block; raises FileUnreadable if not one sample can be decoded."""
        if self._thread is not None:
            raise AudioError("file-in-use", label=self.label)
        decoder = _Decoder(self._path)
        try:
            pieces = decoder.pieces()
            first = next(pieces, None)
            if first is None:
                raise FileUnreadable("file-without-audio", path=self._path)
        except BaseException:
            decoder.close()
            raise
        self._decoder, self._duration = decoder, decoder.duration
        self._closing.clear()
        self._thread = Thread(target=self._run, args=(decoder, first, pieces, sink), name="audio-file", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop delivering; waits for a frame that is being delivered."""
        self._closing.set()
        thread = self._thread
        if thread is not None:
            thread.join(_CLOSE_DEADLINE)
            self._thread = None

    def _run(self, decoder: "_Decoder", first: Samples, pieces: Iterator[Samples], sink: FrameSink) -> None:
        error: EngineError | None = None
        waiting = first
        began = monotonic()
        delivered = 0
        try:
            for piece in pieces:
                waiting = np.concatenate((waiting, piece))
                whole = len(waiting) - len(waiting) % FRAME
                for at in range(0, whole, FRAME):
                    if not self._deliver(waiting[at : at + FRAME], delivered, began, sink):
                        return
                    delivered += FRAME
                waiting = waiting[whole:]
            for at in range(0, len(waiting), FRAME):
                last = waiting[at : at + FRAME]
                if not self._deliver(last, delivered, began, sink):
                    return
                delivered += len(last)
            error = decoder.damage(delivered / SAMPLE_RATE)
        finally:
            decoder.close()
        if self._closing.is_set():
            return
        if error is not None:
            sink.interrupted(error)
        sink.ended()

    def _deliver(self, samples: Samples, position: int, began: float, sink: FrameSink) -> bool:
        """False: the source is being closed."""
        if self._realtime:
            due = began + (position + len(samples)) / SAMPLE_RATE
            self._closing.wait(max(0.0, due - monotonic()))
        if self._closing.is_set():
            return False
        sink.frame(AudioFrame(samples, position / SAMPLE_RATE, self.id))
        return True


class _Decoder:
    """The first audio stream of a file as 16 kHz mono; FileUnreadable if there is none."""

    def __init__(self, path: Path) -> None:
        import av

        self._path = path
        self._bad_packets = 0
        _check_readable(path)
        try:
            # "file:" keeps a colon in a name from being taken for a protocol, the whitelist keeps a playlist offline.
            self._container: Any = av.open(
                f"file:{path}", metadata_errors="ignore", container_options={"protocol_whitelist": "file"}
            )
        except (av.FFmpegError, ValueError, OSError) as error:
            raise FileUnreadable("file-no-media", path=path) from error
        stream = self._container.streams.best("audio")
        if stream is None:
            self._container.close()
            raise FileUnreadable("file-without-audio-track", path=path)
        self._stream: Any = stream
        self.duration = self._declared_duration()

    def _declared_duration(self) -> float | None:
        if self._container.format.name == "wav":
            # FFmpeg measures the file instead, which hides that it was cut off.
            declared = _wav_duration(self._path)
            if declared is not None:
                return declared
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        if self._container.duration:
            return float(self._container.duration / 1_000_000)
        return None

    def pieces(self) -> Iterator[Samples]:
        """Decoded audio in the file's order; undecodable packets are skipped and counted."""
        import av

        resampler: Resampler | None = None
        rate = 0
        try:
            for packet in self._container.demux(self._stream):
                try:
                    frames = packet.decode()
                except (av.FFmpegError, ValueError):
                    self._bad_packets += 1
                    continue
                for frame in frames:
                    if resampler is None or frame.sample_rate != rate:
                        if resampler is not None:
                            yield resampler.flush()
                        rate = frame.sample_rate
                        resampler = Resampler(rate)
                    samples = resampler.add(_samples(frame))
                    if len(samples):
                        yield samples
        except (av.FFmpegError, OSError):
            # What was heard so far counts, whatever a broken file does to its reader.
            log.debug("reading stopped", exc_info=True)
            self._bad_packets += 1
        if resampler is not None:
            rest = resampler.flush()
            if len(rest):
                yield rest

    def damage(self, heard: float) -> EngineError | None:
        """What to tell the user after `heard` seconds came out, or None if the file was whole."""
        # MP3 files without an index only estimate their length, so a fraction must be missing as well.
        is_short = self.duration is not None and heard < self.duration - max(_SHORT, 0.02 * self.duration)
        if is_short:
            return _truncated(self._path, heard)
        if self._bad_packets:
            return FileUnreadable("file-damaged", name=self._path.name, recoverable=True)
        return None

    def close(self) -> None:
        self._container.close()


def _wav_duration(path: Path) -> float | None:
    """Seconds that a RIFF header promises; None where it was left open, as recorders that stream do."""
    bytes_per_second = 0
    with path.open("rb") as file:
        file.seek(12)
        while len(header := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", header)
            if name == b"data":
                is_known = bytes_per_second > 0 and 0 < size < 0xFFFFFF00
                return size / bytes_per_second if is_known else None
            body = file.read(min(size, 16))
            if name == b"fmt " and len(body) == 16:
                bytes_per_second = struct.unpack("<8xI4x", body)[0]
            file.seek(size + size % 2 - len(body), os.SEEK_CUR)
    return None


def _truncated(path: Path, heard: float) -> FileUnreadable:
    seconds = math.floor(heard * 10) / 10
    return FileUnreadable(
        "file-cut-off",
        name=path.name,
        seconds=seconds,
        recoverable=True,
    )


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except FileNotFoundError as error:
        raise FileUnreadable("file-missing", path=path) from error
    except (IsADirectoryError, PermissionError) as error:
        if _is_folder(path):
            raise FileUnreadable("file-is-folder", path=path) from error
        raise FileUnreadable("file-forbidden", path=path) from error
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise FileUnreadable("file-unreadable", path=path, reason=os.strerror(error.errno)) from error
        raise FileUnreadable("file-name-not-valid", path=path) from error
    if is_empty:
        raise FileUnreadable("file-empty", path=path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # nobody may look


def _samples(frame: Any) -> NDArray[np.float32]:
    """A decoded frame of any sample format as float32, shape (n, channels), -1..1."""
    data: NDArray[Any] = frame.to_ndarray()
    channels = len(frame.layout.channels)
    data = data.T if frame.format.is_planar else data.reshape(-1, channels)
    samples: NDArray[np.float32] = data.astype(np.float32)
    if data.dtype == np.uint8:
        samples -= 128
        samples /= 128
    elif data.dtype.kind == "i":
        samples /= 1 << (8 * data.dtype.itemsize - 1)
    else:
        np.clip(np.nan_to_num(samples), -1.0, 1.0, out=samples)
    return samples
