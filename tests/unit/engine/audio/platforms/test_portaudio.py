"""What of Windows and macOS can be tested anywhere: on a sound system that is described as theirs are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from desktop.engine.audio.platforms import portaudio, portaudio_host
from desktop.engine.audio.platforms.macos import MacLoopback
from desktop.engine.audio.platforms.portaudio import PortAudioMicrophone, PortAudioPlayback, is_loopback_name
from desktop.engine.audio.platforms.windows import WindowsLoopback
from desktop.engine.audio.sources.choose import source_for
from desktop.engine.errors import DeviceLost, DeviceMissing
from tests.raising import raises
from tests.signals import Collector
from tests.waiting import wait_until


def info(index: int, name: str, inputs: int, outputs: int, api: int = 0, **more: Any) -> dict[str, Any]:
    rates = {"defaultSampleRate": 48_000.0, "hostApi": api, "index": index, "name": name}
    return {**rates, "maxInputChannels": inputs, "maxOutputChannels": outputs, **more}


class FakeStream:
    """Runs no callback by itself: the test does."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.arguments = arguments
        self.is_running = True

    def is_active(self) -> bool:
        return self.is_running

    def close(self) -> None:
        self.is_running = False

    def hear(self, value: float, count: int = 1440) -> None:
        block = np.full((count, self.arguments["channels"]), value, np.float32)
        self.arguments["stream_callback"](block.tobytes(), count, None, 0)

    def pull(self, count: int) -> np.ndarray:
        data, _more = self.arguments["stream_callback"](None, count, None, 0)
        return np.frombuffer(data, np.float32).reshape(-1, self.arguments["channels"])


class FakePortAudio:
    """PyAudio's interface over a list of devices; API 1 repeats them, as Windows does."""

    def __init__(self) -> None:
        self.infos = [
            info(0, "Built-in Microphone", 1, 0),
            info(1, "Speakers", 0, 2),
            info(2, "BlackHole 2ch", 2, 2),
            info(3, "Built-in Microphone", 1, 0, api=1),
        ]
        self.streams: list[FakeStream] = []

    def get_device_count(self) -> int:
        return len(self.infos)

    def get_device_info_by_index(self, index: int) -> dict[str, Any]:
        return self.infos[index]

    def get_default_host_api_info(self) -> dict[str, Any]:
        return self.get_host_api_info_by_index(0)

    def get_host_api_info_by_index(self, index: int) -> dict[str, Any]:
        return {"index": index, "defaultInputDevice": 0, "defaultOutputDevice": 1}

    def open(self, **arguments: Any) -> FakeStream:
        self.streams.append(FakeStream(arguments))
        return self.streams[-1]

    def terminate(self) -> None:
        pass


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakePortAudio:
    """PortAudio's place is taken by the fake; every layer of Parley above it is real."""
    fake = FakePortAudio()

    def give(*, fresh: bool = False) -> FakePortAudio:
        return fake

    monkeypatch.setattr(portaudio_host, "host", give)
    return fake


def opened(source: Any, sink: Collector, host: FakePortAudio, feed: Callable[[FakeStream], None]) -> FakeStream:
    import threading

    thread = threading.Thread(target=source.open, args=(sink,))
    thread.start()
    assert wait_until(lambda: host.streams)
    feed(host.streams[-1])
    thread.join(5)
    assert not thread.is_alive()
    return host.streams[-1]


def test_devices_are_told_apart(host: FakePortAudio) -> None:
    devices = portaudio.list_portaudio_devices()
    assert [device.id for device in devices.microphones] == ["microphone:Built-in Microphone"]
    assert [device.id for device in devices.loopbacks] == ["loopback:BlackHole 2ch"]
    assert [device.id for device in devices.outputs] == ["output:Speakers", "output:BlackHole 2ch"]
    assert [device.is_default for device in devices.outputs] == [True, False]


def test_a_windows_loopback_belongs_to_its_output(host: FakePortAudio, monkeypatch: pytest.MonkeyPatch) -> None:
    host.infos[2] = info(2, "Speakers [Loopback]", 2, 0, isLoopbackDevice=True)
    monkeypatch.setattr(portaudio, "is_loopback", lambda device: bool(device.get("isLoopbackDevice")))
    devices = portaudio.list_portaudio_devices()
    assert [device.id for device in devices.loopbacks] == ["loopback:Speakers [Loopback]"]
    assert devices.loopbacks[0].label == "Speakers (what the computer plays)"
    assert devices.loopbacks[0].is_default
    assert portaudio.resolve_portaudio_source("loopback", "Speakers")[0] == "Speakers [Loopback]"
    assert portaudio.describe_portaudio_output("").monitor == "Speakers [Loopback]"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "is_loopback"), [("BlackHole 16ch", True), ("Soundflower (2ch)", True), ("MacBook Pro Microphone", False)]
)
def test_virtual_devices_of_macos(name: str, is_loopback: bool) -> None:
    assert is_loopback_name(name) is is_loopback


