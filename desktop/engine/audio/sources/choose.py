"""The source that an id stands for, and what plays on an output: chosen by platform."""

import sys
from collections.abc import Callable

from desktop.engine.audio.playback.output import Playback, Pull
from desktop.engine.audio.sources.base import Source
from desktop.engine.errors import AudioError


def source_for(source_id: str) -> Source:
    """An unopened source of `microphone:NAME`, `loopback:NAME` (an empty NAME is the default) or `file:PATH`.

    Raises AudioError for anything else.
    """
    kind, colon, name = source_id.partition(":")
    if colon and kind == "file" and name:
        from desktop.engine.audio.sources.file import FileSource

        return FileSource(name)
    if colon and kind in ("microphone", "loopback"):
        return _device(kind, name)
    raise AudioError("source-unknown", source_id=source_id)


def _device(kind: str, name: str) -> Source:
    if sys.platform == "linux":
        from desktop.engine.audio.platforms.pulse import PulseSource

        return PulseSource(kind, name)
    if kind == "loopback":
        if sys.platform == "win32":
            from desktop.engine.audio.platforms.windows import WindowsLoopback

            return WindowsLoopback(name)
        from desktop.engine.audio.platforms.macos import MacLoopback

        return MacLoopback(name)
    from desktop.engine.audio.platforms.portaudio import PortAudioMicrophone

    return PortAudioMicrophone(name)


def open_playback(name: str, pull: Callable[[int], Pull]) -> Playback:
    """Start playing on the output called `name`, empty for the default.

    pull: given the device's rate, returns what is called for samples. Raises AudioError.
    """
    if sys.platform == "linux":
        from desktop.engine.audio.playback.pulse_output import PulsePlayback

        return PulsePlayback(name, pull)
    from desktop.engine.audio.platforms.portaudio import PortAudioPlayback

    return PortAudioPlayback(name, pull)
