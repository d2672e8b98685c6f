"""The source that an id stands for."""

import sys

from desktop.engine.audio.base import Source
from desktop.engine.errors import AudioError


def source_for(source_id: str) -> Source:
    """An unopened source of `microphone:NAME`, `loopback:NAME` (an empty NAME is the default) or `file:PATH`.

    Raises AudioError for anything else.
    """
    kind, colon, name = source_id.partition(":")
    if colon and kind == "file" and name:
        from desktop.engine.audio.file import FileSource

        return FileSource(name)
    if colon and kind in ("microphone", "loopback"):
        return _device(kind, name)
    raise AudioError(
        f"“{source_id}” is not something to listen to; give microphone:NAME, loopback:NAME or file:PATH "
        "(`parley devices` lists the names)."
    )


def _device(kind: str, name: str) -> Source:
    if sys.platform == "linux":
        from desktop.engine.audio.pulse import PulseSource

        return PulseSource(kind, name)
    if kind == "loopback":
        if sys.platform == "win32":
            from desktop.engine.audio.windows import WindowsLoopback

            return WindowsLoopback(name)
        from desktop.engine.audio.macos import MacLoopback

        return MacLoopback(name)
    from desktop.engine.audio.portaudio import PortAudioMicrophone

    return PortAudioMicrophone(name)
