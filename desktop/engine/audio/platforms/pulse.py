"""Microphones and what the computer plays, on Linux: PulseAudio, or PipeWire in its place.

Delivers on the source's own thread; see `live` for recovery, `pulse_recording` for how another device's audio is
kept out.
"""

from desktop.engine.audio.platforms.pulse_devices import resolve_source
from desktop.engine.audio.platforms.pulse_recording import PulseRecording
from desktop.engine.audio.sources.live import LiveSource


class PulseSource(LiveSource):
    """kind: `microphone`, or `loopback` for the monitor of an output. name: as the server calls it."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(kind, name, resolve_source, PulseRecording)
