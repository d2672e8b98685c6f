"""Devices through PortAudio alone, where the system has no server that Parley talks to: Windows and macOS.

PortAudio's thread enqueues; each recording is taken by its source's thread. A stream there belongs to one device
and ends with it, so that no audio of another device can come.
"""

import sys
from collections.abc import Callable
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic
from typing import Any

import numpy as np

from desktop.engine.audio.platforms import portaudio_host
from desktop.engine.audio.playback.output import Pull
from desktop.engine.audio.playback.self_hearing import Output
from desktop.engine.audio.sources.live import Block, LiveSource
from desktop.engine.audio.sources.silence import SilenceFill
from desktop.engine.errors import AudioError, AudioServerMissing, DeviceLost, DeviceMissing
from desktop.engine.events import Device, DevicesChanged

DeviceInfo = dict[str, Any]
"""As PyAudio describes a device."""

_BLOCK = 0.03
_QUEUE = 330
_STALL = 1.0
_POLL = 3.0
"""seconds between looks at the device list, which PortAudio renews only while nothing is open"""
_LOOPBACK_DRIVERS = ("blackhole", "soundflower", "loopback audio", "vb-cable")


def device_infos(*, fresh: bool = False) -> list[DeviceInfo]:
    """What PortAudio lists for the system's own sound interface; raises AudioServerMissing."""
    with portaudio_host.lock:
        host = portaudio_host.host(fresh=fresh)
        infos = [host.get_device_info_by_index(index) for index in range(host.get_device_count())]
        try:
            default_api = host.get_default_host_api_info()["index"]
            wanted = portaudio_host.module().paWASAPI if sys.platform == "win32" else None
            api = host.get_host_api_info_by_type(wanted)["index"] if wanted is not None else default_api
        except OSError as error:
            raise AudioServerMissing("no-sound-interface") from error
    # Windows lists each device once per interface; only WASAPI knows loopbacks.
    return [info for info in infos if info["hostApi"] == api]


def default_name(direction: str) -> str:
    """The name of the default `input` or `output`, empty if there is none."""
    with portaudio_host.lock:
        host = portaudio_host.host()
        api = host.get_host_api_info_by_index(device_infos()[0]["hostApi"]) if device_infos() else {}
        index = int(api.get(f"default{direction.capitalize()}Device", -1))
        return str(host.get_device_info_by_index(index)["name"]) if index >= 0 else ""


def is_loopback_name(name: str) -> bool:
    """Is this one of macOS's virtual devices that hand on what is played? Pure."""
    return any(driver in name.casefold() for driver in _LOOPBACK_DRIVERS)


def is_loopback(info: DeviceInfo) -> bool:
    """Does this device record what the computer plays?"""
    if sys.platform == "win32":
        return bool(info.get("isLoopbackDevice"))
    return is_loopback_name(str(info["name"])) and int(info["maxInputChannels"]) > 0


def devices_of(infos: list[DeviceInfo], default_input: str, default_output: str) -> DevicesChanged:
    """The lists that PortAudio's descriptions amount to; pure but for the platform's idea of a loopback."""
    microphones, loopbacks, outputs = [], [], []
    for info in infos:
        name = str(info["name"])
        if is_loopback(info):
            plain = name.removesuffix(" [Loopback]")
            label = f"{plain} (what the computer plays)"
            loopbacks.append(Device(f"loopback:{name}", label, plain == default_output))
        elif int(info["maxInputChannels"]) > 0:
            microphones.append(Device(f"microphone:{name}", name, name == default_input))
        if int(info["maxOutputChannels"]) > 0:
            outputs.append(Device(f"output:{name}", name, name == default_output))
    return DevicesChanged(_first_default(microphones), _first_default(loopbacks), _first_default(outputs))


def _first_default(devices: list[Device]) -> tuple[Device, ...]:
    devices = sorted(devices, key=lambda device: (not device.is_default, device.label.casefold(), device.id))
    if devices and not devices[0].is_default:
        devices[0] = Device(devices[0].id, devices[0].label, True)
    return tuple(devices)


def list_portaudio_devices(*, fresh: bool = True) -> DevicesChanged:
    """What there is now; raises AudioServerMissing."""
    infos = device_infos(fresh=fresh)
    return devices_of(infos, default_name("input"), default_name("output"))


def watch_portaudio_devices(callback: Callable[[DevicesChanged], None]) -> Callable[[], None]:
    """Report the lists once and whenever they change, on a thread of its own; returns what stops it."""
    stopping = Event()

    def run() -> None:
        known: DevicesChanged | None = None
        while not stopping.is_set():
            try:
                devices = list_portaudio_devices()
            except AudioError:
                devices = DevicesChanged()
            if devices != known and not stopping.is_set():
                known = devices
                callback(devices)
            stopping.wait(_POLL)

    thread = Thread(target=run, name="audio-devices", daemon=True)
    thread.start()

    def stop() -> None:
        stopping.set()
        thread.join(_POLL)

    return stop


def describe_portaudio_output(name: str) -> Output | None:
    """What is known of the output called `name`, empty for the default; None if it is not there."""
    name = name or default_name("output")
    for info in device_infos():
        if info["name"] == name and int(info["maxOutputChannels"]) > 0:
            return Output(name=name, monitor=f"{name} [Loopback]", words=(name,))
    return None


