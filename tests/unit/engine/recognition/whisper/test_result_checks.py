"""Which results can stand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.whisper import result_checks as window


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


def test_as_many_tokens_as_can_be_spoken() -> None:
    assert window.most_tokens(0) == 8
    assert window.most_tokens(3 * SAMPLE_RATE) == 32


def test_repetition_compresses() -> None:
    assert window.compression_ratio("") == 0.0
    assert window.compression_ratio("I will go to the school.") < 1.5
    assert window.compression_ratio("and so on " * 20) > 2.4


def test_silence_is_told_by_its_loudest_tenth_of_a_second() -> None:
    audio = np.zeros(3 * SAMPLE_RATE, np.float32)
    assert window.is_silent(audio)
    assert window.is_silent(audio[:0])
    audio[20_000:20_800] = 0.01
    assert not window.is_silent(audio)
    assert not window.is_silent(np.full(50, 0.01, np.float32))
