"""Recovery of a live source, on recordings that fail when told to."""

import queue

import numpy as np
import pytest

from desktop.engine.audio.sources.live import Block, LiveSource
from desktop.engine.errors import AudioError, DeviceLost, DeviceMissing
from desktop.engine.message import verbatim
from desktop.messages import text_of
from tests.raising import raises
from tests.signals import Collector
from tests.waiting import wait_until


class ScriptedRecording:
    """Delivers the blocks that it is handed and raises the errors."""

    rate = 16_000

    def __init__(self) -> None:
        self.script: queue.Queue[Block | AudioError | None] = queue.Queue()
        self.is_closed = False

    def take(self) -> Block | None:
        step = self.script.get(timeout=10)
        if isinstance(step, AudioError):
            raise step
        return step

    def interrupt(self) -> None:
        self.script.put(None)

    def close(self) -> None:
        self.is_closed = True


class Device:
    """Opens recordings, or fails as often as told."""

    def __init__(self) -> None:
        self.recordings: list[ScriptedRecording] = []
        self.failures: list[AudioError] = []
        self.names: list[str] = []
        self.first: list[Block | AudioError] = [np.full((160, 1), 0.25, np.float32)]

    def resolve(self, _kind: str, name: str) -> tuple[str, str]:
        if name == "missing":
            raise DeviceMissing(verbatim("missing is not connected; connect it."))
        return name or "the-default", "The device"

    def record(self, name: str, _label: str) -> ScriptedRecording:
        self.names.append(name)
        if self.failures:
            raise self.failures.pop(0)
        recording = ScriptedRecording()
        for step in self.first:
            recording.script.put(step)
        self.recordings.append(recording)
        return recording


def make(name: str = "mic") -> tuple[Device, LiveSource, Collector]:
    device = Device()
    return device, LiveSource("microphone", name, device.resolve, device.record), Collector()


def test_open_returns_with_the_first_audio_and_close_ends_it() -> None:
    device, source, sink = make("")
    source.open(sink)
    assert source.id == "microphone:"
    assert source.label == "The device"
    assert wait_until(lambda: sink.frames)
    assert sink.frames[0].start == pytest.approx(0, abs=0.02)
    source.close()
    source.close()
    assert device.recordings[0].is_closed
    assert sink.calls == ["frame"]


def test_errors_of_opening_reach_the_caller() -> None:
    device, source, sink = make("missing")
    with pytest.raises(DeviceMissing):
        source.open(sink)
    device, source, sink = make()
    device.failures = [AudioError(verbatim("busy"))]
    with raises(AudioError, match="busy"):
        source.open(sink)
    device, source, sink = make()
    device.first = [DeviceLost(verbatim("silent"))]
    with pytest.raises(DeviceLost):
        source.open(sink)
    assert device.recordings[0].is_closed
    assert sink.calls == []
    # And it can be opened afterwards.
    device.first = [np.zeros((160, 1), np.float32)]
    source.open(sink)
    source.close()


def test_a_lost_device_is_reported_once_and_opened_again() -> None:
    device, source, sink = make("")
    source.open(sink)
    device.failures = [DeviceMissing(verbatim("not yet")), AudioError(verbatim("nor now"))]
    device.recordings[0].script.put(DeviceLost(verbatim("gone")))
    assert wait_until(lambda: sink.resumptions == 1)
    assert wait_until(lambda: sink.calls[-1] == "frame")
    source.close()
    assert [text_of(error) for error in sink.errors] == ["gone"]
    assert sink.calls == ["frame", "interrupted", "resumed", "frame"]
    assert set(device.names) == {"the-default"}, "another default must not be followed"
    assert len(device.names) == 4
    # Time went on while the device was away.
    assert sink.frames[1].start > 0.29


def test_close_while_the_device_is_away() -> None:
    device, source, sink = make()
    source.open(sink)
    device.failures = [DeviceMissing(verbatim("away"))] * 1000
    device.recordings[0].script.put(DeviceLost(verbatim("gone")))
    assert wait_until(lambda: sink.errors)
    source.close()
    assert sink.calls == ["frame", "interrupted"]


def test_a_source_is_open_once() -> None:
    _device, source, sink = make()
    source.open(sink)
    with raises(AudioError, match="already"):
        source.open(sink)
    source.close()
