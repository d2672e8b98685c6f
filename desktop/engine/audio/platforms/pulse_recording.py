"""One recording from one source of PulseAudio, guarded against a change of device.

PortAudio's thread enqueues blocks; the thread that created the recording takes them, having asked the server.
"""

import logging
from queue import Empty, Full, Queue
from time import monotonic
from typing import Any

import numpy as np

from desktop.engine.audio.platforms import c_stderr, portaudio_host
from desktop.engine.audio.platforms.pulse_server import PulseStream, connect, open_pulse_stream, translated
from desktop.engine.audio.sources.live import Block
from desktop.engine.errors import DeviceLost, DeviceMissing

log = logging.getLogger(__name__)

_BLOCK = 0.03
"""seconds per callback"""
_QUEUE = 330
"""blocks that wait at most: ten seconds"""
_STALL = 0.3
"""seconds without a callback after which the server is asked whether it is alive"""
_DEAD = 3.0
"""seconds without a callback after which the recording counts as lost, whatever the server says"""


class PulseRecording:
    """Recording from the moment it is created until `close`; used by one thread, `interrupt` by any.

    name: of the source. label: as shown to the user, for messages. Raises DeviceMissing if there is no such
    source, AudioServerMissing if there is no server.
    """

    rate: int
    """Hz of the blocks: the source's own"""
    channels: int

    def __init__(self, name: str, label: str) -> None:
        self._lost = DeviceLost(
            "recording-moved",
            label=label,
            recoverable=True,
        )
        self._silent = DeviceLost("recording-silent", label=label, recoverable=True)
        self._blocks: Queue[bytes | None] = Queue(_QUEUE)
        self._overflowed = False
        self._pulse = connect()
        self._opened: PulseStream | None = None
        # At the death of the server PortAudio prints from its own thread, at any time.
        c_stderr.hush()
        try:
            source = self._find_source(name, label)
            self._source = int(source.index)
            self.rate = int(source.sample_spec.rate)
            self.channels = min(2, int(source.channel_count))
            self._opened = open_pulse_stream(
                self._pulse, "source", source.name, self.rate, self.channels, int(self.rate * _BLOCK), self._callback
            )
        except BaseException:
            self.close()
            raise

    def _find_source(self, name: str, label: str) -> Any:
        with translated(self._silent):
            for source in self._pulse.source_list():
                if source.name == name:
                    return source
        raise DeviceMissing("source-missing", label=label)

    def _callback(self, data: bytes | None, _frames: int, _time: Any, _status: int) -> tuple[None, int]:
        try:
            self._blocks.put_nowait(data)
        except Full:
            self._overflowed = True
        return None, 0  # paContinue

    def take(self) -> Block | None:
        """Wait for audio: all that is queued, shape (n, channels), and certainly from the chosen source.

        None after `interrupt`. Raises DeviceLost when the source is gone or silent.
        """
        while True:
            blocks = self._wait()
            audio = [block for block in blocks if block is not None]
            if len(audio) < len(blocks):
                return None
            if self._overflowed:
                raise self._silent
            # When a source vanishes the server moves its recordings to another one and says nothing to PortAudio.
            # The server works off our question and the move one after the other, and audio of the new source
            # reaches us only after the move: if an answer to a question asked after the audio came still names our
            # source, all of that audio is from it. A returning source gets a new index, so there and back shows too.
            # Audio of a stream that was replaced meanwhile cannot be asked about any more: it is left out.
            if self._is_same_stream():
                return np.frombuffer(b"".join(audio), np.float32).reshape(-1, self.channels)

    def _wait(self) -> list[bytes | None]:
        """All that is queued, at least one block; raises DeviceLost."""
        waited_since = monotonic()
        while True:
            try:
                blocks = [self._blocks.get(timeout=_STALL)]
            except Empty:
                self._is_same_stream()
                if not self._is_active() or monotonic() - waited_since > _DEAD:
                    raise self._silent from None
            else:
                while not self._blocks.empty():
                    blocks.append(self._blocks.get_nowait())
                return blocks

    def _is_same_stream(self) -> bool:
        """Is our stream still the one of the last question? Raises DeviceLost if it is on another source."""
        assert self._opened is not None
        before = self._opened.index
        with translated(self._lost):
            if self._opened.device(self._pulse) != self._source:
                raise self._lost
        return self._opened.index == before

    def _is_active(self) -> bool:
        return self._opened is not None and bool(self._opened.stream.is_active())

    def interrupt(self) -> None:
        """Make `take` return None, from any thread."""
        portaudio_host.interrupt(self._blocks)

    def close(self) -> None:
        """Stop recording and let go of the server."""
        if self._opened is not None:
            portaudio_host.close_stream(self._opened.stream)
            self._opened = None
        if self._pulse is not None:
            self._pulse.close()
            self._pulse = None
            c_stderr.unhush()
