import threading

import pytest

from desktop.engine.live.fair_lock import FairLock
from tests.waiting import let_pass


def test_who_waits_has_it_before_the_thread_that_just_gave_it_back() -> None:
    lock = FairLock()
    turns: list[str] = []
    arrived = threading.Event()

    def wait_for_it() -> None:
        arrived.set()
        with lock:
            turns.append("who waited")

    waiting = threading.Thread(target=wait_for_it)
    with lock:
        waiting.start()
        assert arrived.wait(10)
        let_pass(0.05)  # it stands at the lock now
    with lock:
        turns.append("again")
    waiting.join(10)
    assert turns == ["who waited", "again"]


def test_it_is_given_back_after_an_error() -> None:
    lock = FairLock()
    for _ in range(2):
        with pytest.raises(RuntimeError), lock:
            raise RuntimeError("boom")
