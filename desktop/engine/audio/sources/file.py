"""Audio out of a file: anything that FFmpeg's libraries open, the audio track of videos included.

Decodes on a thread of its own and delivers there, in frames of 32 ms.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import numpy as np

from desktop.engine.audio.sources.base import FrameSink
from desktop.engine.audio.sources.media import Media, Track
from desktop.engine.audio.sources.spool import is_pipe
from desktop.engine.errors import AudioError, EngineError, FileUnreadable
from desktop.engine.events import SAMPLE_RATE, AudioFrame, Samples

FRAME = 512
"""samples of a delivered frame; only the last one is shorter"""
_CLOSE_DEADLINE = 5.0


class FileSource:
    """A media file as a source.

    path: the file, or a pipe. realtime: deliver each frame when it would have been heard, by the monotonic clock, and
    of a pipe what has come where its format allows that; else as fast as the sink takes, and a pipe is read to its end
    before anything is delivered. track: which of the file's sounds, from 1; 0 for the one that a player would choose.
    """

    def __init__(self, path: Path | str, *, realtime: bool = False, track: int = 0) -> None:
        self._path = _meant(Path(path))
        self._realtime = realtime
        self._track = track
        self._closing = Event()
        self._is_copied = Event()
        self._is_cut_short = False
        self._thread: Thread | None = None
        self._about: tuple[float | None, tuple[Track, ...], int] | None = None
        self.id = f"file:{path}"
        self.label = self._path.name
        self.is_live = False
        self.in_real_time = realtime
        """text is wanted as soon as it is heard, though the file could wait"""

    @property
    def duration(self) -> float | None:
        """Seconds, as the file declares them; None: it does not, or a pipe is not open yet. Raises FileUnreadable."""
        return self._known()[0]

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The sounds that are in the file; none while a pipe is not open yet. Raises FileUnreadable."""
        return self._known()[1]

    @property
    def track(self) -> int:
        """The number of the one that is heard; 0 while that is not known. Raises FileUnreadable."""
        return self._known()[2]

    def _known(self) -> tuple[float | None, tuple[Track, ...], int]:
        if self._about is None and is_pipe(self._path):
            return None, (), 0
        if self._about is None:
            with contextlib.closing(Media(self._path, self._track)) as media:
                self._about = media.duration, media.tracks, media.track
        return self._about

    def open(self, sink: FrameSink) -> None:
        """Start delivering to `sink`, which may block; raises FileUnreadable if not one sample can be decoded. A pipe
        is first read to its end, or until the first sound of it where it is heard in real time; `end_early` and `close`
        end that."""
        if self._thread is not None:
            raise AudioError("file-in-use", label=self.label)
        self._closing.clear()
        media = Media(self._path, self._track, self._is_wanted, streams=self._realtime)
        if not self._realtime:
            self._is_copied.set()
        try:
            first, pieces = media.begun()
            if first is None:
                raise FileUnreadable("file-without-audio", path=self._path)
            self._is_copied.set()
        except BaseException:
            media.close()
            raise
        self._about = media.duration, media.tracks, media.track
        self._thread = Thread(target=self._run, args=(media, first, pieces, sink), name="audio-file", daemon=True)
        self._thread.start()

    def end_early(self) -> bool:
        """Hear no more of a pipe that is still being read than has come; any thread. False: nothing is being read."""
        self._is_cut_short = True
        return is_pipe(self._path) and not self._is_copied.is_set()

    def close(self) -> None:
        """Stop delivering; waits for a frame that is being delivered."""
        self._closing.set()
        thread = self._thread
        if thread is not None:
            thread.join(_CLOSE_DEADLINE)
            self._thread = None

    def _is_wanted(self) -> bool:
        return not (self._is_cut_short or self._closing.is_set())

    def _run(self, media: Media, first: Samples, pieces: Iterator[Samples], sink: FrameSink) -> None:
        error: EngineError | None = None
        waiting = first
        # Of a pipe that is heard while it comes, what was looked through first is not late for ever.
        began = media.came_at or monotonic()
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
            error = media.damage(delivered / SAMPLE_RATE)
        finally:
            media.close()
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


def _meant(path: Path) -> Path:
    """`~` is the home folder, unless a file bears that name; a user that does not exist is a name like others."""
    try:
        return path if os.path.lexists(path) else path.expanduser()
    except (RuntimeError, ValueError):
        return path
