import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.audio.playback.play_queue import PlayQueue
from tests.signals import tone


@given(
    pieces=st.lists(st.integers(0, 300), max_size=8),
    reads=st.lists(st.integers(1, 250), min_size=1, max_size=20),
)
def test_all_that_goes_in_comes_out_once_and_in_order(pieces: list[int], reads: list[int]) -> None:
    audio = np.arange(1, sum(pieces) + 1, dtype=np.float32)
    queue, at = PlayQueue(1000), 0
    for size in pieces:
        queue.add(audio[at : at + size])
        at += size
    assert queue.seconds == len(audio) / 1000
    heard = np.concatenate([queue.read(count) for count in reads])
    expected = np.zeros(len(heard), np.float32)
    expected[: min(len(audio), len(heard))] = audio[: len(heard)]
    assert np.array_equal(heard, expected)


def test_clear_fades_within_five_milliseconds() -> None:
    queue = PlayQueue(48_000)
    queue.add(np.ones(48_000, np.float32))
    queue.read(480)
    queue.clear()
    tail = queue.read(480)
    assert queue.seconds == 0
    assert not np.any(tail[240:])
    assert np.max(np.abs(np.diff(np.concatenate((np.ones(1), tail))))) < 0.01


def test_what_is_added_after_clear_is_heard() -> None:
    queue = PlayQueue(48_000)
    queue.add(np.ones(48_000, np.float32))
    queue.clear()
    queue.add(np.full(480, 0.5, np.float32))
    heard = np.concatenate([queue.read(480) for _ in range(3)])
    assert np.count_nonzero(heard == 0.5) >= 479


def test_volume_changes_without_a_click() -> None:
    queue = PlayQueue(48_000)
    queue.add(tone(1, 440, 48_000, 1.0))
    queue.read(480)
    queue.volume = 0.0
    first, second = queue.read(480), queue.read(480)
    assert np.any(first)
    assert np.max(np.abs(np.diff(first))) < 0.07
    assert not np.any(second)


def test_an_empty_queue_is_silent() -> None:
    queue = PlayQueue(16_000)
    assert not np.any(queue.read(160))
    assert queue.seconds == pytest.approx(0)
