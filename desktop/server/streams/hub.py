"""Every stream of the server: who speaks, who waits to come back, who follows. On the event loop."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, TranscriptUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.requests import Kind, Request, Stage
from desktop.server.brokers.base import Broker
from desktop.server.limits import StreamLimits
from desktop.server.operation.metrics import ServerMetrics
from desktop.server.security.limits import AudioAllowance, Seats, ServerLimits
from desktop.server.streams.admission import Admission
from desktop.server.streams.channel import Told
from desktop.server.streams.rooms import Rooms
from desktop.server.streams.sessions import Kept, SessionStore
from desktop.server.streams.stream import Beginning, Stream, StreamTerms

log = logging.getLogger(__name__)

_TICK = 1.0
"""seconds between two looks at who has gone"""


class ServerBusy(EngineError):
    """The server has no room; `retry_after` seconds later it may."""

    code = "server-busy"
    retry_after = 5


class Hub:
    """broker: runs the models. admission: who may speak. clock: seconds. base: what streams do where their clients say
    nothing of it."""

    def __init__(
        self,
        broker: Broker,
        admission: Admission,
        limits: StreamLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        access: ServerLimits | None = None,
        base: SessionOptions | None = None,
    ) -> None:
        self.base = base or SessionOptions()
        self.broker = broker
        self.admission = admission
        self.limits = limits or StreamLimits()
        self.access = access or ServerLimits()
        self._seats = Seats(self.access)
        self.rooms = Rooms(clock)
        self.sessions: SessionStore | None = None
        """where streams are kept for other gateways; None: there are none"""
        self._moved: set[str] = set()
        """streams with which another gateway goes on"""
        self.metrics = ServerMetrics()
        self._clock = clock
        self._streams: dict[str, Stream] = {}
        self._owners: dict[str, str] = {}
        self._absent: dict[str, float] = {}
        """streams whose client was cut off, since when"""
        self.ended = 0
        """how many clients have gone"""
        self._draining = False
        self._ending: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None

    @property
    def is_draining(self) -> bool:
        """It ends: what was said is still told, nobody new is taken."""
        return self._draining

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._streams)

    def open(
        self, options: SessionOptions, owner: str = "", stream_id: str = "", beginning: Beginning | None = None
    ) -> Stream:
        """A new stream. owner: who may come back to it (`resume`). stream_id, beginning: of one that another gateway
        began.

        Raises EngineError if the owner has too many, ServerBusy if there are as many as may be, or the server ends."""
        if self._draining:
            raise ServerBusy("server-ends")
        if len(self._streams) >= self.limits.streams:
            self.metrics.refused.inc()
            raise ServerBusy("server-full")
        self._seats.take(owner)
        stream_id = stream_id or secrets.token_urlsafe(16)
        allowance = AudioAllowance(self.access, self._clock()) if options.live else None
        terms = StreamTerms(beginning or Beginning(), self.base, allowance)
        stream = Stream(stream_id, options, self.broker, self, self._clock, terms)
        self._streams[stream.id] = stream
        self._owners[stream.id] = owner
        self._begin_ticking()
        return stream

    def resume(self, stream_id: str, owner: str = "") -> Stream | None:
        """The stream that its client left without a farewell; None: there is none, or it is somebody else's."""
        stream = self._streams.get(stream_id)
        if stream is None or self._owners[stream_id] != owner:
            return None
        self._absent.pop(stream_id, None)
        return stream

    async def take_over(self, stream_id: str, owner: str, number: int) -> tuple[Stream, Kept] | None:
        """A stream that another gateway began, and what was kept of it; None: there is none, or it is somebody else's.
        number: of the last event that its client has. Raises ServerBusy, and OSError where nobody can say now."""
        kept = await self.sessions.take_over(stream_id) if self.sessions is not None else None
        if kept is None or kept.owner != owner:
            return None
        beginning = Beginning(kept.seconds, kept.segment, max(kept.seq, number))
        stream = self.open(kept.options, owner, stream_id, beginning)
        self.admission.came(stream_id, self._clock())
        return stream, kept

    def let_go(self, stream_id: str) -> None:
        """Another gateway goes on with this stream."""
        stream = self._streams.get(stream_id)
        if stream is not None:
            self._moved.add(stream_id)
            stream.close()

    def leave(self, stream: Stream) -> None:
        """The client was cut off; it may come back for a while."""
        if stream.id in self._streams:
            self._absent[stream.id] = self._clock()

    async def drain(self, timeout: float) -> None:
        """Take nobody new, and tell what was said, for `timeout` seconds at most.

        A word that is being said is cut where its stream ends, so a stream that goes on elsewhere does so before it."""
        self._draining = True
        endings = [stream.hand_over() if stream.goes_on else stream.finish() for stream in self._streams.values()]
        if endings:
            await asyncio.wait([asyncio.ensure_future(one) for one in endings], timeout=timeout)
        for stream in tuple(self._streams.values()):
            stream.close()
        self.rooms.close()
        if self._ticking is not None:
            self._ticking.cancel()

    # What streams tell (`Watcher`).

    def may_speak(self, stream: Stream) -> None:
        self._let_in(stream.id)

    def may_work(self, owner: str, stage: Stage) -> None:
        """Somebody whose session runs elsewhere asks for work. Raises ServerBusy where there is no room for it."""
        if self._draining:
            raise ServerBusy("server-ends")
        if stage is Stage.RECOGNITION:
            self._let_in(owner)
        self._begin_ticking()

    def _let_in(self, owner: str) -> None:
        """Raises ServerBusy where there is no room for another one who speaks."""
        is_late = self.broker.lag >= self.limits.queued and not self.admission.speaks(owner)
        if is_late or not self.admission.may_speak(owner, self._clock()):
            self.metrics.refused.inc()
            raise ServerBusy("speakers-full")

    def left(self, owner: str) -> None:
        """Somebody who was let in by `may_work` has gone."""
        self.ended += 1
        self.admission.left(owner)

    def heard(self, seconds: float) -> None:
        self.metrics.chunks.inc()
        self.metrics.audio.inc(seconds)

    def worked(self, request: Request, waited: float, took: float, error: Exception | None) -> None:
        stage = request.stage.value
        self.metrics.jobs.labels(stage, "failed" if error is not None else "done").inc()
        self.metrics.wait.labels(stage).observe(waited)
        if request.stage is Stage.RECOGNITION and error is None:
            self.metrics.decode.labels(request.kind.value).observe(took)
            self.admission.decoded(took, is_final=request.kind is Kind.FINAL)

    def told(self, event: Told, delay: float) -> None:
        if isinstance(event, ErrorEvent):
            self.metrics.errors.inc()
            self.noted(event)
            return
        self.metrics.results.inc()
        if isinstance(event, TranscriptUpdate) and event.is_final:
            self.metrics.final.observe(delay + max(0.0, event.end - event.speech_end))

    def noted(self, event: ErrorEvent) -> None:
        self.metrics.notices.labels(event.code).inc()

    def closed(self, stream: Stream) -> None:
        self.ended += 1
        self.metrics.coalesced.inc(stream.coalesced)
        self._streams.pop(stream.id, None)
        if (owner := self._owners.pop(stream.id, None)) is not None:
            self._seats.give(owner)
        self._absent.pop(stream.id, None)
        self.admission.left(stream.id)
        self.rooms.ended(stream.channel)
        moved = stream.id in self._moved
        self._moved.discard(stream.id)
        if self.sessions is not None and not moved and not self._draining:
            self._later(self.sessions.forget(stream.id))

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else."""
        task = asyncio.get_running_loop().create_task(doing)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _begin_ticking(self) -> None:
        """With the first client; a hub without any has no loop."""
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            now = self._clock()
            self.rooms.close_old()
            self.admission.workers = self.broker.workers
            self.admission.elsewhere = self.broker.elsewhere
            self.broker.speaking(self.admission.speaking)
            self.admission.forget_silent(now - self.limits.silence)
            for stream_id in [one for one, since in self._absent.items() if now - since > self.limits.resume]:
                stream = self._streams.get(stream_id)
                self._absent.pop(stream_id, None)
                if stream is not None:
                    log.info("a stream was not taken up again")
                    self._later(stream.finish())
