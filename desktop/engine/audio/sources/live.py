"""A source that records a device, and goes on recording it when it went away and is back.

A thread per source takes audio from the recording, resamples and delivers it; when the device or the server
goes away, the same thread tries to open it again until it is back or the source is closed.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop.engine.audio.sources.base import FrameSink
from desktop.engine.audio.sources.resample import Resampler
from desktop.engine.errors import AudioError
from desktop.engine.events import SAMPLE_RATE, AudioFrame

log = logging.getLogger(__name__)

_FIRST_RETRY = 0.1
_LAST_RETRY = 1.0
"""seconds between attempts to open a lost device: doubled each time from the first to the last"""
_CLOSE_DEADLINE = 5.0


Block = NDArray[np.float32]
"""Audio of shape (n, channels) at the device's rate."""


class Recording(Protocol):
    """One device, recorded from its creation until `close`; used by one thread, `interrupt` by any."""

    rate: int
    """Hz"""

    def take(self) -> Block | None:
        """Wait for audio and return all there is, certainly of the chosen device; None after `interrupt`.

        Raises DeviceLost when the device is gone or delivers nothing.
        """

    def interrupt(self) -> None:
        """Make `take` return None."""

    def close(self) -> None:
        """Stop recording."""


class LiveSource:
    """A microphone or a loopback.

    resolve: (kind, name) to the device's own name and label; record: opens that device. Both raise AudioError.
    An empty name takes what is the default when the source is opened, and stays with that.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        resolve: Callable[[str, str], tuple[str, str]],
        record: Callable[[str, str], Recording],
    ) -> None:
        self.id = f"{kind}:{name}"
        default = "Default microphone" if kind == "microphone" else "What the computer plays"
        self.label = name or default
        self.is_live = True
        self._kind, self._name = kind, name
        self._resolve, self._record = resolve, record
        self._lock = Lock()
        self._closing = Event()
        self._recording: Recording | None = None
        self._thread: Thread | None = None

    def open(self, sink: FrameSink) -> None:
        """Returns when the first audio is there; raises DeviceMissing, AudioServerMissing, AudioError.

        Afterwards `label` is that of the device. A device that is lost is reported to the sink and opened again
        when it returns; nothing is ever delivered from another one.
        """
        if self._thread is not None:
            raise AudioError("source-in-use", label=self.label)
        name, self.label = self._resolve(self._kind, self._name)
        self._closing.clear()
        opened: Future[None] = Future()
        self._thread = Thread(target=self._run, args=(name, sink, opened), name="audio-source", daemon=True)
        self._thread.start()
        try:
            opened.result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop; nothing is delivered afterwards. From any thread but the source's own."""
        self._closing.set()
        with self._lock:
            if self._recording is not None:
                self._recording.interrupt()
        thread = self._thread
        if thread is not None and thread is not current_thread():
            thread.join(_CLOSE_DEADLINE)
            self._thread = None

    def _run(self, name: str, sink: FrameSink, opened: "Future[None]") -> None:
        began = monotonic()
        retry = _FIRST_RETRY
        is_interrupted = False
        while not self._closing.is_set():
            try:
                recording = self._begin(name)
                try:
                    first = recording.take()
                    if first is not None:
                        retry = _FIRST_RETRY
                        if not opened.done():
                            began = monotonic() - len(first) / recording.rate
                            opened.set_result(None)
                        if is_interrupted and not self._closing.is_set():
                            is_interrupted = False
                            sink.resumed()
                        self._deliver(recording, first, began, sink)
                finally:
                    self._end(recording)
            except AudioError as error:
                if not opened.done():
                    opened.set_exception(error)
                    return
                log.debug("%s: %s", self.id, error.code)
                if not is_interrupted and not self._closing.is_set():
                    is_interrupted = True
                    sink.interrupted(error)
                self._closing.wait(retry)
                retry = min(2 * retry, _LAST_RETRY)
        if not opened.done():
            opened.set_result(None)

    def _deliver(self, recording: Recording, first: Block, began: float, sink: FrameSink) -> None:
        """Until the recording is interrupted; raises AudioError when it is lost."""
        resampler = Resampler(recording.rate)
        position = max(0, round((monotonic() - began) * SAMPLE_RATE - len(first) * SAMPLE_RATE / recording.rate))
        block: Block | None = first
        while block is not None and not self._closing.is_set():
            samples = resampler.add(block)
            if len(samples):
                sink.frame(AudioFrame(samples, position / SAMPLE_RATE, self.id))
                position += len(samples)
            block = recording.take()

    def _begin(self, name: str) -> Recording:
        recording = self._record(name, self.label)
        with self._lock:
            self._recording = recording
            if self._closing.is_set():
                recording.interrupt()
        return recording

    def _end(self, recording: Recording) -> None:
        with self._lock:
            self._recording = None
        recording.close()
