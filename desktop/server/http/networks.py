"""Where others in the same network reach this machine. Any thread."""

import contextlib
import ipaddress
import socket
from collections.abc import Iterable

from desktop.engine.errors import EngineError


def network_address() -> str:
    """The address of this machine in its network (IPv4). Nothing is sent. Raises EngineError: it is in none."""
    import psutil

    stands = psutil.net_if_stats()
    found = [
        one.address
        for name, there in psutil.net_if_addrs().items()
        if name in stands and stands[name].isup
        for one in there
        if one.family == socket.AF_INET
    ]
    best = best_address(found, _routed())
    if best is None:
        raise EngineError("sharing-no-network", code="address")
    return best


def best_address(addresses: Iterable[str], routed: str | None) -> str | None:
    """Which of a machine's addresses others in its network reach: the private one over which it reaches the rest of the
    world, else another private one (there is a network without a way out), else that public one. Pure.

    routed: the address over which it reaches the rest of the world."""
    usable = [one for one in addresses if _is_usable(one)]
    private = [one for one in usable if ipaddress.ip_address(one).is_private]
    if routed in private or (routed in usable and not private):
        return routed
    return private[0] if private else None


def _is_usable(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return not (found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast)


def _routed() -> str | None:
    """The system is asked for the way to an address of a documentation's example; a datagram's socket sends nothing
    for that."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("203.0.113.1", 9))
        return str(asking.getsockname()[0])
    return None
