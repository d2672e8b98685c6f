"""An event loop whose clock jumps to whatever is due next, and places: all that a machine does dies with it."""

import asyncio
import contextvars
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class Standstill(AssertionError):
    """Everything waits for something that never happens."""


class _Selector(selectors.SelectSelector):
    """Waits for nothing: the clock goes on instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Standstill
        self.now += max(0.0, timeout)
        return []


_place: contextvars.ContextVar["Place | None"] = contextvars.ContextVar("place", default=None)


class Place:
    """A machine, or a program on it: what is begun in it is cancelled when it is killed."""

    def __init__(self) -> None:
        self.is_dead = False
        self.tasks: dict[asyncio.Task[Any], None] = {}
        """in the order in which they were begun: what happens must not depend on addresses in memory"""

    def begin(self, doing: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run it here."""
        context = contextvars.copy_context()
        context.run(_place.set, self)
        return asyncio.get_running_loop().create_task(doing, context=context)

    def kill(self) -> None:
        """At once, as SIGKILL: what is done on the way out reaches nobody."""
        self.is_dead = True
        for task in tuple(self.tasks):
            task.cancel()


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its time begins at 0."""

    def __init__(self) -> None:
        self._simulated = _Selector()
        super().__init__(self._simulated)
        self.set_task_factory(_made)

    def time(self) -> float:
        return self._simulated.now


def _made(loop: Any, doing: Any, **options: Any) -> "asyncio.Task[Any]":
    task = asyncio.Task(doing, loop=loop, **options)
    context = options.get("context")
    place = context.get(_place) if context is not None else _place.get()
    if place is not None:
        place.tasks[task] = None
        task.add_done_callback(lambda done: place.tasks.pop(done, None))
    return task


def simulate(scene: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Run it; gives the seconds that it would have taken."""
    loop = SimulatedLoop()
    try:
        loop.run_until_complete(scene())
        return loop.time()
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop), return_exceptions=True))
        loop.close()
