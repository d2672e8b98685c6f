"""What went wrong on the way to a provider. Pure."""

import socket

from desktop.engine.cloud.errors import Failure


def failure_of(error: BaseException) -> Failure:
    """Of an error of a connection, by what is behind it: libraries put several around it."""
    for one in _behind(error):
        if isinstance(one, socket.gaierror):
            return Failure.NAME
        if isinstance(one, ConnectionRefusedError):
            return Failure.REFUSED
        if isinstance(one, TimeoutError):
            return Failure.STALL
    text = " ".join(str(one) for one in _behind(error)).lower()
    if any(
        mark in text for mark in ("name or service", "name resolution", "nodename", "getaddrinfo", "failed to resolve")
    ):
        return Failure.NAME
    if "refused" in text or "unreachable" in text or "all connection attempts failed" in text:
        return Failure.REFUSED
    if "timed out" in text or "timeout" in text:
        return Failure.STALL
    return Failure.DISCONNECT


def _behind(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        reason = next((argument for argument in one.args if isinstance(argument, BaseException)), None)
        one = one.__cause__ or one.__context__ or reason or getattr(one, "reason", None)
        one = one if isinstance(one, BaseException) else None
    return found
