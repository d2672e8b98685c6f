"""Redis, as gateways and workers use it. On the event loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from desktop.engine.errors import EngineError
from desktop.engine.requests import Stage
from desktop.server.cluster.names import QUEUES

log = logging.getLogger(__name__)

GONE = (RedisConnectionError, RedisTimeoutError, OSError)
"""Redis does not answer; it may again"""
_AGAIN = 0.5
"""seconds until a loop that lost Redis looks for it again"""


def opened(url: str) -> "Redis":
    """A pool of connections; nothing is connected yet. url: redis://, rediss:// or unix://. Raises EngineError."""
    try:
        return Redis.from_url(
            url,
            socket_connect_timeout=2.0,
            socket_timeout=5.0,
            health_check_interval=10,
            retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), 2),
        )
    except (ValueError, TypeError):
        raise EngineError("redis-url-wrong", code="redis") from None


async def closed(redis: "Redis") -> None:
    """Close every connection, also those of calls that were cancelled. Redis may be away."""
    try:
        await redis.connection_pool.disconnect(inuse_connections=True)
        await redis.aclose()
    except (*GONE, RedisError):
        log.info("a connection to Redis was not closed in order")


def shown(url: str) -> str:
    """An address for messages: without its password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


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


async def _quietly(doing: Awaitable[Any]) -> None:
    try:
        await doing
    except (*GONE, RedisError):
        log.info("the queues could not be made")


def stage_of(name: str) -> Stage:
    """What a worker is called for: stt, translation, speech. Raises KeyError."""
    return {"stt": Stage.RECOGNITION, "translation": Stage.TRANSLATION, "speech": Stage.SPEECH}[name]
