import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import AudioFrame
from desktop.engine.work_queue import FrameQueue, WorkQueue


def frame(seconds: float, value: float = 0.0) -> AudioFrame:
    return AudioFrame(np.full(int(seconds * 16_000), value, np.float32), 0.0, "test")


def test_a_newer_partial_replaces_the_waiting_one() -> None:
    work: WorkQueue[str] = WorkQueue()
    work.put_partial("old")
    work.put_partial("new")
    assert work.get() == "new"
    assert work.coalesced == 1
    assert len(work) == 0


def test_finals_come_first_in_order_and_supersede_the_partial_before_them() -> None:
    work: WorkQueue[str] = WorkQueue()
    work.put_final("final 1")
    work.put_partial("partial 2")
    work.put_final("final 2")
    work.put_partial("partial 3")
    assert [work.get() for _ in range(3)] == ["final 1", "final 2", "partial 3"]


@given(st.lists(st.tuples(st.booleans(), st.integers())))
def test_no_final_is_ever_lost(puts: list[tuple[bool, int]]) -> None:
    work: WorkQueue[tuple[bool, int]] = WorkQueue(limit=1000)
    for is_final, number in puts:
        (work.put_final if is_final else work.put_partial)((is_final, number))
    taken = [work.get() for _ in range(len(work))]
    assert [item for item in taken if item and item[0]] == [item for item in puts if item[0]]
    assert sum(1 for item in taken if item and not item[0]) <= 1


def test_a_full_queue_holds_the_stage_before_it_back() -> None:
    work: WorkQueue[int] = WorkQueue(limit=1)
    work.put_final(1)
    done = threading.Event()

    def put() -> None:
        work.put_final(2)
        done.set()

    thread = threading.Thread(target=put)
    thread.start()
    assert not done.wait(0.05)
    assert work.get() == 1
    assert done.wait(5)
    thread.join()
    assert work.get() == 2


def test_a_closed_queue_ends_its_reader_and_lets_writers_go() -> None:
    work: WorkQueue[int] = WorkQueue(limit=1)
    work.put_final(1)
    writer = threading.Thread(target=lambda: work.put_final(2))
    writer.start()
    work.close()
    writer.join(5)
    assert not writer.is_alive()
    work.close()
    assert work.get() is None


def test_live_audio_that_nobody_takes_is_dropped_oldest_first_and_counted() -> None:
    frames: FrameQueue[str] = FrameQueue(live_limit=1.0)
    for value in range(5):
        frames.put(frame(0.5, value), is_live=True)
    frames.put_mark("end")
    assert frames.dropped_seconds == pytest.approx(1.5)
    assert frames.waiting_seconds == pytest.approx(1.0)
    first, _ = frames.get()
    assert isinstance(first, AudioFrame)
    assert first.samples[0] == 3
    frames.get()
    assert frames.get()[0] == "end"


def test_a_mark_survives_when_audio_before_it_is_dropped() -> None:
    frames: FrameQueue[str] = FrameQueue(live_limit=1.0)
    frames.put_mark("end")
    frames.put(frame(1.0), is_live=True)
    frames.put(frame(1.0), is_live=True)
    assert frames.get()[0] == "end"


def test_a_patient_source_waits_and_loses_nothing() -> None:
    frames: FrameQueue[str] = FrameQueue(patient_limit=1.0)

    def put() -> None:
        for _ in range(10):
            frames.put(frame(0.5), is_live=False)

    thread = threading.Thread(target=put)
    thread.start()
    taken = [frames.get() for _ in range(10)]
    thread.join(5)
    assert len(taken) == 10
    assert frames.dropped_seconds == 0


def test_reading_a_closed_queue_says_so() -> None:
    frames: FrameQueue[str] = FrameQueue()
    frames.close()
    with pytest.raises(EOFError):
        frames.get()


def test_a_source_that_waits_is_let_go_when_its_audio_is_not_wanted_any_more() -> None:
    frames: FrameQueue[str] = FrameQueue(patient_limit=1.0)
    wanted = True
    frames.put(frame(1.0), is_live=False)
    source = threading.Thread(target=lambda: frames.put(frame(1.0), is_live=False, is_wanted=lambda: wanted))
    source.start()
    wanted = False
    frames.wake()
    source.join(5)
    assert not source.is_alive()
    assert frames.waiting_seconds == pytest.approx(1.0)
