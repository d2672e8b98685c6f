import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import AudioFrame
from desktop.engine.stages.work_queue import FrameQueue, WorkQueue


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


def test_finals_are_held_back_by_what_they_weigh_but_one_is_taken_whatever_it_weighs() -> None:
    work: WorkQueue[float] = WorkQueue(weight=lambda seconds: seconds, most=30)
    assert work.has_room(100)
    work.put_final(20)
    assert work.has_room(10)
    assert not work.has_room(11)
    work.put_final(10)
    assert work.has_room(0), "what weighs nothing is not held back"
    work.put_final(0)
    assert work.waiting == 30
    assert work.get() == 20
    assert work.waiting == 10
    assert work.has_room(20)


def test_a_writer_that_was_held_back_by_weight_goes_on_when_there_is_room() -> None:
    work: WorkQueue[float] = WorkQueue(weight=lambda seconds: seconds, most=30)
    work.put_final(25)
    writer = threading.Thread(target=lambda: work.put_final(10))
    writer.start()
    writer.join(0.05)
    assert writer.is_alive()
    assert work.get() == 25
    writer.join(5)
    assert not writer.is_alive()
    assert work.get() == 10


def test_a_lower_limit_for_live_audio_drops_nothing_that_waits_but_lets_no_more_wait() -> None:
    frames: FrameQueue[str] = FrameQueue(live_limit=60.0)
    for _ in range(10):
        frames.put(frame(1.0), is_live=True)
    frames.limit_live(3.0)
    assert frames.waiting_seconds == pytest.approx(10.0)
    frames.put(frame(1.0), is_live=True)
    assert (frames.waiting_seconds, frames.dropped_seconds) == (pytest.approx(10.0), pytest.approx(1.0))
    for _ in range(6):
        frames.get()
    frames.put(frame(1.0), is_live=True)
    assert (frames.waiting_seconds, frames.dropped_seconds) == (pytest.approx(4.0), pytest.approx(2.0))
    for _ in range(3):
        frames.get()
    for _ in range(5):
        frames.put(frame(1.0), is_live=True)
    assert frames.waiting_seconds == pytest.approx(3.0)
    frames.limit_live(60.0)
    frames.put(frame(1.0), is_live=True)
    assert frames.waiting_seconds == pytest.approx(4.0)
