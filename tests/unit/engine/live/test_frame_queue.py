import queue as queues
import threading
import time

import numpy as np
import pytest

from desktop.engine.events import AudioFrame
from desktop.engine.live.frame_queue import FrameQueue

CLOCK = time.monotonic


def queue(**limits: float) -> FrameQueue[str]:
    return FrameQueue(CLOCK, lambda: None, **limits)


def taken(frames: FrameQueue[str]) -> tuple[AudioFrame | str, float]:
    item = frames.take()
    assert item is not None
    return item


def frame(seconds: float, value: float = 0.0) -> AudioFrame:
    return AudioFrame(np.full(int(seconds * 16_000), value, np.float32), 0.0, "test")


def test_live_audio_that_nobody_takes_is_dropped_oldest_first_and_counted() -> None:
    frames: FrameQueue[str] = queue(live_limit=1.0)
    for value in range(5):
        frames.put(frame(0.5, value), is_live=True)
    frames.put_mark("end")
    assert frames.dropped_seconds == pytest.approx(1.5)
    assert frames.waiting_seconds == pytest.approx(1.0)
    first, _ = taken(frames)
    assert isinstance(first, AudioFrame)
    assert first.samples[0] == 3
    taken(frames)
    assert taken(frames)[0] == "end"


def test_a_mark_survives_when_audio_before_it_is_dropped() -> None:
    frames: FrameQueue[str] = queue(live_limit=1.0)
    frames.put_mark("end")
    frames.put(frame(1.0), is_live=True)
    frames.put(frame(1.0), is_live=True)
    assert taken(frames)[0] == "end"


def test_a_patient_source_waits_and_loses_nothing() -> None:
    told: queues.SimpleQueue[None] = queues.SimpleQueue()
    frames: FrameQueue[str] = FrameQueue(CLOCK, lambda: told.put(None), patient_limit=1.0)

    def put() -> None:
        for _ in range(10):
            frames.put(frame(0.5), is_live=False)

    thread = threading.Thread(target=put)
    thread.start()
    taken = []
    while len(taken) < 10:
        told.get(timeout=5)
        while (item := frames.take()) is not None:
            taken.append(item)
    thread.join(5)
    assert frames.dropped_seconds == 0


def test_a_closed_queue_gives_and_takes_nothing() -> None:
    frames = queue()
    frames.put(frame(1.0), is_live=True)
    frames.close()
    frames.put(frame(1.0), is_live=True)
    assert frames.take() is None
    assert frames.waiting_seconds == 0


def test_whoever_takes_is_told_that_there_is_something_to_take() -> None:
    told: list[bool] = []
    frames: FrameQueue[str] = FrameQueue(CLOCK, lambda: told.append(True))
    frames.put(frame(1.0), is_live=True)
    frames.put_mark("end")
    assert len(told) == 2


def test_a_source_that_waits_is_let_go_when_its_audio_is_not_wanted_any_more() -> None:
    frames: FrameQueue[str] = queue(patient_limit=1.0)
    wanted = True
    frames.put(frame(1.0), is_live=False)
    source = threading.Thread(target=lambda: frames.put(frame(1.0), is_live=False, is_wanted=lambda: wanted))
    source.start()
    wanted = False
    frames.wake()
    source.join(5)
    assert not source.is_alive()
    assert frames.waiting_seconds == pytest.approx(1.0)


def test_a_lower_limit_for_live_audio_drops_nothing_that_waits_but_lets_no_more_wait() -> None:
    frames: FrameQueue[str] = queue(live_limit=60.0)
    for _ in range(10):
        frames.put(frame(1.0), is_live=True)
    frames.limit_live(3.0)
    assert frames.waiting_seconds == pytest.approx(10.0)
    frames.put(frame(1.0), is_live=True)
    assert (frames.waiting_seconds, frames.dropped_seconds) == (pytest.approx(10.0), pytest.approx(1.0))
    for _ in range(6):
        taken(frames)
    frames.put(frame(1.0), is_live=True)
    assert (frames.waiting_seconds, frames.dropped_seconds) == (pytest.approx(4.0), pytest.approx(2.0))
    for _ in range(3):
        taken(frames)
    for _ in range(5):
        frames.put(frame(1.0), is_live=True)
    assert frames.waiting_seconds == pytest.approx(3.0)
    frames.limit_live(60.0)
    frames.put(frame(1.0), is_live=True)
    assert frames.waiting_seconds == pytest.approx(4.0)
