"""The event loop that engines talk on: one thread for all of them, while any needs it."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_JOIN, _WIND_UP = 2.0, 0.5
"""seconds"""


class CloudLoop:
    """Any thread, but not that of the loop itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: set[object] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def enter(self, user: object) -> None:
        """Somebody needs it; again by the same one means nothing."""
        with self._lock:
            self._users.add(user)
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), name="parley-cloud", daemon=True)
                self._thread.start()

    def leave(self, user: object) -> None:
        """Needed no more by that one; the thread ends with the last. Idempotent."""
        with self._lock:
            self._users.discard(user)
            if self._users or self._loop is None:
                return
            loop, self._loop = self._loop, None
            thread, self._thread = self._thread, None
            loop.call_soon_threadsafe(loop.stop)
        assert thread is not None
        thread.join(_JOIN)

    def start(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run it there. Between `enter` and `leave` only."""
        loop = self._loop
        if loop is None:
            coroutine.close()
            raise RuntimeError("the loop is not entered")
        return asyncio.run_coroutine_threadsafe(coroutine, loop)

    def soon(self, call: Any, *arguments: Any) -> None:
        """Call it there; nothing happens once the loop has ended."""
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(call, *arguments)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(_wind_up())
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _wind_up() -> None:
    """End what still runs, and let connections close."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        if not task.cancelling():  # else it is about to close its connection
            task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_WIND_UP)
    for _ in range(3):  # what tasks closed is closed in the loop's next rounds
        await asyncio.sleep(0)


LOOP = CloudLoop()
