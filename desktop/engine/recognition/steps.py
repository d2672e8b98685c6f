"""Signs of life of a decoding: whoever runs it says which step begins, and how much there is to do in it.

A decoding takes a fraction of a second or, where its result is doubted, several; each of its steps has a cost that can
be told before. So a watchdog looks at the steps. Each thread has its own listener.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

_local = threading.local()


@dataclass(slots=True)
class Step:
    """A part of a decoding."""

    kind: str
    """what is done: times of the same kind are compared"""
    size: float
    """how much there may be to do; its time grows in proportion"""


class StepListener(Protocol):
    """Gets the steps of the decodings on one thread."""

    def begins(self, step: Step) -> None: ...
    def ended(self, step: Step) -> None:
        """`size` is now how much there was."""


@contextmanager
def listening(listener: StepListener) -> Iterator[None]:
    """Tell the listener of the steps on this thread."""
    before = getattr(_local, "listener", None)
    _local.listener = listener
    try:
        yield
    finally:
        _local.listener = before


@contextmanager
def step(kind: str, size: float) -> Iterator[Step]:
    """A step of a decoding on this thread. What is done in it may set `size` to how much there was."""
    one = Step(kind, size)
    listener: StepListener | None = getattr(_local, "listener", None)
    if listener is not None:
        listener.begins(one)
    yield one
    if listener is not None:
        listener.ended(one)
