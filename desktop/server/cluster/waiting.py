"""What a gateway knows of the requests that nobody has answered, and of its streams. On the event loop."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from desktop.engine.remote.deltas import Sent
from desktop.server.brokers.base import Begin, Begun
from desktop.server.cluster.jobs import Job


@dataclass(slots=True, eq=False)
class Waiting:
    """A request that nobody has answered."""

    job: Job
    future: "asyncio.Future[Any]"
    begin: Begin
    put: float
    """when it was last put into the queue, or taken"""
    number: int
    entry: bytes | str = b""
    """its id in the queue; empty: Redis has not said that it took it"""
    begun: Begun | None = None
    is_begun: bool = False
    takes: int = 0
    worker: str = ""
    """who took it last"""


@dataclass(slots=True)
class Client:
    """A stream of this gateway."""

    sent: Sent = field(default_factory=Sent)
    """its audio in Redis"""
    keys: dict[int, int] = field(default_factory=dict)
    """the number under which each of its places stands there. What is begun anew gets a new one: were it written over
    something older, a Redis that forgot the newest would give a mixture of both"""
    last: int = 0


def only(entry: bytes | str) -> tuple[bytes | str, bytes | str]:
    """The range that holds just this entry; none, if it is not known."""
    return entry or b"0-1", entry or b"0-1"


def settle(future: "asyncio.Future[Any]", answer: Any) -> None:
    if not future.done():
        future.set_result(answer)
