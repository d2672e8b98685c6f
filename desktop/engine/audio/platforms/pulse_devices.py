"""The devices of PulseAudio, or PipeWire in its place: which there are, which come and go.

`watch_pulse_devices` listens on a thread and a connection of its own.
"""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from desktop.engine.audio.platforms.pulse_server import NO_INDEX, connect, connected, translated
from desktop.engine.audio.playback.self_hearing import Output
from desktop.engine.errors import AudioServerMissing, DeviceMissing
from desktop.engine.events import Device, DevicesChanged

log = logging.getLogger(__name__)

_SETTLE = 0.15
"""seconds without an event before the list is read: one plug makes dozens of events"""
_SETTLE_LIMIT = 1.0
"""seconds after which it is read all the same"""
_RETRY = 2.0
"""seconds between attempts to reach a server that is gone"""
_CLOSE_DEADLINE = 3.0


def list_pulse_devices() -> DevicesChanged:
    """What there is now; raises AudioServerMissing."""
    with connected() as pulse:
        return _read(pulse)


def _read(pulse: Any) -> DevicesChanged:
    server = pulse.server_info()
    sinks = pulse.sink_list()
    sink_labels = {sink.name: sink.description or sink.name for sink in sinks}
    microphones, loopbacks = [], []
    for source in pulse.source_list():
        label = source.description or source.name
        if source.monitor_of_sink == NO_INDEX:
            is_default = source.name == server.default_source_name
            microphones.append(Device(f"microphone:{source.name}", label, is_default))
        else:
            sink = source.monitor_of_sink_name
            label = f"{sink_labels.get(sink, label)} (what the computer plays)"
            loopbacks.append(Device(f"loopback:{source.name}", label, sink == server.default_sink_name))
    outputs = [
        Device(f"output:{sink.name}", sink_labels[sink.name], sink.name == server.default_sink_name) for sink in sinks
    ]
    return DevicesChanged(_first_default(microphones), _first_default(loopbacks), _first_default(outputs))


def _first_default(devices: list[Device]) -> tuple[Device, ...]:
    """The default first and marked; where the server names none of them, the first is."""
    devices = sorted(devices, key=lambda device: (not device.is_default, device.label.casefold(), device.id))
    if devices and not devices[0].is_default:
        devices[0] = Device(devices[0].id, devices[0].label, True)
    return tuple(devices)


def describe_output(name: str) -> Output | None:
    """What is known of the output called `name`, empty for the default; None if it is not there."""
    with connected() as pulse:
        name = name or pulse.server_info().default_sink_name
        for sink in pulse.sink_list():
            if sink.name == name:
                port = sink.port_active
                return Output(
                    name=sink.name,
                    monitor=sink.monitor_source_name,
                    form_factor=sink.proplist.get("device.form_factor", ""),
                    words=(
                        sink.name,
                        sink.description or "",
                        port.name if port else "",
                        (port.description or "") if port else "",
                        sink.proplist.get("device.icon_name", ""),
                    ),
                )
    return None


def watch_pulse_devices(callback: Callable[[DevicesChanged], None]) -> Callable[[], None]:
    """Report every change of the lists, on a thread of its own, until the returned function is called.

    The first call of `callback` tells what there is when watching begins; a server that goes away is reported as
    no devices at all.
    """
    watch = _Watch(callback)
    watch.start()
    return watch.stop


class _Watch:
    def __init__(self, callback: Callable[[DevicesChanged], None]) -> None:
        self._callback = callback
        self._stopping = Event()
        self._lock = Lock()
        self._pulse: Any = None
        self._known: DevicesChanged | None = None
        self._thread = Thread(target=self._run, name="audio-devices", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        # A wake-up that comes before the thread listens is lost, hence again until it has ended.
        for _ in range(int(_CLOSE_DEADLINE / 0.05)):
            with self._lock:
                if self._pulse is not None:
                    self._pulse.event_listen_stop()
            self._thread.join(0.05)
            if not self._thread.is_alive():
                return

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except AudioServerMissing:
                self._report(DevicesChanged())
                self._stopping.wait(_RETRY)

    def _listen(self) -> None:
        """Until the server goes, which raises AudioServerMissing, or `stop`."""
        import pulsectl

        pulse = connect("Parley devices")
        with self._lock:
            self._pulse = pulse
        try:
            with translated(AudioServerMissing("audio-server-stopped")):
                changed = Event()

                def note(_event: Any) -> None:
                    changed.set()
                    raise pulsectl.PulseLoopStop

                pulse.event_callback_set(note)
                pulse.event_mask_set("sink", "source", "server", "card")
                while not self._stopping.is_set():
                    settled = monotonic() + _SETTLE_LIMIT
                    while changed.is_set() and monotonic() < settled and not self._stopping.is_set():
                        changed.clear()
                        pulse.event_listen(timeout=_SETTLE)
                    changed.clear()
                    self._report(_read(pulse))
                    if not changed.is_set() and not self._stopping.is_set():
                        pulse.event_listen()
        finally:
            with self._lock:
                self._pulse = None
            pulse.close()

    def _report(self, devices: DevicesChanged) -> None:
        if devices != self._known and not self._stopping.is_set():
            self._known = devices
            self._callback(devices)


def resolve_source(kind: str, name: str) -> tuple[str, str]:
    """Name and label of what `microphone:NAME` or `loopback:NAME` means now; DeviceMissing, AudioServerMissing.

    An empty name is the default microphone, or the monitor of the default output; for a loopback the name of
    the output will do too.
    """
    devices = list_pulse_devices()
    choice = devices.loopbacks if kind == "loopback" else devices.microphones
    for device in choice:
        own = device.id.partition(":")[2]
        if (not name and device.is_default) or (name and own in (name, f"{name}.monitor")):
            return own, device.label
    if name:
        raise DeviceMissing("loopback-missing" if kind == "loopback" else "microphone-missing", name=name)
    raise DeviceMissing("no-loopback" if kind == "loopback" else "no-microphone-but-loopback")
