"""Audio that is sent once: whatever windows are asked for, the other side has them, and little is sent twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.remote.deltas import LONGEST, PLACES, Kept, Part, Sent
from desktop.engine.remote.framing import WorkRefused, pcm16, samples_of

STEP = 1 / 32_767


def noise(seconds: float, seed: int = 1, level: float = 0.3) -> Samples:
    generator = np.random.default_rng(seed)
    return np.clip(generator.normal(0, level, int(seconds * SAMPLE_RATE)), -1, 1).astype(np.float32)


class Line:
    """Both ends."""

    def __init__(self) -> None:
        self._sent, self._kept = Sent(), Kept()
        self.bytes = 0

    def ask(self, samples: Samples) -> Samples:
        part, data = self._sent.part(samples)
        self.bytes += len(data)
        return self._kept.window(part, data)

    def check(self, samples: Samples) -> None:
        """The window comes as it is, but for the rounding of PCM16."""
        got = self.ask(samples)
        assert got.shape == samples.shape
        assert got.dtype == np.float32
        if len(samples):
            scale = max(1.0, 2 * float(np.abs(samples).max()))
            assert np.abs(got - samples).max() <= scale * STEP


def test_a_growing_utterance_is_sent_once() -> None:
    line, speech = Line(), noise(9)
    for end in range(8_000, len(speech) + 1, 4_800):
        line.check(speech[:end])
    line.check(speech)
    assert line.bytes == 2 * len(speech)


def test_a_window_that_loses_its_beginning_is_a_range_of_what_was_sent() -> None:
    line, speech = Line(), noise(12)
    line.check(speech[: 6 * SAMPLE_RATE])
    line.check(speech[4 * SAMPLE_RATE : 9 * SAMPLE_RATE])
    line.check(speech[: 9 * SAMPLE_RATE])  # the whole utterance again, buffered
    line.check(speech[7 * SAMPLE_RATE :])
    assert line.bytes == 2 * len(speech)


def test_speech_behind_silence_is_found() -> None:
    speech = noise(4)
    speech[: 2 * SAMPLE_RATE] = 0.0
    line = Line()
    line.check(speech[: 3 * SAMPLE_RATE])
    line.check(speech[SAMPLE_RATE:])
    assert line.bytes == 2 * len(speech)


def test_sessions_that_speak_in_turn_do_not_send_twice() -> None:
    line = Line()
    talks = [noise(6, seed) for seed in range(PLACES)]
    for end in range(SAMPLE_RATE, 6 * SAMPLE_RATE + 1, SAMPLE_RATE):
        for talk in talks:
            line.check(talk[:end])
    assert line.bytes == sum(2 * len(talk) for talk in talks)


def test_what_is_kept_has_an_end() -> None:
    line = Line()
    for seed in range(20):
        line.check(noise(25, seed))
    kept = line._kept._places
    assert len(kept) <= PLACES
    assert all(len(place) <= 2 * LONGEST for place in kept.values())


def test_samples_out_of_range_and_what_is_no_number() -> None:
    line = Line()
    loud = noise(1) * 20
    line.check(loud)
    broken = noise(1, 2)
    broken[::7] = np.nan
    broken[1::7] = np.inf
    got = line.ask(broken)
    assert np.isfinite(got).all()
    assert (got[::7] == 0).all()
    line.check(np.zeros(0, np.float32))
    assert samples_of(pcm16(np.array([-1.0, 0.0, 1.0], np.float32))).tolist() == [-1.0, 0.0, 1.0]


def test_an_utterance_that_gets_louder_than_full_scale_or_longer_than_a_place_begins_anew() -> None:
    line, speech = Line(), noise(60, level=0.2)
    line.check(speech[: 2 * SAMPLE_RATE])
    louder = speech.copy()
    louder[3 * SAMPLE_RATE] = 1.5
    line.check(louder[: 4 * SAMPLE_RATE])
    for end in range(10 * SAMPLE_RATE, len(speech) + 1, 10 * SAMPLE_RATE):
        line.check(speech[end - 10 * SAMPLE_RATE : end])
        line.check(speech[max(0, end - 25 * SAMPLE_RATE) : end])


def test_a_window_that_has_too_little_in_common_is_sent_whole() -> None:
    line, speech = Line(), noise(3)
    line.check(speech[:SAMPLE_RATE])
    line.check(speech[SAMPLE_RATE - 1000 : 2 * SAMPLE_RATE])
    assert line.bytes == 2 * (2 * SAMPLE_RATE + 1000)


@given(st.data())
def test_any_windows_in_any_order_come_whole(data: st.DataObject) -> None:
    talk = noise(3, data.draw(st.integers(0, 3)), data.draw(st.sampled_from([0.0, 0.001, 0.4])))
    line = Line()
    for _ in range(data.draw(st.integers(1, 12))):
        start = data.draw(st.integers(0, len(talk)))
        line.check(talk[start : data.draw(st.integers(start, len(talk)))])


@pytest.mark.parametrize(
    "part",
    [
        Part(place=PLACES, start=0, end=1),
        Part(place=-1, start=0, end=1),
        Part(place=0, keep=101, start=0, end=1),
        Part(place=0, keep=-1, start=0, end=1),
        Part(place=1, keep=1, start=0, end=1),
        Part(place=0, keep=100, start=0, end=111),
        Part(place=0, keep=100, start=-1, end=5),
        Part(place=0, keep=100, start=9, end=8),
        Part(place=0, keep=100, start=0, end=8, scale=0.0),
        Part(place=0, keep=100, start=0, end=8, scale=1e30),
    ],
)
def test_audio_that_is_not_there_is_refused_and_nothing_is_lost(part: Part) -> None:
    kept = Kept()
    speech = noise(1)[:100]
    kept.window(Part(place=0, start=0, end=100), pcm16(speech))
    with pytest.raises(WorkRefused):
        kept.window(part, b"\0" * 20)
    assert len(kept.window(Part(place=0, keep=100, start=0, end=100), b"")) == 100


def test_half_a_sample_and_too_much_are_refused() -> None:
    kept = Kept()
    with pytest.raises(WorkRefused):
        kept.window(Part(place=0, start=0, end=1), b"\0\0\0")
    with pytest.raises(WorkRefused):
        kept.window(Part(place=0, start=0, end=1), bytes(2 * LONGEST + 2))
