"""Counting: wrong credentials until an address or a token is locked out, and requests. On the event loop.

The counters are those of the library `limits`; in memory, or in a storage that several gateways share. Who has been
let in from an address lately is let in again while that address, or that token, is locked out: nobody can lock out
others.
"""

import time
from collections import OrderedDict
from hashlib import sha256

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import Storage

from desktop.server.security.limits import ServerLimits
from desktop.server.security.web.refusal import Refused
from desktop.server.security.web.requests import counted_as
from desktop.server.security.windows import Windows

_REMEMBERED = 4096
"""of those who were let in lately"""
_STAYS = 12 * 3600
"""seconds for which other gateways know of them"""


class Attempts:
    """All the counters of a server."""

    def __init__(self, limits: ServerLimits, storage: Storage | None = None) -> None:
        # A window begins with the first that is counted, so that a lock-out has an end that failing on does not move.
        self._windows = Windows(storage)
        self._failures = RateLimitItemPerSecond(limits.failures, limits.failure_seconds, "failures")
        self._rooms = RateLimitItemPerSecond(limits.room_failures, limits.failure_seconds, "rooms")
        self._by_address = RateLimitItemPerMinute(limits.address_requests_per_minute, 1, "address")
        self._by_principal = RateLimitItemPerMinute(limits.requests_per_minute, 1, "principal")
        self._notes = RateLimitItemPerMinute(limits.refusals_noted_per_minute, 1, "notes")
        self._let_in: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    async def request_from(self, address: str) -> None:
        """Count a request. Raises Refused, 429, if there were too many from there."""
        await self._count(self._by_address, counted_as(address))

    async def request_of(self, principal: str) -> None:
        """The same for a principal."""
        await self._count(self._by_principal, principal)

    async def check(self, address: str, prefix: str, digest: bytes) -> None:
        """Before a credential is looked at. Raises Refused, 429, while the address or the token is locked out.

        prefix: what may be seen of the token; empty: it is none of ours. digest: SHA-256 of the credential."""
        if (counted_as(address), digest) in self._let_in or await self._windows.is_kept(_kept_as(address, digest)):
            return
        for key in self._keys(address, prefix):
            await self._check(self._failures, *key)

    async def failed(self, address: str, prefix: str) -> bool:
        """Count a wrong credential. Returns whether it was the one too many, so that from now on it is locked out."""
        is_last = False
        for key in self._keys(address, prefix):
            await self._windows.hit(self._failures, *key)
            _, left = await self._windows.get_window_stats(self._failures, *key)
            is_last = is_last or left == 0
        return is_last

    async def check_room(self, address: str) -> None:
        """Before a room's code is looked at. Raises Refused, 429, while the address is locked out."""
        await self._check(self._rooms, counted_as(address))

    async def failed_room(self, address: str) -> bool:
        """Count a wrong code of a room. Returns whether it was the one too many."""
        await self._windows.hit(self._rooms, counted_as(address))
        _, left = await self._windows.get_window_stats(self._rooms, counted_as(address))
        return left == 0

    async def succeeded(self, address: str, digest: bytes) -> None:
        """Remember who was let in, for all gateways. Failures stay counted: a guest could clear those of his neighbour
        else."""
        key = (counted_as(address), digest)
        if key not in self._let_in:
            await self._windows.keep(_kept_as(address, digest), _STAYS)
        self._let_in[key] = None
        self._let_in.move_to_end(key)
        if len(self._let_in) > _REMEMBERED:
            self._let_in.popitem(last=False)

    async def notes_left(self, address: str) -> int:
        """Count a refusal that is to be noted; returns how many more may be in this minute, -1 if this one may not:
        a million entries would fill the disk."""
        who = counted_as(address)
        if not await self._windows.hit(self._notes, who):
            return -1
        _, left = await self._windows.get_window_stats(self._notes, who)
        return left

    async def _check(self, item: RateLimitItemPerSecond, *key: str) -> None:
        if not await self._windows.test(item, *key):
            ends, _ = await self._windows.get_window_stats(item, *key)
            raise Refused("locked-out", status=429, code="locked-out", after=_from_now(ends))

    def _keys(self, address: str, prefix: str) -> list[tuple[str, str]]:
        keys = [("from", counted_as(address))]
        return [*keys, ("token", prefix)] if prefix else keys

    async def _count(self, item: RateLimitItemPerMinute, who: str) -> None:
        if not await self._windows.hit(item, who):
            ends, _ = await self._windows.get_window_stats(item, who)
            raise Refused("too-many-requests", status=429, code="too-many-requests", after=_from_now(ends))


def _kept_as(address: str, digest: bytes) -> str:
    return f"let-in/{counted_as(address)}/{sha256(digest).hexdigest()}"


def _from_now(ends: float) -> float:
    """Seconds until then."""
    return max(1.0, ends - time.time())