def resolve_portaudio_source(kind: str, name: str) -> tuple[str, str]:
    """The device's own name and its label; an empty name is the default. Raises DeviceMissing."""
    devices = list_portaudio_devices()
    for device in devices.loopbacks if kind == "loopback" else devices.microphones:
        own = device.id.partition(":")[2]
        if (not name and device.is_default) or (name and own in (name, f"{name} [Loopback]")):
            return own, device.label
    if name:
        raise DeviceMissing("named-device-missing", name=name)
    raise DeviceMissing("no-microphone")


class PortAudioRecording:
    """See `Recording`. fill_silence: the device delivers nothing while nothing plays."""

    rate: int

    def __init__(self, name: str, label: str, *, fill_silence: bool = False) -> None:
        self._lost = DeviceLost("recording-disconnected", label=label, recoverable=True)
        self._blocks: Queue[bytes | None] = Queue(_QUEUE)
        self._overflowed = False
        inputs = [info for info in device_infos(fresh=True) if int(info["maxInputChannels"]) > 0]
        info = next((info for info in inputs if info["name"] == name), None)
        if info is None:
            raise DeviceMissing("source-missing", label=label)
        self.rate = int(info["defaultSampleRate"])
        self._channels = min(2, int(info["maxInputChannels"]))
        self._fill = SilenceFill(self.rate, monotonic()) if fill_silence else None
        try:
            self._stream = portaudio_host.open_stream(
                rate=self.rate,
                channels=self._channels,
                format=portaudio_host.module().paFloat32,
                input=True,
                input_device_index=info["index"],
                frames_per_buffer=int(self.rate * _BLOCK),
                stream_callback=self._callback,
            )
        except (OSError, ValueError) as error:
            raise AudioError("recording-refused", label=label) from error

    def _callback(self, data: bytes | None, _frames: int, _time: Any, _status: int) -> tuple[None, int]:
        try:
            self._blocks.put_nowait(data)
        except Full:
            self._overflowed = True
        return None, 0  # paContinue

    def take(self) -> Block | None:
        """See `Recording`."""
        while True:
            try:
                block = self._blocks.get(timeout=_BLOCK if self._fill else _STALL)
            except Empty:
                if self._fill is None or not self._stream.is_active():
                    raise self._lost from None
                silence = self._fill.missing(monotonic())
                if silence:
                    return np.zeros((silence, self._channels), np.float32)
                continue
            if block is None:
                return None
            if self._overflowed:
                raise self._lost
            audio = np.frombuffer(block, np.float32).reshape(-1, self._channels)
            silence = self._fill.heard(len(audio), monotonic()) if self._fill else 0
            return np.concatenate((np.zeros((silence, self._channels), np.float32), audio)) if silence else audio

    def interrupt(self) -> None:
        """See `Recording`."""
        portaudio_host.interrupt(self._blocks)

    def close(self) -> None:
        """See `Recording`."""
        portaudio_host.close_stream(self._stream)


class PortAudioMicrophone(LiveSource):
    """name: as the system calls the microphone; empty is the default."""

    def __init__(self, name: str) -> None:
        super().__init__("microphone", name, resolve_portaudio_source, PortAudioRecording)


class PortAudioPlayback:
    """See `Playback`. Raises DeviceMissing, AudioError."""

    rate: int
    latency = 0.08

    def __init__(self, name: str, pull: Callable[[int], Pull]) -> None:
        name = name or default_name("output")
        outputs = [info for info in device_infos(fresh=True) if int(info["maxOutputChannels"]) > 0]
        info = next((info for info in outputs if info["name"] == name), None)
        if info is None:
            if name:
                raise DeviceMissing("portaudio-output-missing", name=name)
            raise DeviceMissing("no-portaudio-output")
        self._lost = DeviceLost("output-disconnected", name=name, recoverable=True)
        self._waiting = Event()
        self._is_silent = False
        self._channels = min(2, int(info["maxOutputChannels"]))
        self.rate = int(info["defaultSampleRate"])
        self._pull = pull(self.rate)
        try:
            self._stream = portaudio_host.open_stream(
                rate=self.rate,
                channels=self._channels,
                format=portaudio_host.module().paFloat32,
                output=True,
                output_device_index=info["index"],
                frames_per_buffer=int(self.rate * 0.01),
                stream_callback=self._callback,
            )
        except (OSError, ValueError) as error:
            raise AudioError("output-refused", name=name) from error

    def _callback(self, _data: bytes | None, count: int, _time: Any, _status: int) -> tuple[bytes, int]:
        block = np.zeros(count, np.float32) if self._is_silent else self._pull(count)
        return np.repeat(block, self._channels).tobytes(), 0  # paContinue

    def watch(self, seconds: float) -> None:
        """See `Playback`."""
        self._waiting.wait(seconds)
        if not self._stream.is_active():
            raise self._lost

    def close(self) -> None:
        """See `Playback`."""
        self._is_silent = True
        portaudio_host.close_stream(self._stream)
