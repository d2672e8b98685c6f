"""The sound of a media file, decoded by FFmpeg's libraries to 16 kHz mono, on the caller's thread."""

import contextlib
import ctypes
import logging
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.audio.sources.avi_index import empty_before
from desktop.engine.audio.sources.cut_off import declared_end, is_cut_off
from desktop.engine.audio.sources.resample import Resampler
from desktop.engine.audio.sources.spool import Pipe, is_pipe
from desktop.engine.audio.sources.timeline import Stamps, Timeline, stamps_of, zero_of
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.events import Samples

log = logging.getLogger(__name__)

_SHORT = 0.5
"""seconds that may be missing at the end before a file counts as truncated"""
_NOTICED = 0.15
"""seconds that must be undecodable before a file counts as damaged: where two were joined, a frame or two are"""
_LOCAL = {"protocol_whitelist": "file"}
"""keeps a playlist offline"""
_EARLY = {**_LOCAL, "analyzeduration": "100000"}
"""microseconds of sound that are looked through before the first is heard; else five seconds"""
_SILENCE = 10.0
"""seconds of silence that are made at once"""
_FORMATS = {
    "u8": ("u1", 1 << 7),
    "s16": ("i2", 1 << 15),
    "s32": ("i4", 1 << 31),
    "s64": ("i8", 1 << 63),
    "flt": ("f4", 1),
    "dbl": ("f8", 1),
}
"""by FFmpeg's name of the format: NumPy's, and what a full sample is"""


@dataclass(frozen=True, slots=True)
class Track:
    """One of the sounds of a file: a language, a commentary."""

    number: int
    """from 1"""
    language: str
    """as the file says it; empty: it does not"""
    title: str
    channels: int


