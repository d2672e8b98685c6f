"""Counting in windows of time, in a storage that several gateways share, else here. On the event loop.

While the storage does not answer, this gateway counts for itself: a guesser gets its tries again at each, but nobody is
let in uncounted, and nobody is kept out.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")
_PAUSE = 5.0
"""seconds for which a storage that did not answer is not asked"""


class Windows:
    """storage: shared; what it cannot do it raises as StorageError. None: there is none."""

    def __init__(self, storage: Storage | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = storage
        self._here: Storage = MemoryStorage()
        self._clock = clock
        self._asked_again = 0.0

    async def hit(self, item: RateLimitItem, *key: str) -> bool:
        """Count; False: there were too many."""
        return await self._with(lambda storage: FixedWindowRateLimiter(storage).hit(item, *key))

    async def test(self, item: RateLimitItem, *key: str) -> bool:
        """Whether one more may be."""
        return await self._with(lambda storage: FixedWindowRateLimiter(storage).test(item, *key))

    async def get_window_stats(self, item: RateLimitItem, *key: str) -> tuple[float, int]:
        """When the window ends, as time.time has it, and how many more may be."""
        found = await self._with(lambda storage: FixedWindowRateLimiter(storage).get_window_stats(item, *key))
        return found[0], found[1]

    async def keep(self, key: str, seconds: int) -> None:
        """Remember a key for other gateways."""
        if self._shared is not None:
            await self._with(lambda storage: storage.incr(key, seconds))

    async def is_kept(self, key: str) -> bool:
        """Whether one of them remembers it."""
        return self._shared is not None and await self._with(lambda storage: storage.get(key)) > 0

    async def _with(self, ask: Callable[[Storage], Awaitable[_Answer]]) -> _Answer:
        if self._shared is not None and self._clock() >= self._asked_again:
            try:
                return await ask(self._shared)
            except StorageError:
                log.warning("counters that gateways share do not answer; this one counts for itself")
                self._asked_again = self._clock() + _PAUSE
        return await ask(self._here)
