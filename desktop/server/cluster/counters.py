"""Counters of the library `limits` that all gateways share: a guesser is locked out everywhere. On the event loop.

Its own storage for Redis makes a connection of its own, which knows other addresses than `address.py`.
"""

import time
from typing import Any

from limits.aio.storage import Storage
from redis.exceptions import RedisError

from desktop.server.cluster import names
from desktop.server.cluster.connection import GONE, closed, opened


class RedisCounters(Storage):
    """url: of Redis. What cannot be counted now raises StorageError."""

    STORAGE_SCHEME = None

    def __init__(self, url: str) -> None:
        super().__init__(wrap_exceptions=True)
        self._redis: Any = opened(url)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return (*GONE, RedisError)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        name = names.counter(key)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(name, 0, ex=expiry, nx=True)  # the window begins with the first, and ends whatever follows
            pipe.incrby(name, amount)
            return int((await pipe.execute())[1])

    async def get(self, key: str) -> int:
        return int(await self._redis.get(names.counter(key)) or 0)

    async def get_expiry(self, key: str) -> float:
        left = await self._redis.pttl(names.counter(key))
        return time.time() + max(0, int(left)) / 1000

    async def check(self) -> bool:
        return bool(await self._redis.ping())

    async def reset(self) -> int | None:
        raise NotImplementedError("others count in it, too")

    async def clear(self, key: str) -> None:
        await self._redis.delete(names.counter(key))

    async def close(self) -> None:
        """When nothing is counted any more."""
        await closed(self._redis)
