"""The broker of a gateway: its streams' work stands in Redis until a worker's turn has come. On the event loop.

A job is the right to ask: whoever takes it gets the work on the newest audio. An answer comes over a channel; one that
was missed is looked up. What nobody has answered when Redis comes back is put in again.
"""

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.hearing.hearing import VoiceDetector
from desktop.engine.options import VoiceOptions
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import wire
from desktop.engine.remote.deltas import Sent
from desktop.engine.remote.framing import WorkRefused
from desktop.engine.requests import Request, Stage
from desktop.engine.translation.work import TranslateSpeech
from desktop.server.brokers.base import Begin, Recogniser
from desktop.server.cluster import names, registry
from desktop.server.cluster.connection import GONE, check, closed, ended, keep_on, lag, make_groups, opened
from desktop.server.cluster.jobs import Job, JobWrong, read_take
from desktop.server.cluster.waiting import Client, Waiting, only, settle
from desktop.server.operation.tracing import trace

log = logging.getLogger(__name__)

_LOOK = 1.0
"""seconds between two looks at what may have been missed"""
_LATE = 2.0
"""seconds without an answer after which it is looked up"""
_LOST = 15.0
"""seconds in which nobody answered a job that somebody took, after which it is put in again"""
_SILENT = 3 * registry.EVERY
"""seconds without an answer of Redis that are an outage"""
_REPLY = 10
"""seconds for which the work of a job waits for the worker that asked"""
_WORKERS = 500
"""whose answers are counted"""
_AUDIO = 60
"""seconds for which the audio of a stream is kept after its last use"""


