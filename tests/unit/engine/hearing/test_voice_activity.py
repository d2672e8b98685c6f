"""The two detectors and their vote, the real ones, on real speech and on what is no speech."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.hearing.hearing import FRAME
from desktop.engine.hearing.voice_activity import SpeechDetector, SpeechVote
from desktop.engine.options import VoiceOptions

Recordings = Callable[[str], Samples]


def decisions(samples: Samples, settings: VoiceOptions | None = None) -> list[tuple[bool, float]]:
    detector = SpeechDetector(settings or VoiceOptions())
    return [detector.detect(samples[at : at + FRAME]) for at in range(0, len(samples) - FRAME, FRAME)]


def noise(seconds: float, level: float) -> Samples:
    return np.random.default_rng(3).normal(0, level, int(seconds * SAMPLE_RATE)).astype(np.float32)


def test_hears_speech_where_it_is(speech: Recordings) -> None:
    heard = [is_speech for is_speech, _ in decisions(np.concatenate((speech("en-04"), np.zeros(16000, np.float32))))]
    assert not any(heard[:8])  # the recording begins with silence
    assert sum(heard[15:80]) > 55
    assert not any(heard[-15:])


@pytest.mark.parametrize("level", [0.0, 0.001, 0.05, 0.3])
def test_white_noise_is_no_speech_though_webrtc_says_so(level: float) -> None:
    assert not any(is_speech for is_speech, _ in decisions(noise(10, level)))


def test_tones_are_no_speech() -> None:
    time = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    assert not any(is_speech for is_speech, _ in decisions(tone))


def test_probability_needs_the_context_between_frames(speech: Recordings) -> None:
    probabilities = [probability for _, probability in decisions(speech("en-04"))]
    assert max(probabilities) > 0.95


def test_hears_speech_in_noise(speech: Recordings) -> None:
    audio = speech("en-04")
    mixed = audio + noise(len(audio) / SAMPLE_RATE + 1, 0.01)[: len(audio)]
    assert sum(is_speech for is_speech, _ in decisions(mixed)) > 50


def test_reset_forgets(speech: Recordings) -> None:
    audio = speech("en-04")
    detector = SpeechDetector(VoiceOptions())
    first = [detector.detect(audio[at : at + FRAME]) for at in range(0, 30 * FRAME, FRAME)]
    detector.reset()
    assert [detector.detect(audio[at : at + FRAME]) for at in range(0, 30 * FRAME, FRAME)] == first


def test_settings_change_between_frames(speech: Recordings) -> None:
    audio = speech("en-04")
    detector = SpeechDetector(VoiceOptions())
    for at in range(0, 40 * FRAME, FRAME):
        detector.detect(audio[at : at + FRAME])
    detector.configure(VoiceOptions(threshold=0.95, window=3, webrtc_mode=3))
    assert any(detector.detect(audio[at : at + FRAME])[0] for at in range(40 * FRAME, 60 * FRAME, FRAME))


def test_broken_samples_do_no_harm(speech: Recordings) -> None:
    detector = SpeechDetector(VoiceOptions())
    bad = np.full(FRAME, np.nan, np.float32)
    bad[::2] = np.inf
    for _ in range(5):
        _, probability = detector.detect(bad)
        assert 0 <= probability <= 1
    audio = speech("en-04")
    heard = [detector.detect(audio[at : at + FRAME])[0] for at in range(0, 70 * FRAME, FRAME)]
    assert any(heard)


def test_a_frame_has_one_size() -> None:
    with pytest.raises(ValueError, match="512"):
        SpeechDetector(VoiceOptions()).detect(np.zeros(480, np.float32))


@given(st.integers(1, 30), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_the_vote(window: int, opinions: list[tuple[bool, bool]]) -> None:
    vote = SpeechVote(window)
    for index, (silero, webrtc) in enumerate(opinions):
        decision = vote.add(silero, webrtc)
        last = opinions[max(0, index + 1 - window) : index + 1]
        if not any(one for one, _ in last):
            assert not decision  # WebRTC never opens an utterance alone
        if len(last) == window and all(one for one, _ in last):
            assert decision  # Silero can
        if decision:
            assert sum(one + other for one, other in last) >= window
