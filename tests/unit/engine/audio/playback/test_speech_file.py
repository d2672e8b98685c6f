import os
from pathlib import Path

import numpy as np
import pytest

from desktop.engine.audio.playback.speech_file import SpeechFile
from desktop.engine.errors import AudioError
from desktop.engine.events import Samples, SpeechAudio
from tests.raising import raises
from tests.signals import read_wav, similarity, tone


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def spoken(samples: Samples, rate: int = 22_050) -> SpeechAudio:
    return SpeechAudio(0, samples, rate, "", True)


def test_each_piece_lies_where_it_would_have_been_heard(tmp_path: Path) -> None:
    clock = Clock()
    file = SpeechFile(tmp_path / "out.wav", clock)
    file.open()
    clock.now = 1.0
    file.play(spoken(tone(1.0, 440, 22_050)))
    assert file.is_playing
    assert file.queued_seconds == pytest.approx(1.0)
    file.play(spoken(tone(0.5, 880, 22_050)))  # behind the first one
    clock.now = 4.0
    assert not file.is_playing
    file.play(spoken(tone(0.5, 440, 44_100), 44_100))
    file.close()
    file.close()
    samples, rate = read_wav(tmp_path / "out.wav")
    assert rate == 22_050
    assert len(samples) == pytest.approx(4.5 * rate, abs=2)
    assert not np.any(samples[:rate])
    assert similarity(tone(0.9, 440, rate), samples[rate : 2 * rate]) > 0.99
    assert similarity(tone(0.4, 880, rate), samples[2 * rate : int(2.5 * rate)]) > 0.99
    assert not np.any(samples[int(2.51 * rate) : int(3.99 * rate)])
    assert similarity(tone(0.4, 440, rate), samples[4 * rate :]) > 0.99


def test_stop_cuts_off_what_lies_ahead(tmp_path: Path) -> None:
    clock = Clock()
    file = SpeechFile(tmp_path / "out.wav", clock)
    file.open()
    file.play(spoken(tone(5.0, 440, 22_050)))
    clock.now = 1.0
    file.stop()
    assert not file.is_playing
    file.close()
    assert len(read_wav(tmp_path / "out.wav")[0]) == 22_050


def test_volume(tmp_path: Path) -> None:
    file = SpeechFile(tmp_path / "out.wav", Clock())
    file.open()
    file.volume = 0.5
    file.play(spoken(tone(0.5, 440, 22_050, amplitude=0.8)))
    file.close()
    assert np.max(read_wav(tmp_path / "out.wav")[0]) == pytest.approx(0.4, abs=0.01)


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with raises(AudioError, match="cannot be written"):
        SpeechFile(tmp_path / "missing" / "out.wav", Clock()).open()


def test_a_file_that_was_never_spoken_into_is_a_valid_wav(tmp_path: Path) -> None:
    file = SpeechFile(tmp_path / "out.wav", Clock())
    file.open()
    file.close()
    assert len(read_wav(tmp_path / "out.wav")[0]) == 0
    with raises(AudioError, match="not open"):
        file.play(spoken(tone(0.1, 440)))


def test_what_was_there_stays_until_the_file_is_complete(tmp_path: Path) -> None:
    place = tmp_path / "out.wav"
    place.write_bytes(b"old")
    file = SpeechFile(place, Clock())
    file.open()
    file.play(spoken(tone(0.5, 440, 22_050)))
    assert (place.read_bytes(), file.is_written) == (b"old", False)
    file.close()
    assert file.is_written
    assert len(read_wav(place)[0]) == 11_025
    assert list(tmp_path.iterdir()) == [place]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "out.wav"
    place.write_bytes(b"old")
    file = SpeechFile(place, Clock())
    file.open()
    file.play(spoken(tone(0.1, 440, 22_050)))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    file.close()
    assert (place.read_bytes(), file.is_written) == (b"old", False)
    assert list(tmp_path.iterdir()) == [place]
