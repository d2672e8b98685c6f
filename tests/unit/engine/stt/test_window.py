"""How much context a window gets, and which results can stand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE
from desktop.engine.stt import window


@given(st.integers(0, 31 * SAMPLE_RATE))
def test_contexts_hold_the_audio_and_grow(samples: int) -> None:
    sizes = window.contexts(samples, short=True)
    assert list(sizes) == sorted(set(sizes))
    assert sizes[-1] == window.FRAMES
    assert sizes[0] >= 500
    assert sizes[0] * window.HOP >= min(samples + 1.28 * SAMPLE_RATE, window.FRAMES * window.HOP) - window.HOP
    assert window.contexts(samples, short=False) == (window.FRAMES,)


def test_short_context_is_short() -> None:
    assert window.contexts(3 * SAMPLE_RATE, short=True) == (500, 1500, 3000)
    assert window.contexts(10 * SAMPLE_RATE, short=True) == (1200, 1500, 3000)
    assert window.contexts(29 * SAMPLE_RATE, short=True) == (3000,)


def test_short_context_has_silence_behind_the_audio() -> None:
    audio = np.ones(SAMPLE_RATE, np.float32)
    assert len(window.padded(audio, 500)) == round(2.28 * SAMPLE_RATE)
    assert len(window.padded(audio, window.FRAMES)) == SAMPLE_RATE
    assert len(window.padded(np.ones(40 * SAMPLE_RATE, np.float32), window.FRAMES)) == 30 * SAMPLE_RATE


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        ([], []),
        ([1, 2, 3], [1, 2, 3]),
        ([4] * 6, [4] * 6),
        ([4] * 7, [4]),
        ([9, *[4] * 20, 5], [9, 4]),
        ([1, 2] * 4, [1, 2] * 4),
        ([1, 2] * 5, [1, 2]),
        ([7, *[1, 2, 3] * 4], [7, 1, 2, 3]),
        ([1, 2, 3] * 3, [1, 2, 3] * 3),
    ],
)
def test_loops(tokens: list[int], kept: list[int]) -> None:
    assert window.without_loops(tokens) == kept


@given(st.lists(st.integers(0, 3), max_size=60))
def test_without_loops_is_a_beginning(tokens: list[int]) -> None:
    kept = window.without_loops(tokens)
    assert tokens[: len(kept)] == kept


def test_what_is_trusted() -> None:
    text, tokens = "I will go to the school.", list(range(7))
    assert window.is_trusted(text, tokens, -0.2, 30)
    assert not window.is_trusted(text, tokens, -1.2, 30)
    assert not window.is_trusted(text, tokens, -0.2, 7)
    assert not window.is_trusted("and so " * 40, list(range(90)), -0.2, 100)
    assert not window.is_trusted("no no no no no no no", [5] * 7, -0.2, 100)


def test_no_speech_needs_doubt_about_the_words() -> None:
    assert window.is_no_speech(0.9, -1.5)
    assert not window.is_no_speech(0.9, -0.2)
    assert not window.is_no_speech(0.1, -1.5)


def test_a_prompt_is_doubted_earlier_for_a_final() -> None:
    assert window.may_be_confused(-0.6, trusted=True, is_final=True)
    assert not window.may_be_confused(-0.6, trusted=True, is_final=False)
    assert window.may_be_confused(-0.1, trusted=False, is_final=False)


def test_silence_is_told_by_its_loudest_tenth_of_a_second() -> None:
    audio = np.zeros(3 * SAMPLE_RATE, np.float32)
    assert window.is_silent(audio)
    assert window.is_silent(audio[:0])
    audio[20_000:20_800] = 0.01
    assert not window.is_silent(audio)
    assert not window.is_silent(np.full(50, 0.01, np.float32))
