"""A real engine that hears recordings in real time, with a note of when everything happened.

Through the microphone: a player plays into a virtual microphone of a private sound server, and the engine
records it as it would a real one. Pushed: the same audio is handed to the engine, paced by the clock. The
engine runs on its own thread; the rig is used from the main one.
"""

import os
import tempfile
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from desktop.bench.figures.delays import Sentence, Timeline
from desktop.bench.live.feeder import Feeder
from desktop.bench.live.script import Recording
from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.engine.audio.sources.base import Source
from desktop.engine.audio.sources.tapped import WatchedSource
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    SAMPLE_RATE,
    AudioFrame,
    AudioLevel,
    ErrorEvent,
    Event,
    Metrics,
    Samples,
    Severity,
    State,
    StateChanged,
    TranscriptUpdate,
)
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.engine.transcript.export import Transcript
from desktop.messages import text_of
from desktop.settings.declaration import Settings

Via = Literal["microphone", "pushed"]
QUIET = 1.2
"""seconds without speech, waiting work or news after which a recording counts as done"""
UNHEARD, DISTURBED = 0.1, 0.9
"""likeness of a recording and what the engine heard of it: not at all; with gaps, because the machine was busy"""
_SLIP = SAMPLE_RATE
"""samples by which gaps may have moved a sentence within its recording"""
_AHEAD = 500
"""milliseconds that the player keeps ready, so that a busy machine plays without gaps"""
PATIENCE = 60.0
"""seconds after which waiting is given up"""


