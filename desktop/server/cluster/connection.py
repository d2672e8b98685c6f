"""Redis, as gateways and workers use it. On the event loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis, RedisCluster, Sentinel, SSLConnection
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import parse_url
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    AuthenticationError,
    ClusterError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from desktop.engine.errors import EngineError
from desktop.engine.requests import Stage
from desktop.server.cluster.address import Address, Layout, read, shown
from desktop.server.cluster.names import QUEUES

log = logging.getLogger(__name__)

GONE = (RedisConnectionError, RedisTimeoutError, ClusterError, RedisClusterException, ReadOnlyError, OSError)
"""Redis does not answer, or another server is about to take its place; it may again"""
_CHECKED = 10
"""seconds after which a connection that was not used is tried before it is used"""
_AGAIN = 0.5
"""seconds until a loop that lost Redis looks for it again"""


def opened(url: str) -> "Redis":
    """Connections as they are needed; nothing is connected yet. url: as `address.py` has it. Raises EngineError.

    The type is that of one server: what is used of it is the same for the others."""
    options: dict[str, Any] = {
        "socket_connect_timeout": 2.0,
        "socket_timeout": 5.0,
        "health_check_interval": _CHECKED,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), 2),
    }
    try:
        address = read(url)
        if address.layout is Layout.ONE:
            return Redis.from_url(url, **options)
        options |= _of_url(address)
        return _behind_sentinels(address, options) if address.layout is Layout.SENTINEL else _cluster(address, options)
    except (ValueError, TypeError):
        raise EngineError("redis-url-wrong", code="redis") from None


def _of_url(address: Address) -> dict[str, Any]:
    """What a URL says of each connection, whatever the host."""
    said: dict[str, Any] = dict(parse_url(address.url))
    is_secure = said.pop("connection_class", None) is SSLConnection
    for name in ("host", "port"):
        said.pop(name, None)
    return said | ({"ssl": True} if is_secure else {})


def _behind_sentinels(address: Address, options: dict[str, Any]) -> "Redis":
    # Sentinels have no databases; name and password are taken to be the same.
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        address.hosts, sentinel_kwargs={name: value for name, value in options.items() if name != "db"}, **options
    )
    return sentinels.master_for(address.service)  # type: ignore[no-any-return]


def _cluster(address: Address, options: dict[str, Any]) -> "Redis":
    nodes = [ClusterNode(host, port) for host, port in address.hosts]
    cluster: Any = RedisCluster(startup_nodes=nodes, **{k: v for k, v in options.items() if k != "db"})
    return cluster  # type: ignore[no-any-return]


def is_cluster(redis: "Redis") -> bool:
    """Whether it is several servers, each with a part of the keys."""
    return isinstance(redis, RedisCluster)


async def closed(redis: "Redis") -> None:
    """Close every connection, also those of calls that were cancelled. Redis may be away."""
    try:
        if not is_cluster(redis):
            await redis.connection_pool.disconnect(inuse_connections=True)
        await redis.aclose()
        if not is_cluster(redis) and isinstance(pool := redis.connection_pool, SentinelConnectionPool):
            for sentinel in pool.sentinel_manager.sentinels:
                await sentinel.connection_pool.disconnect(inuse_connections=True)
                await sentinel.aclose()
    except (*GONE, RedisError):
        log.info("a connection to Redis was not closed in order")


async def check(redis: "Redis", url: str) -> None:
    """Raises EngineError, with a sentence that says what to do."""
    try:
        await redis.ping()
    except AuthenticationError:
        raise EngineError("redis-refused", code="redis", address=shown(url)) from None
    except (*GONE, RedisError):
        raise EngineError("redis-silent", code="redis", address=shown(url)) from None


async def make_groups(redis: "Redis") -> None:
    """The queues and their groups, where they are missing: a scaler that meets none would scale for ever."""
    for queue in QUEUES.values():
        for stream in (queue.finals, queue.partials):
            try:
                await redis.xgroup_create(stream, queue.group, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise


async def lag(redis: "Redis") -> int:
    """Jobs that wait or are worked on, of all stages."""
    async with redis.pipeline(transaction=False) as pipe:
        for queue in QUEUES.values():
            # Jobs are deleted when they are answered, so what is there waits or is worked on.
            pipe.xlen(queue.finals)
            pipe.xlen(queue.partials)
        return sum(int(one) for one in await pipe.execute())


async def keep_on(name: str, loop: Callable[[], Awaitable[None]], redis: "Redis") -> None:
    """Run a loop for ever: again when Redis was away, or had forgotten the queues."""
    while True:
        try:
            await loop()
        except GONE:
            log.warning("%s: Redis does not answer", name)
            await asyncio.sleep(_AGAIN)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                log.exception("%s failed", name)
            await asyncio.sleep(_AGAIN)
            await _quietly(make_groups(redis))
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("%s failed", name)
            await asyncio.sleep(_AGAIN)


async def ended(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks, and wait for their end; how they ended is of no interest."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            # Said again, since it is lost on a task that just closes a connection (`wait_for` before Python 3.12).
            task.cancel()
        await asyncio.wait(pending, timeout=_AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _quietly(doing: Awaitable[Any]) -> None:
    try:
        await doing
    except (*GONE, RedisError):
        log.info("the queues could not be made")


def stage_of(name: str) -> Stage:
    """What a worker is called for: stt, translation, speech. Raises KeyError."""
    return {"stt": Stage.RECOGNITION, "translation": Stage.TRANSLATION, "speech": Stage.SPEECH}[name]
