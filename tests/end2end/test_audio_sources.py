"""Recording from a real audio server: the right device, all of its audio, and never another one's."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.engine.audio.platforms.devices import hears_output, list_devices, watch_devices
from desktop.engine.audio.sources.choose import source_for
from desktop.engine.errors import AudioServerMissing, DeviceLost, DeviceMissing
from desktop.engine.events import SAMPLE_RATE, DevicesChanged, Samples
from desktop.messages import text_of
from tests.raising import raises
from tests.signals import Collector, is_heard, noise, recording, similarity, write_wav
from tests.waiting import let_pass, wait_until

RATE = 48_000


@pytest.fixture(scope="module")
def audio() -> Iterator[VirtualAudio]:
    with VirtualAudio() as audio:
        yield audio


@contextmanager
def extra_sink(audio: VirtualAudio, name: str = "extra") -> Iterator[Callable[[], None]]:
    """A sink that can be plugged in and out; yields what does the other of the two."""
    module: list[str] = []
    keepers: list[subprocess.Popen[bytes]] = []

    def toggle() -> None:
        if module:
            audio.pactl("unload-module", module.pop())
            for keeper in keepers:
                keeper.kill()
                keeper.wait()
            keepers.clear()
        else:
            properties = "sink_properties=device.description=Extra"
            loaded = audio.pactl("load-module", "module-null-sink", f"sink_name={name}", "rate=48000", properties)
            module.append(loaded.strip())

    toggle()
    try:
        yield toggle
    finally:
        if module:
            toggle()


def sound(tmp_path: Path, seed: int, seconds: float = 1.5) -> tuple[Path, Samples]:
    """A noise as a file for the players and as the samples to look for."""
    samples = noise(seconds, seed)
    return write_wav(tmp_path / f"{seed}.wav", samples), samples[: int((seconds - 0.1) * SAMPLE_RATE)]


def test_two_sources_at_once_hear_each_its_own(audio: VirtualAudio, tmp_path: Path) -> None:
    spoken, said = sound(tmp_path, 1)
    played, music = sound(tmp_path, 2)
    with recording("microphone:virtmic") as microphone, recording("loopback:speakers.monitor") as loopback:
        began, before = monotonic(), (microphone.seconds, loopback.seconds)
        player = audio.play(played, "speakers")
        assert is_heard(said, lambda: audio.play(spoken, "micfeed").wait(15), microphone)
        assert player.wait(15) == 0
        assert is_heard(music, lambda: audio.play(played, "speakers").wait(15), loopback)
        elapsed = monotonic() - began
        for sink, seconds in zip((microphone, loopback), before, strict=True):
            assert sink.seconds - seconds == pytest.approx(elapsed, abs=0.4)
    assert similarity(music, microphone.samples) < 0.2
    assert similarity(said, loopback.samples) < 0.2
    assert microphone.errors == loopback.errors == []
    for sink in (microphone, loopback):
        starts = np.array([frame.start for frame in sink.frames])
        lengths = np.array([len(frame.samples) for frame in sink.frames]) / SAMPLE_RATE
        assert starts[0] < 0.1
        assert np.allclose(starts[1:], starts[:-1] + lengths[:-1])


@pytest.mark.parametrize(
    ("source_id", "label", "sink"),
    [
        ("microphone:", "VirtualMicrophone", "micfeed"),
        ("loopback:", "Speakers (what the computer plays)", "speakers"),
        ("loopback:headset", "Headset (what the computer plays)", "headset"),
    ],
)
def test_ids_resolve_to_devices(audio: VirtualAudio, tmp_path: Path, source_id: str, label: str, sink: str) -> None:
    path, samples = sound(tmp_path, 3, 1.2)
    source, collector = source_for(source_id), Collector()
    source.open(collector)
    assert source.label == label
    assert source.id == source_id
    assert is_heard(samples, lambda: audio.play(path, sink).wait(15), collector)
    source.close()
    count = len(collector.frames)
    let_pass(0.1)
    assert len(collector.frames) == count


def test_the_default_is_followed_only_when_opening(tmp_path: Path) -> None:
    path, samples = sound(tmp_path, 4, 1.2)
    with VirtualAudio() as audio, recording("loopback:") as sink:
        audio.pactl("set-default-sink", "headset")
        assert next(device.id for device in list_devices().outputs if device.is_default) == "output:headset"
        with recording("loopback:") as other:
            assert is_heard(samples, lambda: audio.play(path, "headset").wait(15), other)
        assert similarity(samples, sink.samples) < 0.2
        assert sink.errors == []


def test_a_loopback_that_vanishes_never_becomes_another_device(audio: VirtualAudio, tmp_path: Path) -> None:
    """Loud noise plays into every other device all the time, so that any leak would show."""
    other, other_samples = sound(tmp_path, 5, 6.0)
    own, own_samples = sound(tmp_path, 6, 1.2)
    with extra_sink(audio) as toggle, recording("loopback:extra.monitor") as sink:
        players = [audio.play(other, "micfeed"), audio.play(other, "speakers")]
        with recording("microphone:") as control:
            assert wait_until(lambda: np.any(np.abs(control.samples) > 0.1))
        for _ in range(2):
            resumptions, errors = sink.resumptions, len(sink.errors)
            toggle()
            assert wait_until(lambda before=errors: len(sink.errors) > before, 2)  # type: ignore[misc]
            assert isinstance(sink.errors[-1], DeviceLost)
            assert "Extra (what the computer plays) was disconnected" in text_of(sink.errors[-1])
            assert sink.errors[-1].recoverable
            count = len(sink.frames)
            let_pass(0.7)
            assert len(sink.frames) == count, "something was recorded while the device was away"
            toggle()
            assert wait_until(lambda before=resumptions: sink.resumptions > before)  # type: ignore[misc]
        for player in players:
            player.kill()
            player.wait()
        assert not np.any(sink.samples), "audio of another device was delivered"
        assert is_heard(own_samples, lambda: audio.play(own, "extra").wait(15), sink)
        assert similarity(other_samples[:SAMPLE_RATE], sink.samples) < 0.2
        assert len(sink.errors) == 2


def test_a_recording_that_is_moved_stops_and_comes_back(audio: VirtualAudio, tmp_path: Path) -> None:
    """What a mixer does, and what the server does when a device vanishes, without the device vanishing."""
    other, _ = sound(tmp_path, 7, 3.0)
    player = audio.play(other, "micfeed")
    with recording("loopback:headset") as sink:
        for _ in range(5):
            before = sink.resumptions
            ours = [
                line.split()[0]
                for line in audio.pactl("list", "short", "source-outputs").splitlines()
                if "protocol-native" in line
            ]
            audio.pactl("move-source-output", ours[-1], "virtmic")
            assert wait_until(lambda before=before: sink.resumptions > before)  # type: ignore[misc]
        assert not np.any(sink.samples)
    player.kill()
    player.wait()


def test_the_server_dies_and_returns(tmp_path: Path) -> None:
    path, samples = sound(tmp_path, 8, 1.2)
    reports: list[DevicesChanged] = []
    with VirtualAudio() as audio:
        stop = watch_devices(reports.append)
        with recording("microphone:virtmic") as sink:
            died = monotonic()
            audio.kill_server()
            assert wait_until(lambda: sink.errors, 5)
            assert monotonic() - died < 3
            assert isinstance(sink.errors[0], DeviceLost)
            assert wait_until(lambda: reports and reports[-1] == DevicesChanged())
            with raises(AudioServerMissing, match="start one"):
                list_devices()
            with raises(AudioServerMissing, match="start one"):
                source_for("microphone:").open(Collector())
            assert hears_output("microphone:", "output:headset"), "careful while nobody can be asked"
            audio.start_server()
            assert wait_until(lambda: sink.resumptions == 1)
            assert is_heard(samples, lambda: audio.play(path, "micfeed").wait(15), sink)
            assert len(sink.errors) == 1
        assert wait_until(lambda: reports[-1].microphones)
        stop()


def test_missing_devices_are_named(audio: VirtualAudio) -> None:
    for source_id in ("microphone:nobody", "loopback:nobody"):
        with raises(DeviceMissing, match=r"nobody is not connected; .*choose another"):
            source_for(source_id).open(Collector())


def test_the_list_of_devices(audio: VirtualAudio) -> None:
    devices = list_devices()
    assert [(device.id, device.is_default) for device in devices.microphones] == [("microphone:virtmic", True)]
    assert devices.loopbacks[0].id == "loopback:speakers.monitor"
    assert devices.loopbacks[0].label == "Speakers (what the computer plays)"
    assert {device.id for device in devices.outputs} == {"output:speakers", "output:headset", "output:micfeed"}
    assert [device.is_default for device in devices.outputs] == [True, False, False]


def test_plugging_is_noticed_and_quiet_stays_quiet(audio: VirtualAudio) -> None:
    reports: list[DevicesChanged] = []
    stop = watch_devices(reports.append)
    assert wait_until(lambda: len(reports) == 1)
    with extra_sink(audio):
        assert wait_until(lambda: len(reports) == 2, 5)
        assert "output:extra" in {device.id for device in reports[1].outputs}
        assert "loopback:extra.monitor" in {device.id for device in reports[1].loopbacks}
        # A change that touches no list.
        audio.pactl("set-sink-volume", "extra", "50%")
        audio.pactl("set-default-sink", "extra")
        assert wait_until(lambda: len(reports) == 3, 5)
        assert reports[2].outputs[0].id == "output:extra"
        audio.pactl("set-default-sink", "speakers")
        assert wait_until(lambda: len(reports) == 4, 5)
    assert wait_until(lambda: len(reports) == 5, 5)
    assert reports[4] == reports[0]
    stop()
    with extra_sink(audio):
        let_pass(0.5)
    assert len(reports) == 5
    assert not [thread for thread in threading.enumerate() if thread.name == "audio-devices"]


def test_hears_output(audio: VirtualAudio) -> None:
    assert hears_output("microphone:", "output:")
    assert not hears_output("microphone:virtmic", "output:headset")
    assert hears_output("loopback:", "output:")
    assert hears_output("loopback:speakers", "output:speakers")
    assert hears_output("loopback:headset.monitor", "output:headset")
    assert not hears_output("loopback:", "output:headset")
    assert not hears_output("file:/x.wav", "output:")
    assert hears_output("microphone:", "output:unknown")


def test_the_terminal_stays_clean_and_the_log_silent(audio: VirtualAudio, caplog: pytest.LogCaptureFixture) -> None:
    """Opening PortAudio prints some eighty lines of its own otherwise."""
    script = (
        "import sys, logging; logging.basicConfig(level=logging.INFO)\n"
        "from desktop.engine.audio.sources.choose import source_for\n"
        "from tests.signals import Collector\nfrom tests.waiting import wait_until\n"
        "source, sink = source_for('microphone:'), Collector()\n"
        "source.open(sink); print(wait_until(lambda: bool(sink.frames))); source.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=os.environ, timeout=60)
    assert (done.stdout, done.stderr) == ("True\n", "")
    with caplog.at_level(logging.INFO), recording("microphone:"):
        pass
    assert caplog.records == []
