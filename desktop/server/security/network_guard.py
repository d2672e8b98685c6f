"""The door of protocols that know neither tokens nor encryption, such as Wyoming: whoever is at an allowed address
comes in, within the limits that hold for everybody. On the event loop."""

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from desktop.engine.errors import EngineError
from desktop.server.database.audit import Entry, Event
from desktop.server.security.attempts import Attempts
from desktop.server.security.limits import Seats, ServerLimits
from desktop.server.security.notes import Notes
from desktop.server.security.principal import LOCAL
from desktop.server.security.web.refusal import Refused
from desktop.server.security.web.requests import address_of, counted_as, is_loopback

Network = IPv4Network | IPv6Network


def is_allowed(address: str, networks: Sequence[Network]) -> bool:
    """Whether a client of this address may connect: from this machine, or from one of the networks. Pure."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return mapped.is_loopback or any(mapped in network for network in networks)


@dataclass(slots=True)
class Visit:
    """A connection that was let in. principal: the id of whoever it is; reason: why it ended, as a code, for the audit
    log; empty: nothing special."""

    principal: str
    reason: str = ""


class NetworkGuard:
    """networks: whose clients may connect besides those of this machine. protocol: as the audit log calls it."""

    def __init__(
        self, networks: Sequence[Network], limits: ServerLimits, attempts: Attempts, notes: Notes, protocol: str
    ) -> None:
        self._networks = networks
        self._seats = Seats(limits)
        self._attempts = attempts
        self._notes = notes
        self._protocol = protocol

    @contextlib.asynccontextmanager
    async def visit(self, peer: Any) -> AsyncIterator[Visit]:
        """A connection, as long as it lasts; it stands in the audit log with its seconds. peer: (address, port) as a
        socket says it, or None. Raises EngineError: it is not let in, and that is noted, too."""
        address = address_of({"client": peer})
        principal = LOCAL.id if is_loopback(address) else f"address:{counted_as(address)}"
        about = Entry(Event.REFUSED, datetime.now(UTC), address=address, protocol=self._protocol)
        try:
            await self._check(address)
            self._seats.take(principal)
        except EngineError as error:
            await self._notes.refused(about, error)
            raise
        about = replace(about, principal=principal)
        began, visit = time.monotonic(), Visit(principal, "failed")
        try:
            await self._notes.keep(replace(about, event=Event.OPENED))
            yield visit
        finally:
            self._seats.give(principal)
            await self._notes.ended(about, Event.CLOSED, visit.reason, began)

    async def _check(self, address: str) -> None:
        if not is_allowed(address, self._networks):
            raise Refused("address-refused", status=403, code="address", address=address)
        if not is_loopback(address):
            await self._attempts.request_from(address)