def test_a_microphone_is_heard_and_lost_and_found(host: FakePortAudio) -> None:
    source, sink = PortAudioMicrophone(""), Collector()
    stream = opened(source, sink, host, lambda stream: stream.hear(0.5))
    assert stream.arguments["input_device_index"] == 0
    for _ in range(10):
        stream.hear(0.5)
    assert wait_until(lambda: len(sink.samples) > 3000)
    assert np.median(sink.samples) == pytest.approx(0.5, abs=0.01)
    stream.is_running = False
    assert wait_until(lambda: sink.errors)
    assert isinstance(sink.errors[0], DeviceLost)
    assert wait_until(lambda: len(host.streams) > 1)
    host.streams[-1].hear(0.1)
    assert wait_until(lambda: sink.resumptions)
    source.close()


def test_the_loopback_of_macos(host: FakePortAudio) -> None:
    source, sink = MacLoopback(""), Collector()
    stream = opened(source, sink, host, lambda stream: stream.hear(0.5))
    assert stream.arguments["input_device_index"] == 2
    assert source.label == "BlackHole 2ch (what the computer plays)"
    source.close()
    del host.infos[2]
    with raises(DeviceMissing, match="install BlackHole"):
        MacLoopback("").open(sink)


def test_the_loopback_of_windows_fills_silence(host: FakePortAudio, monkeypatch: pytest.MonkeyPatch) -> None:
    host.infos[2] = info(2, "Speakers [Loopback]", 2, 0, isLoopbackDevice=True)
    monkeypatch.setattr(portaudio, "is_loopback", lambda device: bool(device.get("isLoopbackDevice")))
    source, sink = WindowsLoopback(""), Collector()
    # Nothing plays and no callback comes: silence does.
    stream = opened(source, sink, host, lambda stream: None)
    assert wait_until(lambda: sink.seconds > 0.3)
    assert not np.any(sink.samples)
    stream.hear(0.5, 4800)
    assert wait_until(lambda: np.max(sink.samples) > 0.4)
    source.close()
    assert not stream.is_running


def test_a_missing_device_is_named(host: FakePortAudio) -> None:
    with raises(DeviceMissing, match="USB Microphone is not connected"):
        PortAudioMicrophone("USB Microphone").open(Collector())
    with raises(DeviceMissing, match="Bose is not connected"):
        PortAudioPlayback("Bose", lambda rate: lambda count: np.zeros(count, np.float32))


def test_playing(host: FakePortAudio) -> None:
    playback = PortAudioPlayback("", lambda rate: lambda count: np.full(count, 0.5, np.float32))
    stream = host.streams[0]
    assert stream.arguments["output_device_index"] == 1
    assert np.all(stream.pull(480) == 0.5)
    assert stream.pull(480).shape == (480, 2)
    playback.watch(0.001)
    stream.is_running = False
    with raises(DeviceLost, match="Speakers was disconnected"):
        playback.watch(0.001)
    playback.close()
    assert not np.any(stream.pull(480))


def test_the_list_is_watched(host: FakePortAudio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio, "_POLL", 0.02)
    reports: list[Any] = []
    stop = portaudio.watch_portaudio_devices(reports.append)
    assert wait_until(lambda: len(reports) == 1)
    host.infos.append(info(4, "USB Microphone", 1, 0))
    assert wait_until(lambda: len(reports) == 2)
    stop()
    assert len(reports[1].microphones) == 2


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_each_platform_has_its_sources(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", platform)
    loopback, microphone = source_for("loopback:x"), source_for("microphone:x")
    assert isinstance(loopback, WindowsLoopback if platform == "win32" else MacLoopback)
    assert isinstance(microphone, PortAudioMicrophone)
    assert (loopback.id, microphone.id) == ("loopback:x", "microphone:x")


def test_without_portaudio_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.errors import AudioServerMissing

    monkeypatch.setattr("sys.platform", "win32")  # its fork of PyAudio is not installed here
    with raises(AudioServerMissing, match="PortAudio library is missing"):
        portaudio_host.module()
