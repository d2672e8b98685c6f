"""Whether the server may listen where it is told to. Looks names up; on any thread that may wait."""

import socket
from ipaddress import ip_address, ip_network

from desktop.engine.errors import EngineError
from desktop.server.security.options import SecurityOptions
from desktop.server.security.web.origins import normal_origin


def check_address(options: SecurityOptions, *, anyone_may_enter: bool) -> None:
    """At the start, before anything listens. anyone_may_enter: there is a valid token, or an issuer of users.
    Raises EngineError: plaintext or an open door on an address that others reach, or options that contradict."""
    if (options.certificate is None) != (options.key is None):
        raise EngineError("tls-half", code="tls")
    if options.self_signed and options.certificate is not None:
        raise EngineError("tls-both", code="tls")
    for network in options.proxies:
        _check_network(network)
    for origin in options.origins:
        try:
            normal_origin(origin)
        except ValueError:
            raise EngineError("origin-unusable", code="origin", origin=origin) from None
    if is_local(options.address):
        return
    if not options.has_tls:
        raise EngineError("plaintext-refused", code="plaintext", address=options.address)
    if not anyone_may_enter:
        raise EngineError("no-token-made", code="no-token", address=options.address)


def is_local(address: str) -> bool:
    """Whether only programs on this machine reach it. Raises EngineError: nobody knows that name."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        pass
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(address, None)}
    except (OSError, UnicodeError):
        raise EngineError("server-address-unknown", code="address", address=address) from None
    return all(ip_address(one.partition("%")[0]).is_loopback for one in found)


def _check_network(network: str) -> None:
    try:
        found = ip_network(network)
    except ValueError:
        raise EngineError("proxy-network", code="proxy", network=network) from None
    if found.prefixlen == 0:  # then anybody could say that he is anybody
        raise EngineError("proxy-network", code="proxy", network=network)
