"""Finding a recording in what was heard, the script of the recordings, and the sounds that nobody speaks in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop.bench.live.harness import decoded, place_of, write_wav
from desktop.bench.live.script import quick, recordings
from desktop.bench.sounds import LEVELS, breath, music_of_package, real_music, sounds
from desktop.engine.events import Samples


@pytest.mark.parametrize("begin", [0, 1, 4_000, 30_000])
def test_a_recording_is_found_to_the_sample(speech: Callable[[str], Samples], begin: int) -> None:
    samples = speech("en-00")
    noise = np.random.default_rng(1).standard_normal(begin + len(samples) + 20_000).astype(np.float32) * 0.001
    noise[begin : begin + len(samples)] += samples * 0.5
    place, likeness = place_of(samples, noise)
    assert place == begin
    assert likeness > 0.95


def test_another_recording_is_not_taken_for_it(speech: Callable[[str], Samples]) -> None:
    _, likeness = place_of(speech("en-00"), speech("es-00"))
    assert likeness < 0.5
    _, silent = place_of(speech("en-00"), np.zeros(80_000, np.float32))
    assert silent == 0.0


def test_the_script_knows_every_recording() -> None:
    everything = recordings()
    assert len(everything) == 29
    groups = [one.group for one in everything]
    assert {group: groups.count(group) for group in groups} == {
        "en": 12,
        "es": 8,
        "stream-en": 1,
        "stream-es": 1,
        "digits": 6,
        "jfk": 1,
    }
    for one in everything:
        assert one.path.is_file()
        assert one.text
        assert all(0 <= sentence.start < sentence.end <= one.seconds for sentence in one.sentences)
    assert {one.group for one in quick(everything)} == {"en", "es", "digits", "jfk"}


@pytest.mark.parametrize("name", [one for one in sounds() if one not in ("breath", "real music")])
def test_sounds_have_their_levels(name: str) -> None:
    random = np.random.default_rng(0)
    for second in (0, 7, 14, 21, 28, 35):
        samples = sounds()[name](second, random)
        assert samples.shape == (16_000,)
        assert samples.dtype == np.float32
        rms = float(np.sqrt(np.mean(samples**2)))
        wanted = 0.0 if name == "silence" else 10 ** (LEVELS[second // 7 % len(LEVELS)] / 20)
        assert rms == pytest.approx(wanted, rel=1e-3)


def test_breath_comes_and_goes() -> None:
    random = np.random.default_rng(0)
    heard = np.concatenate([breath(second, random) for second in range(21, 28)])
    loud = np.sqrt(np.mean(heard.reshape(-1, 800) ** 2, axis=1))
    assert loud.max() == pytest.approx(10 ** (-30 / 20), rel=0.2)
    assert np.count_nonzero(loud < 0.01 * loud.max()) >= 20, "a second in four is silent"


def test_real_music_goes_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = tmp_path / "asterisk" / "moh"
    pieces.mkdir(parents=True)
    (pieces / "one.g722").write_bytes(bytes(range(256)) * 63)
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    music_of_package.cache_clear()
    try:
        assert list(sounds())[-1] == "real music"
        assert len(music_of_package()) == 2 * 256 * 63
        random = np.random.default_rng(0)
        assert [real_music(second, random).shape for second in range(3)] == [(16_000,)] * 3
        assert np.array_equal(real_music(2, random)[:100], music_of_package()[32_000 % 16_256 :][:100])
    finally:
        music_of_package.cache_clear()


def test_what_the_player_gets_is_what_the_recording_holds(speech: Callable[[str], Samples], tmp_path: Path) -> None:
    samples = speech("en-00")
    write_wav(tmp_path / "one.wav", samples)
    assert np.max(np.abs(decoded(tmp_path / "one.wav") - samples)) < 1e-4