class Media:
    """A media file that is open; FileUnreadable if it cannot be opened or has no sound.

    track: which of its sounds, from 1; 0 for the one that a player would choose. is_wanted: asked again and again while
    a pipe is read; False is its end. streams: a pipe is heard while it comes, unless its format can be read only as a
    whole; whether it was cut off is not known then.
    """

    def __init__(
        self,
        path: Path,
        track: int = 0,
        is_wanted: Callable[[], bool] = lambda: True,
        *,
        streams: bool = False,
    ) -> None:
        self._path = path
        self._spool: IO[bytes] | None = None
        self._pipe: Pipe | None = None
        self._container: Any = None
        self._track = track
        try:
            if is_pipe(path):
                self._read_pipe(Pipe(path, is_wanted), streams=streams)
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Everything that is known before the first sound. Raises FileUnreadable."""
        self._lost, self._is_holed = 0.0, False
        if self._container is None:
            self._container = self._opened()
        self._stream: Any = self._chosen(self._track)
        start = self._container.start_time
        self._zero = zero_of(self._container.format.name, None if start is None else start / 1_000_000)
        self._stamps = stamps_of(self._container.format.name)
        self._timeline = Timeline(self._zero, self._stamps)
        self._end: float | None = None
        self._empty: tuple[int, ...] = ()
        if self._pipe is not None:
            return
        with self._bytes() as file:
            self._end = declared_end(self._container, self._stream, file)
            if self._container.format.name == "avi":
                self._empty = empty_before(file, self._stream.index)

    def _read_pipe(self, pipe: Pipe, *, streams: bool) -> None:
        """Open what comes out of it as it comes, or copy it. Raises FileUnreadable."""
        self._pipe = pipe
        if streams:
            try:
                self._container = self._open(pipe, _EARLY)
                return
            except FileUnreadable:
                log.debug("the pipe is read as a whole")  # or it is no media
        self._pipe = None
        self._spool = pipe.rest()

    def _opened(self) -> Any:
        with self._bytes() as file:
            if not file.read(1):
                raise FileUnreadable("file-empty", path=self._path)
        # "file:" keeps a colon in a name from being taken for a protocol.
        return self._open(f"file:{self._path}" if self._spool is None else self._spool)

    def _open(self, name: "str | IO[bytes] | Pipe", options: Mapping[str, str] = _LOCAL) -> Any:
        import av

        try:
            return av.open(name, metadata_errors="ignore", container_options=dict(options))
        except (av.FFmpegError, ValueError, OSError) as error:
            raise FileUnreadable("file-no-media", path=self._path) from error

    def _chosen(self, track: int) -> Any:
        sounds = self._container.streams.audio
        if not sounds:
            raise FileUnreadable("file-without-audio-track", path=self._path)
        if track > len(sounds):
            raise FileUnreadable("file-without-that-track", path=self._path, number=track, count=len(sounds))
        return sounds[track - 1] if track else self._container.streams.best("audio") or sounds[0]

    @contextlib.contextmanager
    def _bytes(self) -> Iterator[IO[bytes]]:
        """The file as it is, from its beginning; what FFmpeg reads of it goes on where it was."""
        if self._spool is None:
            with _readable(self._path) as file:
                yield file
            return
        before = self._spool.tell()
        self._spool.seek(0)
        yield self._spool
        self._spool.seek(before)

    @property
    def duration(self) -> float | None:
        """Seconds, as the file declares or FFmpeg estimates them; None: nothing is known."""
        if self._end is not None:
            return self._end - self._zero
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        if self._container.duration:
            return float(self._container.duration / 1_000_000)
        return None

    @property
    def came_at(self) -> float | None:
        """When the first bytes came of a pipe that is heard while it comes (monotonic clock), else None."""
        return self._pipe.came_at if self._pipe is not None else None

    @property
    def tracks(self) -> tuple[Track, ...]:
        """All the sounds that are in it."""
        return tuple(
            Track(number, stream.language or "", stream.metadata.get("title", ""), channels_of(stream))
            for number, stream in enumerate(self._container.streams.audio, start=1)
        )

    @property
    def track(self) -> int:
        """The number of the one that is decoded."""
        return next(
            number
            for number, stream in enumerate(self._container.streams.audio, start=1)
            if stream.index == self._stream.index
        )

    def begun(self) -> tuple[Samples | None, Iterator[Samples]]:
        """The first sound, None if there is none, and the `pieces` that follow it. Waits for it where a pipe is heard
        while it comes. Raises FileUnreadable."""
        pieces = self.pieces()
        first = next(pieces, None)
        if self._pipe is None:
            return first, pieces
        if first is not None:
            self._pipe.forget()
            return first, pieces
        self._container.close()  # its index stands at the end: all is there by now
        self._container = None
        pipe, self._pipe = self._pipe, None
        self._spool = pipe.rest()
        self._prepare()
        pieces = self.pieces()
        return next(pieces, None), pieces

    def pieces(self) -> Iterator[Samples]:
        """The sound in the file's order, with silence where the file's clock says that nothing is heard; undecodable
        packets are skipped."""
        resampler: Resampler | None = None
        form: tuple[int, list[str]] | None = None
        for frame, names in self._frames():
            if resampler is None or form != (frame.sample_rate, names):
                if resampler is not None:
                    yield resampler.flush()
                form = (frame.sample_rate, names)
                resampler = Resampler(frame.sample_rate, names)
            for samples in self._placed(frame):
                ready = resampler.add(samples)
                if len(ready):
                    yield ready
        if resampler is not None:
            rest = resampler.flush()
            if len(rest):
                yield rest

    def _frames(self) -> Iterator[tuple[Any, list[str]]]:
        """Decoded frames and the names of their channels."""
        import av

        try:
            for packet in self._container.demux(self._stream):
                try:
                    frames = packet.decode()
                except (av.FFmpegError, ValueError):
                    self._lost += self._length(packet)
                    continue
                named = [(frame, channel_names(frame.layout)) for frame in frames]
                yield from (one for one in named if one[0].samples and one[0].sample_rate)
        except (av.FFmpegError, OSError):
            # What was heard so far counts, whatever a broken file does to its reader.
            log.debug("reading stopped", exc_info=True)
            self._lost += _NOTICED

    @staticmethod
    def _length(packet: Any) -> float:
        """Seconds of sound in an undecodable packet; none in an empty one."""
        if not packet.size:
            return 0.0
        return float(packet.duration * packet.time_base) if packet.duration else _NOTICED

    def _placed(self, frame: Any) -> Iterator[NDArray[np.float32]]:
        """A decoded frame as samples of shape (n, channels), behind the silence that is before it."""
        samples = samples_of(frame)
        rate = frame.sample_rate
        at = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else None
        if self._empty and at is not None:
            number = round(at / self._stream.time_base)
            at += float(self._empty[min(max(number, 0), len(self._empty) - 1)] * self._stream.time_base)
        is_begun = self._timeline.position > 0
        placement = self._timeline.place(at, len(samples) / rate)
        self._is_holed |= is_begun and placement.silence > 0 and self._stamps is Stamps.COUNTED
        left = round(placement.silence * rate)
        while left > 0:
            count = min(left, round(_SILENCE * rate))
            yield np.zeros((count, samples.shape[1]), np.float32)
            left -= count
        yield samples[round(placement.skip * rate) :]

    def damage(self, heard: float) -> EngineError | None:
        """What to tell the user after `heard` seconds came out, or None if the file was whole."""
        missing = 0.0 if self._end is None else self._end - self._zero - heard
        # Some writers round what they promise, so a fraction must be missing as well.
        is_short = missing > max(_SHORT, 0.02 * heard)
        if self._pipe is None:
            with self._bytes() as file:
                is_short = is_short or is_cut_off(self._container, file)
        if is_short:
            seconds = math.floor(heard * 10) / 10
            return FileUnreadable("file-cut-off", name=self._path.name, seconds=seconds, recoverable=True)
        if self._lost >= _NOTICED or self._is_holed:
            return FileUnreadable("file-damaged", name=self._path.name, recoverable=True)
        return None

    def close(self) -> None:
        """Give the file back."""
        if self._container is not None:
            self._container.close()
        if self._spool is not None:
            self._spool.close()
        if self._pipe is not None:
            self._pipe.close()


def _readable(path: Path) -> IO[bytes]:
    try:
        file = path.open("rb")
        if file.isatty():
            file.close()
            raise FileUnreadable("file-is-terminal", path=path)
        return file
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


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # nobody may look


def samples_of(frame: Any) -> NDArray[np.float32]:
    """A decoded frame of any sample format as float32, shape (n, channels), -1..1."""
    channels = frame.layout.nb_channels
    kind, full = _FORMATS[frame.format.name.removesuffix("p")]
    count, planes = (frame.samples, channels) if frame.format.is_planar else (frame.samples * channels, 1)
    # Not PyAV's to_ndarray, which reads behind the last plane of eight, and does not know 64-bit integers.
    data = np.stack([np.frombuffer(plane, kind, count) for plane in frame.planes[:planes]])
    data = data.T if frame.format.is_planar else data.reshape(-1, channels)
    samples: NDArray[np.float32] = data.astype(np.float32)
    if kind == "u1":
        samples -= full
    if full > 1:
        samples /= full
    else:
        np.clip(np.nan_to_num(samples), -1.0, 1.0, out=samples)
    return samples


def channels_of(stream: Any) -> int:
    """How many channels a track has."""
    return len(channel_names(stream.codec_context.layout))


def channel_names(layout: Any) -> list[str]:
    """A layout's channels in FFmpeg's words.

    PyAV frees the list of a layout that has an order of its own, as AIFF and CAF may have, though the frame or codec
    that it is of frees it, too, and the process would end. So such layouts are never deleted.
    """
    if "(" in layout.name or "ambisonic" in layout.name:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(layout))
    return [str(channel.name) for channel in layout.channels]
