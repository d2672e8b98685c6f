"""The connection to PulseAudio, or PipeWire in its place, and streams on a chosen device of it.

PortAudio shows the whole server as one device. Which source or sink a stream gets is told to libpulse through
the environment while the stream is opened. Used from the thread of each source, speaker or watch: a connection
belongs to one thread.
"""

import itertools
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Any, Literal

from desktop.engine.audio.platforms import portaudio_host
from desktop.engine.errors import AudioError, AudioServerMissing

log = logging.getLogger(__name__)

Direction = Literal["source", "sink"]
StreamCallback = Callable[[bytes | None, int, Any, int], tuple[bytes | None, int]]
NO_INDEX = 0xFFFFFFFF
"""libpulse's index of nothing"""

_FIND_DEADLINE = 0.5
_tags = itertools.count(1)


def connect(name: str = "Parley") -> Any:
    """A new `pulsectl.Pulse`, to be closed by the caller; raises AudioServerMissing."""
    try:
        import pulsectl
    except (ImportError, OSError) as error:
        raise AudioServerMissing("libpulse-missing") from error
    pulse = pulsectl.Pulse(name, connect=False)
    try:
        pulse.connect(autospawn=False)
    except pulsectl.PulseError as error:
        pulse.close()
        raise AudioServerMissing("no-audio-server") from error
    return pulse


@contextmanager
def connected(name: str = "Parley") -> Iterator[Any]:
    """A connection for one question; errors of the server become AudioServerMissing."""
    stopped = AudioServerMissing("audio-server-silent")
    pulse = connect(name)
    try:
        with translated(stopped):
            yield pulse
    finally:
        pulse.close()


@contextmanager
def translated(error: AudioError) -> Iterator[None]:
    """Whatever libpulse raises inside becomes `error`."""
    import pulsectl
    from pulsectl import _pulsectl

    try:
        yield
    except (pulsectl.PulseError, pulsectl.PulseDisconnected, _pulsectl.LibPulse.CallError) as cause:
        raise error from cause


@dataclass(slots=True)
class PulseStream:
    """An open stream and how the server knows it."""

    stream: Any
    """`pyaudio.Stream`"""
    direction: Direction
    tag: str
    """the property `parley.stream` of the stream on the server"""
    index: int
    """of its source output or sink input"""

    def device(self, pulse: Any) -> int:
        """Index of the source or sink that the server has it on now; raises what libpulse raises, or AudioError.

        After an overrun or underrun ALSA's plug-in replaces the stream by a new one, for the same device by name:
        `index` changes then.
        """
        import pulsectl

        info = pulse.source_output_info if self.direction == "source" else pulse.sink_input_info
        try:
            found = info(self.index)
        except pulsectl.PulseIndexError:
            self.index = _find(pulse, self.direction, self.tag)
            found = info(self.index)
        return int(found.source if self.direction == "source" else found.sink)


def open_pulse_stream(
    pulse: Any, direction: Direction, device: str, rate: int, channels: int, frames: int, callback: StreamCallback
) -> PulseStream:
    """Open a float32 stream in callback mode on the source or sink called `device`.

    rate: Hz; frames: samples per callback. The callback may run before this returns. Raises AudioError. The
    caller still has to check which device the server gave it: see `pulse_recording`.
    """
    variable = "PULSE_SOURCE" if direction == "source" else "PULSE_SINK"
    # libpulse copies PULSE_PROP into the properties of the stream: the one sure way to find it among others.
    tag = f"{os.getpid()}-{next(_tags)}"
    with portaudio_host.lock:
        index = _pulse_device()
        ends = (
            {"input": True, "input_device_index": index}
            if direction == "source"
            else {"output": True, "output_device_index": index}
        )
        with _environment({variable: device, "PULSE_PROP": f"parley.stream={tag}"}):
            # The ring that ALSA fills while Python is busy elsewhere: for recording half a second, which delays
            # nothing; for playing PortAudio's usual four blocks, since what is in it cannot be taken back.
            portaudio_host.set_alsa_periods(16 if direction == "source" else 4)
            try:
                stream = portaudio_host.open_stream(
                    rate=rate,
                    channels=channels,
                    format=portaudio_host.module().paFloat32,
                    frames_per_buffer=frames,
                    stream_callback=callback,
                    **ends,
                )
            except (OSError, ValueError) as error:
                raise AudioError("audio-device-refused", device=device) from error
    try:
        return PulseStream(stream, direction, tag, _find(pulse, direction, tag))
    except BaseException:
        portaudio_host.close_stream(stream)
        raise


def _find(pulse: Any, direction: Direction, tag: str) -> int:
    list_streams = pulse.source_output_list if direction == "source" else pulse.sink_input_list
    deadline = monotonic() + _FIND_DEADLINE
    pause = Event()
    with translated(AudioServerMissing("audio-server-silent")):
        while True:
            for stream in list_streams():
                if stream.proplist.get("parley.stream") == tag:
                    return int(stream.index)
            if monotonic() > deadline:
                raise AudioError("audio-server-refused")
            pause.wait(0.01)


def _pulse_device() -> int:
    """PortAudio's index of the server; holding the lock."""
    for fresh in (False, True):
        host = portaudio_host.host(fresh=fresh)
        for index in range(host.get_device_count()):
            if host.get_device_info_by_index(index)["name"] == "pulse":
                return index
    raise AudioServerMissing("alsa-plugin-missing")


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables for the process; holding portaudio_host.lock, since the environment is everybody's."""
    saved = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
