"""Music and tones are told from speech, and no speech is taken for them."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.bench import sounds
from desktop.bench.music import piece
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.hearing.music import is_music, may_be_music

Recordings = Callable[[str], Samples]
NAMES = (
    *(f"en-{number:02}" for number in range(12)),
    *(f"es-{number:02}" for number in range(8)),
    *(f"digits-{name}" for name in ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")),
    "jfk",
    "stream-en",
    "stream-es",
)
_AT = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE


def chord(hertz: tuple[float, ...], seconds: float) -> Samples:
    at = _AT[: round(seconds * SAMPLE_RATE)]
    return np.asarray(0.03 * sum(np.sin(2 * np.pi * one * at) for one in hertz), np.float32)


def organ() -> Samples:
    """A chord each second."""
    return np.concatenate([chord((220 * step, 277 * step, 330 * step), 1.0) for step in (1, 1.5, 0.9, 1.2) * 5])


def singer_without_words() -> Samples:
    """One vowel on long notes, with vibrato: like a voice in everything but words."""
    notes = 220 * 2 ** (np.repeat([0, 4, 7, 5, 2, 0, 9, 7, 4, 2], 2 * SAMPLE_RATE) / 12)
    pitch = notes * (1 + 0.012 * np.sin(2 * np.pi * 5.5 * _AT))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    formants = [
        1 / (1 + ((pitch * n - 700) / 100) ** 2) + 0.5 / (1 + ((pitch * n - 1200) / 120) ** 2) for n in range(1, 20)
    ]
    return np.asarray(0.1 * sum(gain * np.sin(phase * n) / n for n, gain in enumerate(formants, 1)), np.float32)


def tones() -> Samples:
    random = np.random.default_rng(0)
    loud = [sounds.tones(second, random) for second in range(20)]
    return np.concatenate([0.05 * one / np.sqrt(np.mean(np.square(one))) for one in loud]).astype(np.float32)


BACKGROUNDS: dict[str, Callable[[], Samples]] = {
    "organ": organ,
    "vowel": singer_without_words,
    "tones": tones,
    "music": lambda: piece(5.0, 20.0).astype(np.float32),
    "music with drums": lambda: piece(90.0, 20.0).astype(np.float32),
}


def windows(samples: Samples, seconds: float, least: float) -> Iterator[tuple[int, int]]:
    """Places of windows in which somebody speaks for `least` seconds."""
    frame = SAMPLE_RATE // 50
    loudness = np.sqrt(np.mean(np.square(samples[: len(samples) // frame * frame].reshape(-1, frame)), axis=1))
    speaks = loudness > loudness.max() * 10 ** (-25 / 20)
    length = round(seconds * SAMPLE_RATE)
    for start in range(0, len(samples) - length + 1, length // 2):
        if speaks[start // frame : (start + length) // frame].sum() / 50 >= least:
            yield start, start + length


@pytest.mark.parametrize("name", NAMES)
def test_speech_is_not_music(speech: Recordings, name: str) -> None:
    samples = speech(name)[: 30 * SAMPLE_RATE]
    places = [place for seconds in (0.6, 1.0, 2.0, 5.0) for place in windows(samples, seconds, 0.2)]
    assert len(places) > 3
    assert not is_music(samples)
    assert not any(is_music(samples[start:end]) for start, end in places)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("ratio", [20, 10])
def test_speech_over_music_is_not_lost(speech: Recordings, background: str, ratio: float) -> None:
    """ratio: dB between speech and music."""
    played = BACKGROUNDS[background]()
    checked = 0
    for name in NAMES:
        samples = speech(name)[: 20 * SAMPLE_RATE]
        under = np.resize(played, len(samples))
        for seconds in (1.0, 2.0, 4.0):
            for start, end in windows(samples, seconds, 0.35):
                said, sounding = samples[start:end], under[start:end]
                level = np.sqrt(np.mean(np.square(said[np.abs(said) > 0.01])) / np.mean(np.square(sounding)))
                mixed = said + sounding * np.float32(level * 10 ** (-ratio / 20))
                assert not is_music(mixed), (name, start / SAMPLE_RATE, seconds)
                checked += 1
    assert checked > 200


@pytest.mark.parametrize("seconds", [0.6, 1.0, 3.0, 10.0])
@pytest.mark.parametrize("make", [tones, organ])
def test_tones_are_music(make: Callable[[], Samples], seconds: float) -> None:
    played = make()
    length = round(seconds * SAMPLE_RATE)
    found = [is_music(played[start : start + length]) for start in range(0, len(played) - length, SAMPLE_RATE // 2)]
    assert all(found), found


def test_a_vowel_without_words_sounds_like_music() -> None:
    played = singer_without_words()
    length = 3 * SAMPLE_RATE
    starts = range(0, len(played) - length, SAMPLE_RATE)
    assert sum(is_music(played[start : start + length]) for start in starts) > len(starts) / 2
    assert all(may_be_music(played[start : start + length]) for start in starts)


def test_a_word_in_long_music_is_heard(speech: Recordings) -> None:
    played = organ()
    assert is_music(played)
    word = speech("en-00")[8000 : 8000 + SAMPLE_RATE]
    spoken = played.copy()
    spoken[9 * SAMPLE_RATE :][: len(word)] += word * np.float32(0.2 / np.abs(word).max())
    assert not is_music(spoken)


def test_silence_and_noise_are_not_music() -> None:
    random = np.random.default_rng(3)
    for seconds in (0.0, 0.3, 0.5, 0.6, 3.0):
        count = round(seconds * SAMPLE_RATE)
        assert not is_music(np.zeros(count, np.float32))
        assert not is_music(random.standard_normal(count).astype(np.float32) * 0.1)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 3 * SAMPLE_RATE), st.sampled_from([0.0, 1e-30, 1.0, -1.0, 1e6]))
def test_any_length_and_level(count: int, level: float) -> None:
    samples = np.full(count, level, np.float32)
    samples[::7] *= -1
    assert is_music(samples) in (True, False)
    assert may_be_music(samples) in (True, False)


def test_the_piece_is_the_same_in_any_cut() -> None:
    whole = piece(7.0, 4.0)
    parts = np.concatenate([piece(7.0 + second, 1.0) for second in range(4)])
    assert np.allclose(whole, parts)
    assert np.abs(whole).max() < 2
    assert all(np.sqrt(np.mean(np.square(piece(second, 1.0)))) > 0.05 for second in range(0, 300, 13))
