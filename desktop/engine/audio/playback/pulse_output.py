"""Playing on one output of PulseAudio, or PipeWire in its place; PortAudio's thread pulls the audio."""

from collections.abc import Callable
from typing import Any

import numpy as np

from desktop.engine.audio.platforms import c_stderr, portaudio_host
from desktop.engine.audio.platforms.pulse_server import PulseStream, connect, open_pulse_stream, translated
from desktop.engine.audio.playback.output import Pull
from desktop.engine.errors import AudioError, DeviceLost, DeviceMissing

_BLOCK = 0.01
"""seconds per callback"""


class PulsePlayback:
    """See `Playback`. Raises DeviceMissing if there is no such output, AudioServerMissing if there is no server."""

    rate: int
    latency = 0.06

    def __init__(self, name: str, pull: Callable[[int], Pull]) -> None:
        self._lost = DeviceLost("default-output-disconnected", recoverable=True)
        self._opened: PulseStream | None = None
        self._pulse = connect()
        self._is_silent = False
        # At the death of the server PortAudio prints from its own thread, at any time.
        c_stderr.hush()
        try:
            sink = self._find_sink(name)
            self._lost = DeviceLost(
                "output-moved",
                name=sink.description or sink.name,
                recoverable=True,
            )
            self._sink = int(sink.index)
            self.rate = int(sink.sample_spec.rate)
            self._pull = pull(self.rate)
            self._opened = open_pulse_stream(
                self._pulse, "sink", sink.name, self.rate, 1, int(self.rate * _BLOCK), self._callback
            )
            with translated(self._lost):
                self._pulse.event_callback_set(self._wake)
                self._pulse.event_mask_set("sink_input", "sink")
            self._check()
        except BaseException:
            self.close()
            raise

    def _find_sink(self, name: str) -> Any:
        with translated(self._lost):
            wanted = name or self._pulse.server_info().default_sink_name
            for sink in self._pulse.sink_list():
                if sink.name == wanted:
                    return sink
        if name:
            raise DeviceMissing("output-missing", name=name)
        raise DeviceMissing("no-output")

    def _callback(self, _data: bytes | None, count: int, _time: Any, _status: int) -> tuple[bytes, int]:
        block = np.zeros(count, np.float32) if self._is_silent else self._pull(count)
        return block.tobytes(), 0  # paContinue

    def _wake(self, _event: Any) -> None:
        import pulsectl

        raise pulsectl.PulseLoopStop

    def watch(self, seconds: float) -> None:
        """Wait; the server's events end the wait early, so that a vanished output is noticed within milliseconds.

        seconds: more than 0.
        """
        with translated(self._lost):
            self._pulse.event_listen(timeout=seconds)
        self._check()
        if self._opened is None or not self._opened.stream.is_active():
            raise self._lost

    def _check(self) -> None:
        # When an output vanishes the server moves its streams to another one and says nothing to PortAudio.
        assert self._opened is not None
        try:
            with translated(self._lost):
                is_ours = self._opened.device(self._pulse) == self._sink
        except AudioError:
            self._is_silent = True
            raise
        if not is_ours:
            self._is_silent = True
            with translated(self._lost):
                self._pulse.sink_input_mute(self._opened.index, True)
            raise self._lost

    def close(self) -> None:
        self._is_silent = True
        if self._opened is not None:
            portaudio_host.close_stream(self._opened.stream)
            self._opened = None
        if self._pulse is not None:
            self._pulse.close()
            self._pulse = None
            c_stderr.unhush()
