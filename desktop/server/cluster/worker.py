"""A worker: takes jobs of one stage, has its models answer them, and stores the answers. On the event loop.

Finals first. A job is acknowledged when its answer is stored, so a worker that dies loses nothing: another one claims
what it had, after some tries it goes to the dead jobs.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from redis.exceptions import RedisError

from desktop.engine.errors import BackendFailed
from desktop.engine.events import Samples
from desktop.engine.remote import wire
from desktop.engine.remote.deltas import Part
from desktop.engine.remote.framing import WorkRefused, samples_of
from desktop.engine.requests import Request, Stage
from desktop.server.brokers.base import Begun, Broker
from desktop.server.cluster import names, registry
from desktop.server.cluster.connection import GONE, check, closed, ended, keep_on, make_groups, opened
from desktop.server.cluster.jobs import Job, JobWrong, Take, read
from desktop.server.cluster.registry import Present
from desktop.server.operation.tracing import trace

log = logging.getLogger(__name__)

_BLOCK = 500
"""ms for which a worker waits for a job before it looks again"""
_REPLY = 2.0
"""seconds in which a gateway must give the work"""
_HEARTBEAT = 1.0
"""seconds between two signs that a job is still worked on"""
CLAIMED_AFTER = 4_000
"""ms without a sign after which another worker claims a job"""
_TRIES = 3
"""deliveries after which a job is dead"""
_TAKEN_UP = 8
"""jobs that are taken up again at most: a worker has one at a time, or a few"""
_STORED = 120
"""seconds for which an answer is kept"""
_DEAD = 1000
"""dead jobs that are kept"""

Entry = tuple[str, bytes, dict[bytes, bytes]]
"""A stream, the id of an entry in it, its fields"""


class JobWorker:
    """Works on the jobs of one stage until it is told to stop. broker: its models. concurrency: jobs at a time."""

    def __init__(
        self,
        url: str,
        stage: Stage,
        broker: Broker,
        concurrency: int,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """seconds: that decoding about 5 s of speech takes here."""
        self._url = url
        self._redis = opened(url)
        self._stage = stage
        self._queue = names.QUEUES[stage]
        self._broker = broker
        self._concurrency = concurrency
        self._seconds = seconds
        self._clock = clock
        self.id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._stopping = asyncio.Event()
        self._at_hand: set[tuple[str, bytes]] = set()
        """queue and number of the jobs that are worked on"""
        self._is_ready = False
        self.done = 0
        """jobs that were answered"""
        self.failed = 0
        """those whose answer is an error"""
        self.claimed = 0
        """jobs of others that were taken over"""
        self.dead = 0
        """jobs that were given up"""

    @property
    def busy(self) -> int:
        """Jobs that are worked on now."""
        return len(self._at_hand)

    @property
    def is_ready(self) -> bool:
        """Redis answers, and others know of this worker."""
        return self._is_ready

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Take no more jobs; `run` returns when those at hand are done."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`. Raises EngineError where Redis cannot be had at the start."""
        await check(self._redis, self._url)
        await make_groups(self._redis)
        await self._tell()
        self._is_ready = True
        beside = [
            asyncio.create_task(keep_on("signs of life", self._keep_telling, self._redis)),
            asyncio.create_task(keep_on("claims", self._keep_claiming, self._redis)),
        ]
        taking = [
            asyncio.create_task(keep_on("jobs", self._keep_taking, self._redis)) for _ in range(self._concurrency)
        ]
        try:
            await self._stopping.wait()
            await self._quietly(self._tell())
            while self.busy:
                await asyncio.sleep(0.02)
        finally:
            await ended(*beside, *taking)
            await self._quietly(self._end())
            await closed(self._redis)

    # Loops.

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(registry.EVERY)
            await self._tell()

    async def _tell(self) -> None:
        recogniser = self._broker.recogniser
        hello = b""
        if self._stage is Stage.RECOGNITION and recogniser is not None:
            hello = wire.hello(recogniser.name, recogniser.capabilities, recogniser.load, self._seconds)
        await registry.tell(
            self._redis, self._stage, Present(self.id, self._concurrency, hello, self.is_stopping, names.VERSION)
        )

    async def _keep_taking(self) -> None:
        for stream in (self._queue.finals, self._queue.partials):
            await self._take_up(stream)
        while not self.is_stopping:
            for entry in await self._next():
                await self._handle(entry, was_begun=False)
        await asyncio.Event().wait()  # until it is cancelled

    async def _take_up(self, stream: str) -> None:
        """Go on with what this worker had taken when Redis went away."""
        found: Any = await self._redis.xreadgroup(self._queue.group, self.id, {stream: "0"}, count=_TAKEN_UP)
        for _, entries in found or ():
            for number, fields in entries:
                if fields:
                    await self._handle((stream, number, fields), was_begun=True)

    async def _next(self) -> list[Entry]:
        """A final, or if there is none for a while, whatever comes; finals first."""
        found = await self._read(self._queue.finals, block=None)
        return found or await self._read(self._queue.finals, self._queue.partials, block=_BLOCK)

    async def _read(self, *streams: str, block: int | None) -> list[Entry]:
        found: Any = await self._redis.xreadgroup(
            self._queue.group, self.id, dict.fromkeys(streams, ">"), count=1, block=block
        )
        entries = [(stream.decode(), entry, fields) for stream, messages in found or () for entry, fields in messages]
        return sorted(entries, key=lambda one: one[0] != self._queue.finals)

    async def _keep_claiming(self) -> None:
        """Take over what a worker that has died had."""
        while True:
            await asyncio.sleep(_HEARTBEAT)
            for stream in (self._queue.finals, self._queue.partials):
                found: Any = await self._redis.xautoclaim(
                    stream, self._queue.group, self.id, min_idle_time=CLAIMED_AFTER, count=4
                )
                for entry, fields in found[1]:
                    if fields:
                        self.claimed += 1
                        await self._handle((stream, entry, fields), was_begun=True)

    async def _handle(self, entry: Entry, *, was_begun: bool) -> None:
        """A job, unless it is at hand here. was_begun: somebody took it before, and may have died of it."""
        place = entry[:2]
        if place in self._at_hand:
            return
        self._at_hand.add(place)
        try:
            if was_begun and await self._tries(entry) > _TRIES:
                await self._bury(entry)
            else:
                await self._work(entry)
        finally:
            self._at_hand.discard(place)

    async def _tries(self, entry: Entry) -> int:
        stream, number, _ = entry
        pending: Any = await self._redis.xpending_range(stream, self._queue.group, number, number, 1)
        return int(pending[0]["times_delivered"]) if pending else 1

    async def _bury(self, entry: Entry) -> None:
        stream, number, fields = entry
        self.dead += 1
        log.error("a job was given up after %d tries", _TRIES)
        with contextlib.suppress(JobWrong):
            await self._store(read(fields), wire.answered(0, BackendFailed("job-given-up", recoverable=True)))
        async with self._redis.pipeline(transaction=True) as pipe:
            about: dict[Any, Any] = {**fields, b"stream": stream.encode()}
            pipe.xadd(self._queue.dead, about, maxlen=_DEAD)
            pipe.xack(stream, self._queue.group, number)
            pipe.xdel(stream, number)
            await pipe.execute()

    # One job.

    async def _work(self, entry: Entry) -> None:
        stream, number, fields = entry
        beating = asyncio.create_task(self._beat(stream, number))
        try:
            try:
                job = read(fields)
            except JobWrong as error:
                log.error("a job is not understood (%s)", error)
                await self._bury(entry)
                return
            token = trace.set(job.trace)
            try:
                answer = await self._answer(job)
                if answer is not None:
                    await self._store(job, answer)
                    self.done += 1
            finally:
                trace.reset(token)
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.xack(stream, self._queue.group, number)
                pipe.xdel(stream, number)
                await pipe.execute()
        finally:
            beating.cancel()

    async def _beat(self, stream: str, number: bytes) -> None:
        """Signs that the job is worked on, so that nobody else claims it."""
        while True:
            await asyncio.sleep(_HEARTBEAT)
            await self._quietly(self._redis.xclaim(stream, self._queue.group, self.id, 0, [number], justid=True))

    async def _answer(self, job: Job) -> bytes | None:
        """The message with the answer; None: nobody asks any more."""
        to = names.reply(job.client, job.id, self.id)
        await self._redis.publish(names.taken(job.gateway), Take(job.id, self.id, job.client).message())
        got: Any = await self._redis.blpop([to], timeout=_REPLY)
        if got is None or not got[1]:
            return None
        asked = wire.read_asked(got[1])
        try:
            samples = await self._audio(job, asked.audio) if asked.audio is not None else np.zeros(0, np.float32)
            begun = Begun(asked.work(samples), None)
            answer = await self._broker.ask(job.id, Request(1, job.stage, job.kind), lambda: begun)
        except (*GONE, RedisError):
            raise
        except Exception as error:
            self.failed += 1
            if not isinstance(error, WorkRefused):
                log.warning("a job failed (%s)", type(error).__name__)
            answer = error
        return wire.answered(asked.id, answer)

    async def _audio(self, job: Job, part: Part) -> Samples:
        data: Any = await self._redis.getrange(names.audio(job.client, part.place), 2 * part.start, 2 * part.end - 1)
        if len(data) != 2 * (part.end - part.start):
            raise WorkRefused("work-audio-missing")
        return samples_of(data, part.scale)

    async def _store(self, job: Job, answer: bytes) -> None:
        """Keep the answer, then tell of it: a message alone may not arrive."""
        await self._redis.set(names.result(job.id), answer, ex=_STORED)
        await self._redis.publish(names.results(job.client), job.id.encode() + b"\n" + answer)

    async def _end(self) -> None:
        """Leave no name behind; what is pending, which nothing should be, stays for others to claim."""
        await registry.leave(self._redis, self._stage, self.id)
        for stream in (self._queue.finals, self._queue.partials):
            pending: Any = await self._redis.xpending_range(stream, self._queue.group, "-", "+", 1, self.id)
            if not pending:
                await self._redis.xgroup_delconsumer(stream, self._queue.group, self.id)

    @staticmethod
    async def _quietly(doing: Any) -> None:
        with contextlib.suppress(*GONE, RedisError):
            await doing
