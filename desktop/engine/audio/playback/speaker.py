"""Plays spoken translation on one output.

What is to be played goes straight to the output's queue while it is open, and the audio callback pulls it from there.
A thread of its own opens the output when there is something to say, watches it, and closes it when it has been quiet
for a while.
"""

import logging
from collections.abc import Callable
from threading import Condition, Thread, current_thread
from time import monotonic

from desktop.engine.audio.playback.output import Playback, Pull
from desktop.engine.audio.playback.play_queue import PlayQueue
from desktop.engine.audio.sources.choose import open_playback
from desktop.engine.audio.sources.resample import resampled
from desktop.engine.errors import AudioError, DeviceLost, EngineError
from desktop.engine.events import Samples, SpeechAudio

log = logging.getLogger(__name__)

_KEEP_OPEN = 2.0
"""seconds of quiet after which the output is closed; opening it again takes a few ms"""
_TICK = 0.02
_CLOSE_DEADLINE = 5.0


class Speaker:
    """output_id: `output:NAME`; an empty NAME is what the default is when the output is opened.

    on_playing: told True when sound begins and False when the last of it has been heard.
    on_error: told DeviceLost when the output vanishes while speaking, DeviceMissing or AudioServerMissing when it
    cannot be opened. What waited is dropped; nothing is ever played on another output; the next `play` tries again.
    Both are called on the speaker's thread and must return soon.
    """

    def __init__(
        self,
        output_id: str,
        on_playing: Callable[[bool], None],
        on_error: Callable[[EngineError], None] | None = None,
    ) -> None:
        self._name = output_id.partition(":")[2]
        self._on_playing = on_playing
        self._on_error = on_error
        self._change = Condition()
        self._pending: list[SpeechAudio] = []
        self._queue: PlayQueue | None = None
        self._was_queued = False
        """something went into the queue since the speaker's thread looked"""
        self._volume = 1.0
        self._is_playing = False
        self._is_open = False
        self._stop_count = 0
        self._thread: Thread | None = None

    def open(self) -> None:
        """Make sure that the output is there; raises DeviceMissing, AudioServerMissing, AudioError."""
        if self._thread is not None:
            return
        playback = open_playback(self._name, self._pull)
        self._is_open = True
        self._thread = Thread(target=self._run, args=(playback,), name="speaker", daemon=True)
        self._thread.start()

    def play(self, audio: SpeechAudio) -> None:
        """Queue audio behind what is queued; returns at once. From one thread at a time. Raises AudioError unless
        open."""
        with self._change:
            if not self._is_open:
                raise AudioError("speaker-closed")
            queue, stop_count = self._queue, self._stop_count
            if queue is None or self._pending:
                self._pending.append(audio)
                self._change.notify()
                return
        piece = resampled(audio.samples, audio.sample_rate, queue.rate)
        with self._change:
            if stop_count != self._stop_count:
                return
            if queue is not self._queue:  # the output was closed meanwhile
                self._pending.append(audio)
            else:
                queue.add(piece)
                self._was_queued = True
            self._change.notify()

    def stop(self) -> None:
        """Silence at once; drop what is queued."""
        with self._change:
            self._pending.clear()
            self._was_queued = False
            self._stop_count += 1
            if self._queue is not None:
                self._queue.clear()
            self._change.notify()

    @property
    def volume(self) -> float:
        """0..1"""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        with self._change:
            self._volume = min(1.0, max(0.0, volume))
            if self._queue is not None:
                self._queue.volume = self._volume

    @property
    def queued_seconds(self) -> float:
        """Audio that has not been handed to the device yet."""
        with self._change:
            waiting = sum(len(audio.samples) / audio.sample_rate for audio in self._pending)
            return waiting + (self._queue.seconds if self._queue is not None else 0.0)

    @property
    def is_playing(self) -> bool:
        """Something sounds, or is about to."""
        with self._change:
            return self._is_playing or self._has_work()

    def close(self) -> None:
        """Silence, and let go of the output. Idempotent; from any thread but the speaker's."""
        self.stop()
        with self._change:
            self._is_open = False
            self._change.notify()
        thread = self._thread
        if thread is not None and thread is not current_thread():
            thread.join(_CLOSE_DEADLINE)
            self._thread = None

    def _pull(self, rate: int) -> Pull:
        queue = PlayQueue(rate)
        with self._change:
            queue.volume = self._volume
            self._queue = queue
        return queue.read

    def _run(self, playback: Playback | None) -> None:
        while self._is_open:
            try:
                if playback is None:
                    if not self._await_work():
                        break
                    playback = open_playback(self._name, self._pull)
                self._play_until_quiet(playback)
            except DeviceLost as error:
                # While nothing sounds nobody misses it: the next `play` opens it again, or reports that it cannot.
                if self.is_playing:
                    self._fail(error)
            except AudioError as error:
                self._fail(error)
            self._release(playback)
            playback = None
        self._release(playback)

    def _fail(self, error: EngineError) -> None:
        log.debug("output failed: %s", error.code)
        with self._change:
            self._pending.clear()
        if self._on_error is not None:
            self._on_error(error)

    def _await_work(self) -> bool:
        """False: the speaker is being closed."""
        with self._change:
            self._change.wait_for(lambda: self._pending or not self._is_open)
            return self._is_open

    def _has_work(self) -> bool:
        """Something waits to be played; under the lock."""
        return bool(self._pending) or self._was_queued or (self._queue is not None and self._queue.seconds > 0)

    def _play_until_quiet(self, playback: Playback) -> None:
        quiet_since = monotonic()
        while self._is_open:
            self._move_pending(playback.rate)
            now = monotonic()
            with self._change:
                has_work, self._was_queued = self._has_work(), False
                if not has_work and now - quiet_since > max(_KEEP_OPEN, playback.latency):
                    self._queue = None  # what comes now opens the output again
                    return
            if has_work:
                quiet_since = now
                self._set_playing(True)
            elif now - quiet_since > playback.latency:
                self._set_playing(False)
            if self._is_playing:
                playback.watch(_TICK)
            else:
                with self._change:
                    self._change.wait_for(lambda: self._has_work() or not self._is_open, timeout=_KEEP_OPEN / 4)
                playback.watch(0.001)

    def _move_pending(self, rate: int) -> None:
        """Resample what came while the output was closed, outside the lock, and queue it unless `stop` was called
        meanwhile."""
        with self._change:
            pending, stop_count, queue = tuple(self._pending), self._stop_count, self._queue
        pieces: list[Samples] = [resampled(audio.samples, audio.sample_rate, rate) for audio in pending]
        with self._change:
            if queue is None or stop_count != self._stop_count:
                return
            for piece in pieces:
                queue.add(piece)
                self._was_queued = True
            del self._pending[: len(pieces)]

    def _release(self, playback: Playback | None) -> None:
        with self._change:
            self._queue = None
            self._was_queued = False
        if playback is not None:
            playback.close()
        self._set_playing(False)

    def _set_playing(self, is_playing: bool) -> None:
        if is_playing != self._is_playing:
            self._is_playing = is_playing
            self._on_playing(is_playing)
