"""The speaker on a real audio server: what is recorded from the output is what was played."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import numpy as np
import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.engine.audio.playback.speaker import Speaker
from desktop.engine.errors import AudioError, AudioServerMissing, DeviceMissing, EngineError
from desktop.engine.events import Samples, SpeechAudio
from tests.raising import raises
from tests.signals import Collector, heard, is_heard, noise, recording
from tests.waiting import let_pass, wait_until

VOICE_RATE = 22_050


@pytest.fixture(scope="module")
def audio() -> Iterator[VirtualAudio]:
    with VirtualAudio() as audio:
        yield audio


class Events:
    def __init__(self) -> None:
        self.playing: list[bool] = []
        self.errors: list[EngineError] = []


@contextmanager
def speaking(output: str) -> Iterator[tuple[Speaker, Events]]:
    events = Events()
    speaker = Speaker(f"output:{output}", events.playing.append, events.errors.append)
    speaker.open()
    try:
        yield speaker, events
    finally:
        speaker.close()


def spoken(seed: int, seconds: float = 1.0) -> SpeechAudio:
    return SpeechAudio(-1, noise(seconds, seed, VOICE_RATE), VOICE_RATE, "", True)


def as_heard(piece: SpeechAudio) -> Samples:
    import soxr

    samples: Samples = soxr.resample(piece.samples, VOICE_RATE, 16_000)
    return samples[200:-200]


def silence_after(sink: Collector) -> float:
    """Monotonic time of the last sound that was delivered."""
    return max(
        (time for frame, time in zip(sink.frames, sink.times, strict=True) if np.any(np.abs(frame.samples) > 1e-3)),
        default=0.0,
    )


def test_what_is_played_is_what_is_heard(audio: VirtualAudio) -> None:
    first, second = spoken(1), spoken(2)
    with recording("loopback:headset") as headset, recording("loopback:speakers") as speakers:
        with speaking("headset") as (speaker, events):
            speaker.play(first)
            speaker.play(second)
            assert speaker.is_playing
            assert 1.0 < speaker.queued_seconds <= 2.0
            assert wait_until(lambda: events.playing == [True, False])
            assert not speaker.is_playing
            assert speaker.queued_seconds == 0
            both = np.concatenate((first.samples, second.samples))
            whole = as_heard(SpeechAudio(-1, both, VOICE_RATE, "", True))
            assert wait_until(lambda: heard(whole, headset.samples) > 0.95)
        assert not np.any(np.abs(speakers.samples) > 1e-4)
        assert events.errors == []


def test_stop_is_silence_at_once(audio: VirtualAudio) -> None:
    with recording("loopback:headset") as sink, speaking("headset") as (speaker, events):
        speaker.play(spoken(3, 5.0))
        speaker.play(spoken(4, 5.0))
        assert wait_until(lambda: np.any(np.abs(sink.samples) > 0.05))
        stopped = monotonic()
        speaker.stop()
        assert monotonic() - stopped < 0.05
        assert speaker.queued_seconds == 0
        assert wait_until(lambda: events.playing == [True, False])
        let_pass(0.3)
        # Some 40 ms on a machine that is not busy; the bound leaves room for one that is.
        assert silence_after(sink) - stopped < 0.5
        # And it speaks again.
        again = spoken(5, 1.2)
        assert is_heard(as_heard(again), lambda: speaker.play(again), sink)


def test_quiet_closes_the_output_and_speech_opens_it(audio: VirtualAudio) -> None:
    def streams() -> list[str]:
        return [line for line in audio.pactl("list", "sink-inputs").splitlines() if "parley.stream" in line]

    with recording("loopback:headset") as sink, speaking("headset") as (speaker, _events):
        assert streams()
        assert wait_until(lambda: not streams(), 8)
        piece = spoken(6, 1.2)
        asked = monotonic()
        speaker.play(piece)
        assert wait_until(lambda: np.any(np.abs(sink.samples) > 0.05))
        assert monotonic() - asked < 0.5
        assert is_heard(as_heard(piece), lambda: speaker.play(piece), sink)
    assert not streams()


def test_volume(audio: VirtualAudio) -> None:
    with recording("loopback:headset") as sink, speaking("headset") as (speaker, events):
        speaker.volume = 0.25
        assert speaker.volume == 0.25
        speaker.play(spoken(7))
        assert wait_until(lambda: events.playing == [True, False])
        middle = sink.samples[np.abs(sink.samples) > 1e-3]
        assert float(np.std(middle)) == pytest.approx(0.05, rel=0.15)
        speaker.volume = 7
        assert speaker.volume == 1


def test_an_output_that_vanishes_is_reported_and_nothing_else_speaks(audio: VirtualAudio) -> None:
    module = audio.pactl("load-module", "module-null-sink", "sink_name=extra", "rate=48000").strip()
    with recording("loopback:speakers") as speakers, speaking("extra") as (speaker, events):
        speaker.play(spoken(8, 10.0))
        assert wait_until(lambda: events.playing == [True])
        audio.pactl("unload-module", module)
        assert wait_until(lambda: events.errors, 3)
        assert wait_until(lambda: events.playing == [True, False], 3)
        assert [error.code for error in events.errors] == ["device-lost"]
        assert speaker.queued_seconds == 0
        speaker.play(spoken(9, 1.0))
        assert wait_until(lambda: len(events.errors) == 2, 3)
        assert events.errors[1].code == "device-missing"
        let_pass(0.2)
        assert not np.any(np.abs(speakers.samples) > 1e-3)
        module = audio.pactl("load-module", "module-null-sink", "sink_name=extra", "rate=48000").strip()
        with recording("loopback:extra") as extra:
            back = spoken(10, 1.2)
            assert is_heard(as_heard(back), lambda: speaker.play(back), extra)
    audio.pactl("unload-module", module)


def test_the_server_dies_while_speaking() -> None:
    with VirtualAudio() as audio, speaking("headset") as (speaker, events):
        speaker.play(spoken(11, 10.0))
        assert wait_until(lambda: events.playing == [True])
        audio.kill_server()
        assert wait_until(lambda: events.errors, 3)
        speaker.play(spoken(12, 1.0))
        assert wait_until(lambda: len(events.errors) == 2, 3)
        assert isinstance(events.errors[1], AudioServerMissing)
        audio.start_server()
        speaker.play(spoken(13, 0.5))
        assert wait_until(lambda: events.playing == [True, False, True])
        assert len(events.errors) == 2


def test_errors_of_opening(audio: VirtualAudio) -> None:
    with raises(DeviceMissing, match="The output nobody is not connected"):
        Speaker("output:nobody", lambda _: None).open()
    speaker = Speaker("output:", lambda _: None)
    with raises(AudioError, match="not open"):
        speaker.play(spoken(14))
    speaker.stop()
    speaker.close()
    speaker.close()
