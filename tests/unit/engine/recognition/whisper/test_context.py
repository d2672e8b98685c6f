"""How short a window each family of models gets, and when windows grow."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.whisper import context
from desktop.engine.recognition.whisper.context import (
    FAST,
    SAFE,
    ContextCheck,
    ContextLimits,
    Family,
    family_of,
    limits,
    sizes,
)

CHECKED = ContextLimits(floor=1000, pad=2.56, check_every=3)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("tiny", Family.BASE),
        ("base.en", Family.BASE),
        ("small", Family.SMALL),
        ("faster-whisper-small", Family.SMALL),
        ("whisper-base-ct2-int8", Family.BASE),
        ("medium.en", Family.LARGE),
        ("large-v2", Family.LARGE),
        ("large-v3", Family.LARGE),
        ("large-v3-turbo", Family.LARGE),
        ("faster-whisper-large-v3-turbo-ct2", Family.LARGE),
        ("distil-small.en", Family.DISTILLED),
        ("distil-large-v3.5", Family.DISTILLED),
        ("models--Systran--faster-whisper-tiny/snapshots/0123abc", Family.BASE),
        ("whisper-small-de", Family.UNKNOWN),
        ("tiny-small", Family.UNKNOWN),
        ("model", Family.UNKNOWN),
        ("whisper", Family.UNKNOWN),
        ("", Family.UNKNOWN),
    ],
)
def test_the_family_is_found_by_the_name(name: str, family: Family) -> None:
    assert family_of(Path("models") / name, declared=False) is family
    assert family_of(Path("models") / name, declared=True) is Family.DECLARED


@pytest.mark.parametrize("family", Family)
def test_one_switch_makes_every_window_full(family: Family) -> None:
    assert limits("full", family, floor=500, pad=1.0) is None
    assert sizes(SAMPLE_RATE, None) == (3000,)


def test_what_nobody_knows_is_full_unless_it_is_asked_for() -> None:
    assert limits("auto", Family.UNKNOWN) is None
    assert limits("auto", Family.UNKNOWN, floor=500) is None
    assert limits("short", Family.UNKNOWN) == FAST


@pytest.mark.parametrize("family", [Family.BASE, Family.SMALL, Family.LARGE, Family.DISTILLED])
def test_models_of_others_get_more_than_the_fastest_and_are_checked_if_nobody_measured_them(family: Family) -> None:
    safe = SAFE[family]
    assert safe is not None
    assert limits("auto", family) == safe
    assert safe.floor >= 1000
    assert safe.pad >= 2.5
    assert bool(safe.check_every) == (family is not Family.BASE)
    assert SAFE[Family.DECLARED] == FAST


def test_floor_and_pad_can_be_set() -> None:
    found = limits("auto", Family.SMALL, floor=800, pad=0.0)
    assert found is not None
    assert (found.floor, found.pad) == (800, 0.0)
    assert sizes(SAMPLE_RATE, found)[0] == 800
    found = limits("short", Family.SMALL, floor=9000)
    assert found is not None
    assert sizes(SAMPLE_RATE, found) == (3000,)


@given(
    st.integers(0, 31 * SAMPLE_RATE), st.integers(1, 3000), st.floats(0, 5, allow_nan=False), st.sampled_from([50, 100])
)
def test_sizes_hold_the_audio_and_grow(samples: int, floor: int, pad: float, bucket: int) -> None:
    found = sizes(samples, ContextLimits(floor, pad, bucket))
    assert list(found) == sorted(set(found))
    assert found[-1] == context.FRAMES
    assert found[0] >= floor
    whole = context.FRAMES * context.HOP
    assert found[0] * context.HOP >= min(samples + pad * SAMPLE_RATE, whole) - context.HOP


def test_short_is_short() -> None:
    assert sizes(3 * SAMPLE_RATE, FAST) == (500, 1500, 3000)
    assert sizes(10 * SAMPLE_RATE, FAST) == (1200, 1500, 3000)
    assert sizes(29 * SAMPLE_RATE, FAST) == (3000,)
    assert sizes(3 * SAMPLE_RATE, SAFE[Family.SMALL]) == (1000, 1500, 3000)
    assert sizes(3 * SAMPLE_RATE, SAFE[Family.LARGE]) == (1500, 3000)


def test_short_windows_have_silence_behind_the_audio() -> None:
    audio = np.ones(SAMPLE_RATE, np.float32)
    assert len(context.padded(audio, 500, FAST)) == round(2.28 * SAMPLE_RATE)
    assert len(context.padded(audio, 1000, SAFE[Family.SMALL])) == round(3.56 * SAMPLE_RATE)
    assert len(context.padded(audio, 3000, FAST)) == SAMPLE_RATE
    assert len(context.padded(np.ones(40 * SAMPLE_RATE, np.float32), 3000, None)) == 30 * SAMPLE_RATE


SAID = ["where", "is", "the", "next", "station", "please"]


def test_every_so_many_finals_are_compared() -> None:
    check = ContextCheck(CHECKED)
    assert [check.is_due() for _ in range(7)] == [False, False, True, False, False, True, False]
    assert not any(ContextCheck(FAST).is_due() for _ in range(100))
    assert not any(ContextCheck(None).is_due() for _ in range(100))


def test_windows_that_hear_the_same_stay() -> None:
    check = ContextCheck(CHECKED)
    for _ in range(50):
        assert not check.compare(SAID, SAID)
        assert not check.compare([*SAID[:-1], "pleas"], SAID)  # one word in six may differ
    assert check.limits == CHECKED


def test_windows_that_hear_less_grow_twice() -> None:
    check = ContextCheck(CHECKED)
    assert not check.compare(["nonsense"], SAID)
    assert check.compare(["nonsense"], SAID)
    assert check.limits is not None
    assert (check.limits.floor, check.limits.pad) == (1500, 2.56)
    assert not check.compare([], SAID)
    assert check.compare([], SAID)
    assert check.limits is None
    assert not check.compare([], SAID)
    assert not check.is_due()


def test_one_difference_among_many_is_forgotten() -> None:
    check = ContextCheck(CHECKED)
    for _ in range(10):
        assert not check.compare(["nonsense"], SAID)
        for _ in range(3):
            assert not check.compare(SAID, SAID)
