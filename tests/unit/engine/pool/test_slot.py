"""Who has the next turn at a model."""

import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.pool.slot import LONGEST_WAIT, Slot
from desktop.engine.requests import Kind
from tests.waiting import wait_until


class Queue:
    """A slot whose thread is held until `go`, on made-up time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ran: list[str] = []
        self._gate = threading.Event()
        self._done = threading.Event()
        self.slot = Slot("test", lambda: self.now)
        held = threading.Event()
        self.slot.submit_once(lambda: (held.set(), self._gate.wait(20)))
        assert held.wait(20)

    def submit(self, owner: object, kind: Kind, name: str) -> None:
        assert self.slot.submit(owner, kind, lambda: self.ran.append(name))

    def go(self) -> list[str]:
        """Let everything run that waits; its order."""
        count = len(self.slot._turns)
        self._gate.set()
        ended = threading.Event()
        self.slot.submit("the last", Kind.PARTIAL, ended.set)
        assert ended.wait(20)
        assert len(self.ran) == count
        self.close()
        return self.ran

    def release(self) -> None:
        """Let what waits run."""
        self._gate.set()

    def close(self) -> None:
        self._gate.set()
        self.slot.close()
        assert self.slot.join(20)


@pytest.fixture
def queue() -> Iterator[Queue]:
    made = Queue()
    yield made
    made.close()


def test_finals_come_first_then_who_waited_longest(queue: Queue) -> None:
    queue.submit("a", Kind.PARTIAL, "a partial")
    queue.submit("b", Kind.PAUSE, "b pause")
    queue.submit("c", Kind.FINAL, "c final")
    queue.submit("d", Kind.FINAL, "d final")
    assert queue.go() == ["c final", "d final", "a partial", "b pause"]


def test_newer_work_of_the_same_owner_takes_the_place_of_the_older(queue: Queue) -> None:
    queue.submit("a", Kind.PARTIAL, "a old")
    queue.submit("b", Kind.PARTIAL, "b")
    queue.submit("a", Kind.PARTIAL, "a new")
    assert queue.go() == ["a new", "b"]


def test_a_partial_that_becomes_a_final_keeps_its_waiting_time(queue: Queue) -> None:
    queue.submit("a", Kind.PARTIAL, "a partial")
    queue.submit("b", Kind.FINAL, "b final")
    queue.submit("a", Kind.FINAL, "a final")
    assert queue.go() == ["a final", "b final"]


def test_who_waited_very_long_is_not_passed_over_for_finals_any_more(queue: Queue) -> None:
    queue.submit("a", Kind.PARTIAL, "a partial")
    queue.now = LONGEST_WAIT
    queue.submit("b", Kind.PARTIAL, "b partial")
    queue.submit("c", Kind.FINAL, "c final")
    assert queue.go() == ["a partial", "c final", "b partial"]


def test_what_is_submitted_once_is_replaced_by_nothing(queue: Queue) -> None:
    for name in ("one", "two"):
        assert queue.slot.submit_once(lambda name=name: queue.ran.append(name))
    assert queue.go() == ["one", "two"]


def test_a_failure_does_not_end_the_slot() -> None:
    slot = Slot("test", lambda: 0.0)
    ended = threading.Event()

    def fail() -> None:
        raise RuntimeError("boom")

    slot.submit_once(fail)
    slot.submit_once(ended.set)
    assert ended.wait(20)
    slot.close()
    assert slot.join(20)


def test_a_closed_slot_takes_nothing_and_drops_what_waits(queue: Queue) -> None:
    queue.submit("a", Kind.FINAL, "a")
    queue.slot.close()
    assert not queue.slot.submit("b", Kind.FINAL, lambda: None)
    queue.close()
    assert queue.ran == []


def test_a_slot_that_nobody_used_has_no_thread() -> None:
    before = threading.active_count()
    slot = Slot("test", lambda: 0.0)
    assert slot.is_idle
    assert threading.active_count() == before
    slot.close()
    assert slot.join(1)


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(list(Kind))), min_size=1, max_size=30))
def test_each_owner_that_waits_has_exactly_one_turn_with_its_newest_work(puts: list[tuple[int, Kind]]) -> None:
    queue = Queue()
    for number, (owner, kind) in enumerate(puts):
        queue.submit(owner, kind, f"{owner}:{number}")
    newest = {owner: f"{owner}:{number}" for number, (owner, _) in enumerate(puts)}
    assert sorted(queue.go()) == sorted(newest.values())


def test_the_order_among_sessions_is_round_robin(queue: Queue) -> None:
    """Each that asks again at once waits behind all others."""
    ended = threading.Event()

    def turn(owner: int) -> Callable[[], None]:
        def run() -> None:
            queue.ran.append(str(owner))
            if len(queue.ran) < 40:
                queue.slot.submit(owner, Kind.PARTIAL, turn(owner))
            else:
                ended.set()

        return run

    for owner in range(8):
        assert queue.slot.submit(owner, Kind.PARTIAL, turn(owner))
    queue.release()
    assert ended.wait(20)
    assert queue.ran[:40] == [str(owner) for owner in range(8)] * 5


def test_several_workers_run_at_a_time_but_never_two_turns_of_one_owner() -> None:
    slot = Slot("test", lambda: 0.0, workers=2)
    together = threading.Barrier(2)
    running: list[str] = []
    most: list[int] = []
    lock = threading.Lock()

    def run(owner: str) -> None:
        with lock:
            assert owner not in running
            running.append(owner)
            most.append(len(running))
        together.wait(5)
        with lock:
            running.remove(owner)

    for _ in range(2):
        for owner in ("a", "b"):
            assert slot.submit(owner, Kind.FINAL, lambda owner=owner: run(owner))  # type: ignore[misc]
        wait_until(lambda: slot.is_idle)
    slot.close()
    assert slot.join(5)
    assert max(most) == 2
    assert len(most) == 4


def test_one_owner_needs_one_worker() -> None:
    slot = Slot("test", lambda: 0.0, workers=4)
    threads: set[int] = set()
    for _ in range(20):
        assert slot.submit("a", Kind.PARTIAL, lambda: threads.add(threading.get_ident()))
        wait_until(lambda: slot.is_idle)
    slot.close()
    assert slot.join(5)
    assert len(threads) == 1
