"""Which devices there are, on every platform; used from any thread."""

import sys
from collections.abc import Callable

from desktop.engine.audio.playback.self_hearing import Output, would_hear
from desktop.engine.errors import AudioError
from desktop.engine.events import DevicesChanged


def list_devices() -> DevicesChanged:
    """What there is now, the default first in each list; raises AudioServerMissing."""
    if sys.platform == "linux":
        from desktop.engine.audio.platforms.pulse_devices import list_pulse_devices

        return list_pulse_devices()
    from desktop.engine.audio.platforms.portaudio import list_portaudio_devices

    return list_portaudio_devices()


def watch_devices(callback: Callable[[DevicesChanged], None]) -> Callable[[], None]:
    """Report the devices once now and then whenever they change; returns the function that stops it.

    The callback runs on a thread of the watch and never again after the stop has returned. An audio server that
    is away is reported as no devices.
    """
    if sys.platform == "linux":
        from desktop.engine.audio.platforms.pulse_devices import watch_pulse_devices

        return watch_pulse_devices(callback)
    from desktop.engine.audio.platforms.portaudio import watch_portaudio_devices

    return watch_portaudio_devices(callback)


def hears_output(source_id: str, output_id: str) -> bool:
    """Does the source hear what is played on the output, as far as can be known?

    True for a loopback of that output, and for a microphone unless the output is worn on the ears; False for
    files. While no device can be asked the answer is the careful one.
    """
    kind, _, source = source_id.partition(":")
    if kind not in ("microphone", "loopback"):
        return False
    output_name = output_id.partition(":")[2]
    try:
        output = _describe(output_name)
        if output is None:
            return True
        if kind == "loopback" and not source:
            defaults = [device for device in list_devices().loopbacks if device.is_default]
            source = defaults[0].id.partition(":")[2] if defaults else output.monitor
    except AudioError:
        return True
    return would_hear(kind, source, output)


def _describe(name: str) -> Output | None:
    if sys.platform == "linux":
        from desktop.engine.audio.platforms.pulse_devices import describe_output

        return describe_output(name)
    from desktop.engine.audio.platforms.portaudio import describe_portaudio_output

    return describe_portaudio_output(name)