class RedisBroker:
    """A Broker (`server/brokers/base.py`). url: of Redis. instance: this gateway's name, empty makes one."""

    def __init__(self, url: str, instance: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._redis = opened(url)
        self._clock = clock
        self.instance = instance or secrets.token_hex(8)
        self._waiting: dict[tuple[str, Stage], Waiting] = {}
        self._by_job: dict[str, Waiting] = {}
        self._clients: dict[str, Client] = {}
        self._pubsub = self._redis.pubsub()
        self._loops: list[asyncio.Task[None]] = []
        self._working: set[asyncio.Task[None]] = set()
        self._recogniser: Recogniser | None = None
        self._hello = b""
        self._loads = 0
        self._workers = 0
        self._seconds = 0.0
        self._lag = 0
        self._version = names.VERSION
        """of jobs that every worker understands"""
        self._speaking = 0
        self._elsewhere = 0
        self._answered_by: OrderedDict[str, int] = OrderedDict()
        self._heard = clock()
        self._trusted_at = 0.0
        """from when on a worker that says nothing is gone"""
        self.resubmitted = 0
        """jobs that were put in again"""

    @property
    def redis(self) -> "Redis":
        """For what else is kept there: sessions, rooms."""
        return self._redis

    @property
    def workers(self) -> int:
        return self._workers

    @property
    def seconds(self) -> float:
        return self._seconds

    @property
    def lag(self) -> int:
        return self._lag

    @property
    def elsewhere(self) -> int:
        return self._elsewhere

    @property
    def silence(self) -> float:
        """Seconds since Redis last answered."""
        return self._clock() - self._heard

    @property
    def answered(self) -> dict[str, int]:
        """How many jobs each worker answered, of those that did last."""
        return dict(self._answered_by)

    def speaking(self, count: int) -> None:
        self._speaking = count

    @property
    def recogniser(self) -> Recogniser | None:
        return self._recogniser

    async def start(self) -> None:
        await check(self._redis, self._url)
        await make_groups(self._redis)
        await self._pubsub.subscribe(names.taken(self.instance))
        await self._look_for_workers()
        loops = {"answers": self._listen, "workers": self._watch_workers, "late answers": self._watch_answers}
        self._loops = [asyncio.create_task(keep_on(name, loop, self._redis)) for name, loop in loops.items()]

    def voice_detector(self, options: VoiceOptions) -> VoiceDetector:
        from desktop.engine.hearing.voice_activity import SpeechDetector

        return SpeechDetector(options)

    async def ask(self, owner: str, request: Request, begin: Begin) -> Any:
        key = (owner, request.stage)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        before = self._waiting.get(key)
        if before is not None and not before.is_begun and before.job.kind is request.kind:
            # The newer one takes its place in the queue.
            settle(before.future, None)
            waiting = before
            waiting.future, waiting.begin, waiting.number = future, begin, request.id
        else:
            if before is not None:
                self._forget(before)
            job = Job(secrets.token_hex(12), self.instance, owner, request.stage, request.kind, trace.get())
            waiting = Waiting(job, future, begin, self._clock(), request.id)
            self._waiting[key] = self._by_job[job.id] = waiting
            if owner not in self._clients:
                self._clients[owner] = Client()
                await self._quietly(self._pubsub.subscribe(names.results(owner)))
            await self._quietly(self._put(waiting))
        try:
            return await future
        finally:
            if waiting.future is future:
                self._forget(waiting)

    def drop(self, owner: str) -> None:
        for waiting in [one for (name, _), one in self._waiting.items() if name == owner]:
            self._forget(waiting)
        if (client := self._clients.pop(owner, None)) is not None:
            self._begin(self._leave(owner, tuple(client.keys.values())))

    async def close(self) -> None:
        for waiting in list(self._waiting.values()):
            self._forget(waiting)
        await ended(*self._loops, *self._working)
        await self._quietly(registry.leave_gateways(self._redis, self.instance))
        await self._quietly(self._pubsub.aclose())  # type: ignore[no-untyped-call]
        await closed(self._redis)

    # Into the queue.

    async def _put(self, waiting: Waiting) -> None:
        waiting.put, waiting.entry = self._clock(), b""
        job = waiting.job
        fields: Any = job.fields(self._version)
        waiting.entry = await self._redis.xadd(names.QUEUES[job.stage].of(job.kind), fields)

    def _forget(self, waiting: Waiting) -> None:
        """Nobody waits for it any more; whoever takes it is told so."""
        settle(waiting.future, None)
        self._by_job.pop(waiting.job.id, None)
        key = (waiting.job.client, waiting.job.stage)
        if self._waiting.get(key) is waiting:
            del self._waiting[key]

    async def _leave(self, owner: str, keys: tuple[int, ...]) -> None:
        await self._pubsub.unsubscribe(names.results(owner))
        if keys:
            await self._redis.delete(*(names.audio(owner, key) for key in keys))

    # What workers say.

    async def _listen(self) -> None:
        if not self._pubsub.subscribed:
            await self._subscribe_again()
        while True:
            try:
                message = await self._pubsub.get_message(ignore_subscribe_messages=True, timeout=5.0)
            except GONE:
                # By itself the client tries only the connection that is lost. What was said meanwhile is looked up.
                await self._subscribe_again()
                raise
            if message is None:
                continue
            if message["channel"] == names.taken(self.instance).encode():
                self._begin(self._give(message["data"]))
            else:
                self._answered(message["data"])

    async def _subscribe_again(self) -> None:
        before, self._pubsub = self._pubsub, self._redis.pubsub()
        await self._quietly(before.aclose())  # type: ignore[no-untyped-call]
        await self._pubsub.subscribe(names.taken(self.instance), *(names.results(one) for one in self._clients))

    async def _give(self, data: bytes) -> None:
        """Hand the work of a job to the worker whose turn it is."""
        try:
            take = read_take(data)
        except JobWrong:
            return
        waiting = self._by_job.get(take.job)
        body = b""
        audio: tuple[str, int, bytes] | None = None
        if waiting is not None:
            waiting.put, waiting.worker = self._clock(), take.worker
            body, audio = self._work(waiting)
            if audio is not None and audio[1] and await self._redis.strlen(audio[0]) < audio[1]:
                self._clients[waiting.job.client].sent = Sent()  # Redis came back without it
                body, audio = self._work(waiting)
        to = names.reply(take.client, take.job, take.worker)
        async with self._redis.pipeline(transaction=True) as pipe:
            if audio is not None:
                pipe.setrange(audio[0], audio[1], audio[2])
                pipe.expire(audio[0], _AUDIO)
            pipe.rpush(to, body)
            pipe.expire(to, _REPLY)
            await pipe.execute()

    def _work(self, waiting: Waiting) -> tuple[bytes, tuple[str, int, bytes] | None]:
        """The message for the worker, empty if there is nothing to do any more; audio that has to be in Redis for it:
        its key, where it stands there, bytes."""
        if not waiting.is_begun:
            waiting.is_begun = True
            try:
                waiting.begun = waiting.begin()
            except Exception as error:
                self._forget_with(waiting, error)
                return b"", None
        waiting.takes += 1
        if waiting.begun is None:
            self._forget(waiting)
            return b"", None
        work = waiting.begun.work
        client = self._clients.get(waiting.job.client)
        if client is None:
            return b"", None
        try:
            if not isinstance(work, Decode | TranslateSpeech):
                return wire.asked(waiting.number, 0, waiting.job.kind, work), None
            if waiting.takes > 1:
                client.sent = Sent()  # perhaps Redis forgot it
            part, new = client.sent.part(work.samples)
            if not part.keep:
                client.keys[part.place] = client.last = client.last + 1
            part = part.model_copy(update={"place": client.keys[part.place]})
            body = wire.asked(waiting.number, 0, waiting.job.kind, work, part)
            return body, (names.audio(waiting.job.client, part.place), 2 * part.keep, new)
        except WorkRefused as error:
            self._forget_with(waiting, error)
            return b"", None

    def _answered(self, data: bytes) -> None:
        """An answer came: the job's id, and behind it the message."""
        job, _, message = data.partition(b"\n")
        waiting = self._by_job.get(job.decode(errors="replace"))
        if waiting is None:
            return
        try:
            told = wire.read_told(message)
        except EngineError as error:
            self._forget_with(waiting, error)
            return
        answer = told.answer if isinstance(told, wire.Answered) else BackendFailed("worker-failed", recoverable=True)
        self._count(waiting.worker)
        if isinstance(answer, Exception):
            self._forget_with(waiting, answer)
        else:
            settle(waiting.future, answer)
            self._forget(waiting)

    def _count(self, worker: str) -> None:
        self._answered_by[worker] = self._answered_by.pop(worker, 0) + 1
        if len(self._answered_by) > _WORKERS:
            self._answered_by.popitem(last=False)

    def _forget_with(self, waiting: Waiting, error: Exception) -> None:
        if not waiting.future.done():
            waiting.future.set_exception(error)
        self._forget(waiting)

    # What may have been missed.

    async def _watch_answers(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            now = self._clock()
            late = [one for one in self._by_job.values() if now - one.put > _LATE]
            if not late:
                continue
            async with self._redis.pipeline(transaction=False) as pipe:
                for waiting in late:
                    pipe.get(names.result(waiting.job.id))
                    pipe.xrange(names.QUEUES[waiting.job.stage].of(waiting.job.kind), *only(waiting.entry))
                found = await pipe.execute()
            for waiting, answer, entries in zip(late, found[::2], found[1::2], strict=True):
                if isinstance(answer, bytes):
                    self._answered(waiting.job.id.encode() + b"\n" + answer)
                # Gone without an answer: Redis forgot it, or who took it did not hear from here.
                elif waiting.job.id in self._by_job and (not entries or now - waiting.put > _LOST):
                    self.resubmitted += 1
                    await self._put(waiting)

    async def _watch_workers(self) -> None:
        # That the queues are there, too: Redis may have come back empty.
        while True:
            await asyncio.sleep(registry.EVERY)
            await self._look_for_workers()
            await registry.tell_speaking(self._redis, self.instance, self._speaking)
            self._elsewhere = await registry.speaking_elsewhere(self._redis, self.instance)
            self._lag = await lag(self._redis)
            self._heard = self._clock()
            if not await self._redis.exists(names.QUEUES[Stage.RECOGNITION].finals):
                await make_groups(self._redis)
                for waiting in tuple(self._by_job.values()):
                    self.resubmitted += 1
                    await self._put(waiting)

    async def _look_for_workers(self) -> None:
        found = await registry.present(self._redis, Stage.RECOGNITION)
        self._version = await registry.understood(self._redis)
        if self.silence > _SILENT:
            self._trusted_at = self._clock() + registry.FORGOTTEN
        count = registry.concurrency(found)
        # While Redis was away, they could not say that they are there.
        self._workers = max(self._workers, count) if self._clock() < self._trusted_at else count
        hello = next((one.hello for one in found if one.hello and not one.is_draining), b"")
        if hello and hello != self._hello:
            told = wire.read_told(hello)
            if isinstance(told, wire.Hello):
                self._hello = hello
                self._loads += 1
                self._seconds = told.seconds
                self._recogniser = Recogniser(told.name, told.capabilities, self._loads)

    def _begin(self, doing: Any) -> None:
        async def run() -> None:
            await self._quietly(doing)

        task = asyncio.get_running_loop().create_task(run())
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _quietly(self, doing: Any) -> None:
        """Redis may be away: what was to be done is done when it is back (`_watch_answers`)."""
        try:
            await doing
        except (*GONE, RedisError) as error:
            log.warning("Redis did not take something (%s)", type(error).__name__)
