"""Counters that gateways share, and what a gateway does while they do not answer."""

import asyncio
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.errors import StorageError

from desktop.server.security.windows import Windows

ITEM = RateLimitItemPerMinute(2)


class Storage(MemoryStorage):
    """One that may be away."""

    STORAGE_SCHEME = ["async+away"]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.asked = 0

    async def incr(self, *args: Any, **more: Any) -> int:
        self._look()
        return await super().incr(*args, **more)

    async def get(self, key: str) -> int:
        self._look()
        return await super().get(key)

    def _look(self) -> None:
        self.asked += 1
        if self.is_away:
            raise StorageError(ConnectionError())


def test_what_one_counts_the_other_knows() -> None:
    async def run() -> None:
        storage = Storage()
        first, second = Windows(storage), Windows(storage)
        assert await first.hit(ITEM, "a")
        assert await second.hit(ITEM, "a")
        assert not await first.test(ITEM, "a")
        assert not await second.hit(ITEM, "a")
        assert (await first.get_window_stats(ITEM, "a"))[1] == 0
        await first.keep("known", 60)
        assert await second.is_kept("known")
        assert not await second.is_kept("unknown")

    asyncio.run(run())


def test_while_they_do_not_answer_each_counts_for_itself() -> None:
    async def run() -> None:
        now = 0.0
        storage = Storage()
        windows = Windows(storage, lambda: now)
        storage.is_away = True
        assert await windows.hit(ITEM, "a")
        assert await windows.hit(ITEM, "a")
        assert not await windows.test(ITEM, "a")
        assert storage.asked == 1  # it is not waited for each time
        storage.is_away, now = False, 6.0
        assert await windows.hit(ITEM, "a")
        assert storage.asked > 1

    asyncio.run(run())


def test_alone_nothing_is_kept_for_others() -> None:
    async def run() -> None:
        windows = Windows()
        await windows.keep("known", 60)
        assert not await windows.is_kept("known")

    asyncio.run(run())
