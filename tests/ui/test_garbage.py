import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui.runtime.garbage import GarbageCollection


class Ring:
    """Refers to itself: only the collector can free it."""

    def __init__(self) -> None:
        self.self = self
        self.freed_on: list[str] = []
        weakref.finalize(self, lambda told: told.append(threading.current_thread().name), self.freed_on)


@pytest.fixture
def collection() -> Iterator[GarbageCollection]:
    made = GarbageCollection()
    yield made
    made.stop()
    gc.disable()  # as all tests of this folder want it


def test_no_other_thread_frees_what_only_the_collector_can(qtbot: QtBot, collection: GarbageCollection) -> None:
    freed_on = Ring().freed_on
    kept: list[list[int]] = []
    thread = threading.Thread(target=lambda: kept.extend([number] for number in range(50_000)))
    thread.start()
    thread.join()
    assert freed_on == []
    qtbot.waitUntil(lambda: bool(freed_on), timeout=15_000)
    assert freed_on == [threading.current_thread().name]


def test_when_it_ends_python_collects_again() -> None:
    collection = GarbageCollection()
    assert not gc.isenabled()
    collection.stop()
    assert gc.isenabled()
    gc.disable()
