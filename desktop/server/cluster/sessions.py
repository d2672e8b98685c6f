"""Streams that Redis keeps for other gateways: `session:{client_id}`, for an hour after their last sound."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from desktop.server.cluster import names
from desktop.server.cluster.connection import GONE, ended, keep_on
from desktop.server.streams.sessions import Kept, read

log = logging.getLogger(__name__)

_LIFE = 3600
"""seconds"""
_MESSAGES = 200
"""that a client may have missed"""


class RedisSessions:
    """A SessionStore. instance: this gateway. let_go: called when another gateway goes on with a stream."""

    def __init__(self, redis: "Redis", instance: str, let_go: Callable[[str], None]) -> None:
        self._redis = redis
        self._instance = instance
        self._let_go = let_go
        self._listening: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Listen to other gateways."""
        self._listening = asyncio.create_task(keep_on("other gateways", self._listen, self._redis))

    async def close(self) -> None:
        if self._listening is not None:
            await ended(self._listening)

    async def keep(self, stream_id: str, kept: Kept, message: str) -> None:
        about, told = names.session(stream_id), names.told(stream_id)
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(about, kept.as_json(), ex=_LIFE)
                pipe.rpush(told, message)
                pipe.ltrim(told, -_MESSAGES, -1)
                pipe.expire(told, _LIFE)
                await pipe.execute()
        except (*GONE, RedisError) as error:
            raise OSError(type(error).__name__) from None

    async def has(self, stream_id: str, seq: int) -> bool:
        try:
            found: Any = await self._redis.get(names.session(stream_id))
            return found is not None and read(found).seq >= seq
        except ValueError:
            return False
        except (*GONE, RedisError) as error:
            raise OSError(type(error).__name__) from None

    async def take_over(self, stream_id: str) -> Kept | None:
        try:
            found: Any = await self._redis.get(names.session(stream_id))
            if found is None:
                return None
            await self._redis.publish(names.SESSIONS, json.dumps({"session": stream_id, "gateway": self._instance}))
            return read(found)
        except ValueError:
            log.warning("a stream of another gateway cannot be read")
            return None
        except (*GONE, RedisError) as error:
            raise OSError(type(error).__name__) from None

    async def told(self, stream_id: str, after: int) -> Sequence[str]:
        try:
            kept: Any = await self._redis.lrange(names.told(stream_id), 0, -1)
        except (*GONE, RedisError):
            return ()
        return [one.decode() for one in kept if json.loads(one).get("seq", 0) > after]

    async def touch(self, stream_id: str) -> None:
        try:
            await self._redis.expire(names.session(stream_id), _LIFE)
        except (*GONE, RedisError) as error:
            raise OSError(type(error).__name__) from None

    async def forget(self, stream_id: str) -> None:
        try:
            await self._redis.delete(names.session(stream_id), names.told(stream_id))
        except (*GONE, RedisError):
            log.info("what is kept of a stream stays for an hour")

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(names.SESSIONS)
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5.0)
                if message is None:
                    continue
                try:
                    told = json.loads(message["data"])
                    if told["gateway"] != self._instance:
                        self._let_go(str(told["session"]))
                except (ValueError, KeyError, TypeError):
                    log.warning("another gateway said something that is not understood")
