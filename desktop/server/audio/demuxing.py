"""A container (WebM, Ogg, MP3, FLAC, MP4, AAC) decoded by FFmpeg's libraries from bytes that are still arriving.

FFmpeg asks for bytes and waits for them, so each stream has a thread, which does nothing else; `Pipe` is between it and
the event loop, and what it decodes waits for the loop when there is much of it.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.audio.sources.media import channel_names, samples_of
from desktop.engine.audio.sources.resample import Resampler
from desktop.engine.audio.sources.timeline import Timeline, stamps_of
from desktop.engine.errors import AudioError
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.server.audio.sniff import Kind

log = logging.getLogger(__name__)

_MOST_READY = 10 * SAMPLE_RATE
"""samples that wait for the loop before the thread does"""
_LONGEST_GAP = 10.0
"""seconds of silence that are put in where the stream's clock jumps; else a few bytes could ask for hours of it"""
_OPTIONS = {"probesize": "32", "analyzeduration": "1", "protocol_whitelist": ""}
"""The format is known, so nothing is read ahead to find it out; nothing else is opened for what a stream says"""
_BUFFER = 4_096
"""bytes that are read at once"""
FIRST = {Kind.MP3: _BUFFER}
"""bytes by which FFmpeg tells where the first frame is: with less it skips one"""


class Pipe:
    """Bytes for FFmpeg, samples for the loop.

    told: called on the decoder's thread whenever something changed. first: bytes that FFmpeg gets only together.
    """

    def __init__(self, told: Callable[[], None], first: int = 0) -> None:
        self._told = told
        self._first = first
        self._change = Condition()
        self._bytes: deque[bytes] = deque()
        self._ready: deque[Samples] = deque()
        self._waiting = 0
        self._is_ended = False
        self._is_closed = False
        self._is_reading = False
        self.is_done = False
        """the thread has ended"""
        self.is_damaged = False
        """something could not be decoded and was skipped"""
        self.error: AudioError | None = None
        """why it ended, where that was no end"""

    # The loop's side.

    def write(self, data: bytes) -> None:
        """More bytes."""
        with self._change:
            if data and not self.is_done:
                self._bytes.append(data)
                self._change.notify_all()

    def end(self) -> None:
        """No more bytes will come."""
        with self._change:
            self._is_ended = True
            self._change.notify_all()

    def close(self) -> None:
        """Nobody wants anything any more; the thread ends soon."""
        with self._change:
            self._is_closed = self._is_ended = True
            self._bytes.clear()
            self._ready.clear()
            self._change.notify_all()

    def taken(self) -> list[Samples]:
        """What was decoded since the last call."""
        with self._change:
            ready = list(self._ready)
            self._ready.clear()
            self._waiting = 0
            self._change.notify_all()
        return ready

    @property
    def is_idle(self) -> bool:
        """All that can be decoded of the bytes so far has been."""
        with self._change:
            is_waiting = self._is_reading and not self._has_bytes()
            return (self.is_done or is_waiting) and not self._ready

    # The thread's side.

    def read(self, size: int) -> bytes:
        """At most so many bytes; waits for the first of them; none at the end. FFmpeg calls it."""
        with self._change:
            self._is_reading = True
            if not self._has_bytes():
                self._told()
            self._change.wait_for(self._has_bytes)
            self._is_reading = False
            if not self._bytes:
                return b""
            data = self._bytes.popleft() if not self._first else b"".join(self._bytes)
            if self._first:
                self._bytes.clear()
                self._first = 0
            if len(data) > size:
                self._bytes.appendleft(data[size:])
            return data[:size]

    def _has_bytes(self) -> bool:
        return self._is_ended or sum(map(len, self._bytes)) >= max(self._first, 1)

    def put(self, samples: Samples) -> bool:
        """Hand over samples; waits while many wait. False: nobody wants them."""
        with self._change:
            self._change.wait_for(lambda: self._waiting < _MOST_READY or self._is_closed)
            if self._is_closed:
                return False
            self._ready.append(samples)
            self._waiting += len(samples)
            self._told()
            return True

    def done(self, error: AudioError | None) -> None:
        """The thread's last word."""
        with self._change:
            self.error = error
            self.is_done = True
            self._bytes.clear()
            self._told()


def start(kind: Kind, pipe: Pipe) -> None:
    """Decode what comes through the pipe, on a thread of its own."""
    Thread(target=_run, args=(kind, pipe), name="audio-stream", daemon=True).start()


def _run(kind: Kind, pipe: Pipe) -> None:
    error: AudioError | None = None
    is_heard = False
    try:
        for samples in _decoded(kind, pipe):
            is_heard = True
            if not pipe.put(samples):
                break
        if not is_heard:
            error = AudioError("stream-without-audio")
    except AudioError as failure:
        error = failure
    except Exception:
        log.exception("decoding a stream failed")
        error = AudioError("stream-broken")
    finally:
        pipe.done(error)


def _decoded(kind: Kind, pipe: Pipe) -> Iterator[Samples]:
    """All that is heard, at 16 kHz; AudioError where the stream is none of this kind, or breaks."""
    import av

    try:
        container: Any = av.open(
            pipe, format=kind.value, metadata_errors="ignore", container_options=_OPTIONS, buffer_size=_BUFFER
        )
    except (av.FFmpegError, ValueError, OSError) as error:
        raise _broken(kind, is_heard=False) from error
    with container:
        stream = container.streams.best("audio")
        if stream is None:
            raise AudioError("stream-without-audio")
        heard = _Heard(kind)
        try:
            for packet in container.demux(stream):
                try:
                    frames = packet.decode()
                except (av.FFmpegError, ValueError):
                    pipe.is_damaged |= bool(packet.size)
                    continue
                for frame in frames:
                    if frame.samples and frame.sample_rate:
                        yield from heard.add(frame)
        except (av.FFmpegError, ValueError, OSError) as error:
            yield from heard.rest()
            raise _broken(kind, heard.is_begun) from error
        yield from heard.rest()


def _broken(kind: Kind, is_heard: bool) -> AudioError:
    return AudioError("stream-index-last" if kind is Kind.MP4 and not is_heard else "stream-broken")


class _Heard:
    """Frames as 16 kHz mono, with silence where nothing was sent (DTX, lost packets)."""

    def __init__(self, kind: Kind) -> None:
        self._stamps = stamps_of(kind.value)
        self._timeline: Timeline | None = None
        self._form: tuple[int, list[str]] | None = None
        self._resampler: Resampler | None = None

    @property
    def is_begun(self) -> bool:
        return self._resampler is not None

    def add(self, frame: Any) -> Iterator[Samples]:
        samples = samples_of(frame)
        rate, names = frame.sample_rate, channel_names(frame.layout)
        if self._resampler is None or self._form != (rate, names):
            yield from self.rest()
            self._form, self._resampler = (rate, names), Resampler(rate, names)
        at = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else None
        if self._timeline is None:
            # Whoever joins late, or connects anew, sends a clock that has run for a while.
            self._timeline = Timeline(at or 0.0, self._stamps)
        placement = self._timeline.place(at, len(samples) / rate)
        if 0 < placement.silence <= _LONGEST_GAP:
            samples = _after_silence(samples, round(placement.silence * rate))
        ready = self._resampler.add(samples[round(placement.skip * rate) :])
        if len(ready):
            yield ready

    def rest(self) -> Iterator[Samples]:
        if self._resampler is not None:
            last = self._resampler.flush()
            if len(last):
                yield last


def _after_silence(samples: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    return np.concatenate((np.zeros((count, samples.shape[1]), np.float32), samples))
