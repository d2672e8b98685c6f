"""What the computer plays, on macOS: a virtual device such as BlackHole, since the system offers none itself.

The user makes it part of a multi-output device, and Parley records it like a microphone. Delivers on the source's
own thread.
"""

from desktop.engine.audio.platforms.portaudio import PortAudioRecording, resolve_portaudio_source
from desktop.engine.audio.sources.live import LiveSource
from desktop.engine.errors import DeviceMissing


class MacLoopback(LiveSource):
    """name: of the virtual device; empty takes the one there is."""

    def __init__(self, name: str) -> None:
        super().__init__("loopback", name, _resolve, PortAudioRecording)


def _resolve(kind: str, name: str) -> tuple[str, str]:
    try:
        return resolve_portaudio_source(kind, name)
    except DeviceMissing as error:
        if name:
            raise DeviceMissing("macos-loopback-missing", name=name) from error
        raise DeviceMissing("no-macos-loopback") from error
