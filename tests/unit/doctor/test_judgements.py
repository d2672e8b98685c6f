"""What is made of what was heard and measured."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.doctor import machine, sound
from desktop.doctor.findings import Finding, Health, ok, worst
from desktop.engine.audio.sources.resample import resampled
from desktop.engine.events import Samples
from desktop.engine.models.speed.tuning import Choice, Timing, Tuning

ONE_SECOND = 16_000
noise = np.random.default_rng(0).normal(0, 1, ONE_SECOND).astype(np.float32)


@pytest.mark.parametrize(
    ("samples", "health", "word"),
    [
        (noise * 0.02, Health.OK, "works"),
        (noise * 0, Health.PROBLEM, "muted"),
        (noise[:0], Health.PROBLEM, "no sound"),
        (np.clip(noise * 3, -1, 1), Health.WARNING, "clipped"),
        (noise * 0.00005, Health.WARNING, "next to nothing"),
        (noise[: ONE_SECOND // 2] * 0.02, Health.WARNING, "gaps"),
    ],
)
def test_a_microphone_is_judged_by_what_it_delivers(samples: Samples, health: Health, word: str) -> None:
    verdict = sound.judge_microphone(samples, "Anna's microphone")
    assert verdict.health is health
    assert word in verdict.sentence
    assert verdict.private == ("Anna's microphone",)
    assert bool(verdict.fix) is (health is not Health.OK)


def test_the_tone_is_heard_faintly_and_among_noise_but_not_where_it_is_not(speech: Callable[[str], Samples]) -> None:
    tone = resampled(sound.tone(), 48_000, ONE_SECOND)
    assert float(np.max(np.abs(sound.tone()))) <= sound.TONE_LEVEL
    silence = np.zeros(ONE_SECOND, np.float32)
    assert not sound.hears_tone(silence)
    assert not sound.hears_tone(tone[:100])
    for gain in (1.0, 0.3, 0.1):
        heard = silence.copy()
        heard[3000 : 3000 + len(tone)] += gain * tone
        assert sound.hears_tone(heard), gain
    heard += 0.001 * noise
    assert sound.hears_tone(heard)
    assert not sound.hears_tone(noise * 0.1)
    assert not sound.hears_tone(speech("en-00"))


@given(st.floats(100, 7000), st.floats(0, 1))
def test_only_the_tone_itself_counts(hertz: float, amplitude: float) -> None:
    wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(ONE_SECOND) / ONE_SECOND)
    if abs(hertz - sound.TONE) > 40:
        assert not sound.hears_tone(wave.astype(np.float32))


FAST, SLOW = Choice("cpu", "int8", 1), Choice("cpu", "float32", 1)


@pytest.mark.parametrize(
    ("encode", "failed", "health", "word"),
    [
        (0.5, (), Health.OK, "with ease"),
        (2.5, (), Health.WARNING, "late"),
        (6.0, (), Health.PROBLEM, "cannot keep up"),
        (0.5, (Choice("cuda", "float16", 1),), Health.WARNING, "graphics card"),
    ],
)
def test_speed(encode: float, failed: tuple[Choice, ...], health: Health, word: str) -> None:
    tuning = Tuning(FAST, (Timing(SLOW, 99.0, 0.0), Timing(FAST, encode, 0.0)), failed)
    verdict = machine.judge_speed("Whisper small", tuning)
    assert verdict.health is health
    assert word in verdict.sentence
    assert "Whisper small" in verdict.sentence


@pytest.mark.parametrize(
    ("free", "health"), [(50e9, Health.OK), (1e9, Health.WARNING), (0.1e9, Health.PROBLEM), (0, Health.PROBLEM)]
)
def test_disk(free: float, health: Health) -> None:
    assert machine.judge_disk(int(free)).health is health


def test_start_and_settings() -> None:
    assert machine.start(None).health is Health.SKIPPED
    assert machine.start(0.3).health is Health.OK
    assert machine.start(9.0).health is Health.WARNING
    assert machine.settings(()).health is Health.OK
    verdict = machine.settings(("speech.rate cannot be 9.", "There is no setting speech.rat."))
    assert verdict.health is Health.WARNING
    assert verdict.sentence == "speech.rate cannot be 9. There is no setting speech.rat."


@given(st.lists(st.sampled_from(Health)))
def test_the_worst_finding_decides(healths: list[Health]) -> None:
    findings = [Finding("id", "Title", health, "Sentence.") for health in healths]
    expected = (
        Health.PROBLEM if Health.PROBLEM in healths else Health.WARNING if Health.WARNING in healths else Health.OK
    )
    assert worst(findings) is expected
    assert ok("Fine.").named("a", "A") == Finding("a", "A", Health.OK, "Fine.")
