"""What the computer plays, on Windows: the loopback devices that PyAudioWPatch adds to WASAPI.

They deliver at the output's own rate, and nothing at all while nothing plays: silence is filled in, so that time
goes on for whoever listens. Delivers on the source's own thread.
"""

from desktop.engine.audio.platforms.portaudio import PortAudioRecording, resolve_portaudio_source
from desktop.engine.audio.sources.live import LiveSource, Recording


class WindowsLoopback(LiveSource):
    """name: of the output, or of its loopback device; empty is the default output."""

    def __init__(self, name: str) -> None:
        super().__init__("loopback", name, resolve_portaudio_source, _record)


def _record(name: str, label: str) -> Recording:
    return PortAudioRecording(name, label, fill_silence=True)
