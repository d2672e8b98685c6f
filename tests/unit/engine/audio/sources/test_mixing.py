import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.audio.sources.mixing import Mixer
from desktop.engine.events import SAMPLE_RATE, Samples
from tests.signals import noise, similarity

SURROUND = ["FL", "FR", "FC", "LFE", "BL", "BR"]
VOICE = noise(2.0, 21)


def mixed(samples: np.ndarray, channels: list[str] | None = None, block: int = 512) -> Samples:
    mixer = Mixer(SAMPLE_RATE, channels or [])
    return np.concatenate([mixer.mix(samples[at : at + block]) for at in range(0, len(samples), block)])


def power(samples: np.ndarray) -> float:
    return float(np.mean(np.square(samples)))


def test_opposite_phases_are_turned_over() -> None:
    for other in (-VOICE, -0.4 * VOICE):
        result = mixed(np.stack((VOICE, other), axis=1))
        assert similarity(VOICE, result) > 0.99
        assert power(result) > 0.4 * power(VOICE)


def test_a_voice_in_one_channel_of_many_is_as_loud_as_it_is_there() -> None:
    for count, place in ((2, 1), (6, 2), (16, 11)):
        samples = np.zeros((len(VOICE), count), np.float32)
        samples[:, place] = VOICE
        assert power(mixed(samples, SURROUND)) == pytest.approx(power(VOICE), rel=0.05)


def test_dialogue_in_the_centre_is_heard_above_music_around_it() -> None:
    samples = np.stack([noise(2.0, seed, amplitude=0.2) for seed in range(6)], axis=1)
    samples[:, 2] = VOICE
    assert similarity(VOICE, mixed(samples, SURROUND)) > similarity(VOICE, samples.mean(axis=1)) + 0.2


def test_a_second_speaker_in_the_other_channel_is_heard_from_the_first_word() -> None:
    left, right = VOICE.copy(), noise(2.0, 22)
    left[len(left) // 2 :] = 0
    right[: len(right) // 2] = 0
    result = mixed(np.stack((left, 0.1 * right), axis=1))
    begin = len(right) // 2
    assert similarity(right[begin : begin + 1600], result[begin : begin + 1600]) > 0.95


def test_what_has_only_the_low_frequency_channel_is_heard_all_the_same() -> None:
    samples = np.zeros((len(VOICE), 6), np.float32)
    samples[:, 3] = VOICE
    assert similarity(VOICE, mixed(samples, SURROUND)) > 0.99
    assert not mixed(np.zeros((4000, 6), np.float32), SURROUND).any()


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 16), block=st.integers(1, 4000), seed=st.integers(0, 1000))
def test_the_mix_is_never_louder_than_the_loudest_channel(count: int, block: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    samples = (noise(0.3, seed)[:, None] * chance.uniform(-1, 1, count)).astype(np.float32)
    result = mixed(samples, SURROUND if count == 6 else None, block)
    assert result.shape == (len(samples),)
    assert result.dtype == np.float32
    assert np.max(np.abs(result)) <= np.max(np.abs(samples)) + 1e-6