class Rig:
    """A context manager: inside it, the engine listens.

    audio: the sound server, None when pushed. is_busy: whether the recogniser decodes now, where that can be told: a
    slow one says nothing for longer than it is quiet after a recording.
    disturbed: names of recordings that the engine heard with gaps.
    Raises EngineError if the engine does not come to listen.
    """

    def __init__(
        self,
        settings: Settings,
        audio: VirtualAudio | None,
        backends: Backends | None = None,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.engine = Engine(settings, backends)
        self.timeline = Timeline()
        self.transcript = Transcript()
        self.errors: list[str] = []
        self.disturbed: list[str] = []
        self.metrics: Metrics | None = None
        self._audio = audio
        self._is_busy = is_busy
        self._thread = threading.Thread(target=self.engine.run, name="bench-engine", daemon=True)
        self._heard: list[Samples] = []
        self._state = State.IDLE
        self._changed = threading.Condition()
        self._open_segments: set[int] = set()
        self._is_speech = False
        self._last_news = 0.0
        self._feeder: Feeder | None = None

    def __enter__(self) -> Self:
        self.engine.subscribe(self._take)
        self._thread.start()
        try:
            source: Source
            if self._audio is None:
                self._feeder = Feeder()
                source = self._feeder.source
            else:
                from desktop.engine.audio.sources.choose import source_for

                source = source_for("microphone:virtmic")
            self.engine.start(WatchedSource(source, self._hear))
            self._await(lambda: self._state in (State.LISTENING, State.FAILED), "the engine to listen")
            if self._state is State.FAILED:
                raise EngineError(verbatim(self.errors[-1] if self.errors else "The engine could not listen."))
            if self._feeder is not None:
                self._feeder.start()
            else:
                self.timeline.extra = capture_latency()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._feeder is not None:
            self._feeder.close()
        self.engine.close()
        self._thread.join(6.0)

    def play(self, recording: Recording) -> tuple[Sentence, ...]:
        """Let the engine hear a recording to its end and finish it. Returns its sentences as they were heard,
        each placed by itself, so that a gap does not move those behind it. Raises EngineError if the engine
        did not hear it."""
        samples = decoded(recording.path)
        with self._changed:
            heard_from = sum(len(one) for one in self._heard)
        self._sound(samples)
        self.wait_quiet()
        with self._changed:
            heard = np.concatenate(self._heard)[heard_from:]
        begin, likeness = place_of(samples, heard)
        if likeness < UNHEARD:
            name = recording.path.name
            raise EngineError(verbatim(f"The engine did not hear {name}; is the machine too busy for real time?"))
        if likeness < DISTURBED:
            self.disturbed.append(recording.path.name)
        placed = []
        for sentence in recording.sentences:
            first, last = (round(at * SAMPLE_RATE) for at in (sentence.start, sentence.end))
            earliest = max(0, begin + first - _SLIP)
            there, _ = place_of(samples[first:last], heard[earliest : begin + last + _SLIP])
            placed.append(sentence.moved((heard_from + earliest + there - first) / SAMPLE_RATE))
        return tuple(placed)

    def _sound(self, samples: Samples) -> None:
        """Make the sound; returns at its end."""
        if self._audio is None:
            assert self._feeder is not None
            self._feeder.play(samples)
            return
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            # As plain WAV: paplay plays FLAC of 24 bits as noise.
            path = Path(folder) / "recording.wav"
            write_wav(path, samples)
            player = self._audio.play(path, latency=_AHEAD)
            try:
                player.wait(PATIENCE + len(samples) / SAMPLE_RATE)
            finally:
                if player.poll() is None:
                    player.kill()
                player.wait()

    def wait_quiet(self) -> None:
        """Wait until nobody speaks, nothing waits and nothing was new for a while."""
        with self._changed:
            self._last_news = time.monotonic()
        self._await(self._is_quiet, "the engine to finish")

    def stop(self) -> None:
        """Stop listening."""
        self.engine.stop()
        self._await(lambda: self._state is State.IDLE, "the engine to stop")

    def _is_quiet(self) -> bool:
        if self._is_busy():
            self._last_news = time.monotonic()
        waiting = sum(self.metrics.queued.values()) + self.metrics.spoken_queue if self.metrics else 0.0
        calm = time.monotonic() - self._last_news > QUIET
        return calm and not self._open_segments and not self._is_speech and not waiting

    def _await(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while not condition():
                if time.monotonic() > deadline:
                    raise EngineError(verbatim(f"Gave up waiting for {what} after {PATIENCE:.0f} seconds."))
                self._changed.wait(0.1)

    def _hear(self, frame: AudioFrame) -> None:
        """On the source's thread."""
        now = time.monotonic()
        with self._changed:
            self._heard.append(frame.samples)
            self.timeline.add(len(frame.samples), now)

    def _take(self, event: Event) -> None:
        """On the engine's thread."""
        now = time.monotonic()
        with self._changed:
            if isinstance(event, AudioLevel):
                self._is_speech = event.is_speech
                return
            if isinstance(event, Metrics):
                self.metrics = event
                return
            self._last_news = now
            self.timeline.note(event, now)
            self.transcript.add(event)
            if isinstance(event, StateChanged):
                self._state = event.state
            elif isinstance(event, TranscriptUpdate):
                (self._open_segments.discard if event.is_final else self._open_segments.add)(event.segment_id)
            elif isinstance(event, ErrorEvent) and event.severity is not Severity.INFO:
                self.errors.append(text_of(event))
            self._changed.notify_all()


def decoded(path: Path) -> Samples:
    """A file as 16 kHz mono, shape (n,). Raises FileUnreadable."""
    from desktop.engine.audio.sources.file import FileSource

    taken = _Collector()
    FileSource(path).open(taken)
    taken.done.wait(PATIENCE)
    return np.concatenate(taken.pieces)


def write_wav(path: Path, samples: Samples) -> None:
    """Samples, shape (n,) at 16 kHz, as a WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


class _Collector:
    def __init__(self) -> None:
        self.pieces: list[Samples] = []
        self.done = threading.Event()

    def frame(self, frame: AudioFrame) -> None:
        self.pieces.append(frame.samples)

    def ended(self) -> None:
        self.done.set()

    def interrupted(self, error: EngineError) -> None:
        pass

    def resumed(self) -> None:
        pass


def place_of(samples: Samples, heard: Samples) -> tuple[int, float]:
    """Where in `heard` the `samples` begin, by the peak of their cross-correlation, and how alike the two are
    there (-1..1). Whatever of them lies outside counts as silence."""
    size = 1 << (len(samples) + len(heard) - 1).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(samples, size))
    correlation = np.fft.irfft(product, size)[: len(heard)]
    begin = int(np.argmax(correlation))
    beside = heard[begin : begin + len(samples)]
    energy = float(np.sqrt(np.dot(samples, samples) * np.dot(beside, beside)))
    return begin, float(correlation[begin]) / energy if energy else 0.0


def capture_latency() -> float:
    """Seconds that sound spends between the virtual microphone and this process, as the sound server says."""
    import pulsectl

    with pulsectl.Pulse("parley-bench") as pulse:
        mine = [
            one for one in pulse.source_output_list() if one.proplist.get("application.process.id") == str(os.getpid())
        ]
        return max((one.buffer_usec + one.source_usec for one in mine), default=0.0) / 1e6
