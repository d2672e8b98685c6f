"""The one way in which tests wait for what threads, other programs or the clock do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float = 20, *, every: float = 0.01) -> T:
    """Poll until `condition()` is something true, at most so many seconds; returns what it was last: assert it."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(every)


def let_pass(seconds: float) -> None:
    """Wait for a stretch of time: where it is shown that nothing happens within it, or what is used up in it."""
    wait_until(lambda: False, seconds)
