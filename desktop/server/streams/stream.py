"""One speaker on the server: drives a Session on the event loop and asks the broker for what it needs.

Nothing here waits for a model: what the session asks for is a task, and everything that happens is told to the
channel. Every method belongs to the event loop.
"""

import asyncio
import logging
from bisect import bisect_left
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from desktop.engine.errors import EngineError
from desktop.engine.events import (
    SAMPLE_RATE,
    ErrorEvent,
    Event,
    Samples,
    Severity,
    SpeechAudio,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.failures import Failures
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.work import Decode, StreamChunk
from desktop.engine.requests import Request, Stage
from desktop.engine.session import Session
from desktop.engine.speech.spoken import spoken
from desktop.engine.speech.work import Speak
from desktop.server.brokers.base import Begun, Broker
from desktop.server.security.limits import AudioAllowance
from desktop.server.streams.channel import Channel, Mailbox, Told
from desktop.server.streams.wishes import wished

log = logging.getLogger(__name__)

_BLOCK = SAMPLE_RATE // 4
"""samples that are fed without a pause for others"""
_ARRIVALS = 2048
"""blocks whose arrival is remembered"""
_UNHEARD = 1.5
"""seconds before the newest audio that a word may still reach back to in silence"""


class Watcher(Protocol):
    """Who looks after streams."""

    def may_speak(self, stream: "Stream") -> None:
        """Speech is heard. Raises EngineError where there is no room for it."""

    def heard(self, seconds: float) -> None:
        """So much audio was taken."""

    def worked(self, request: Request, waited: float, took: float, error: Exception | None) -> None:
        """A request was answered. waited: seconds until its turn came. took: seconds until its answer did."""

    def told(self, event: Told, delay: float) -> None:
        """An event was told; delay as in `Numbered`."""

    def noted(self, event: ErrorEvent) -> None:
        """Something happened of which the client need not know, as that streaming works again."""

    def closed(self, stream: "Stream") -> None:
        """The stream has ended."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a stream goes on that was begun elsewhere."""

    seconds: float = 0.0
    segment: int = 0
    """number of its next utterance"""
    number: int = 0
    """of the last event that was told"""


@dataclass(frozen=True, slots=True)
class StreamTerms:
    """What a stream begins with, besides its client's wishes."""

    beginning: Beginning = field(default_factory=Beginning)
    base: SessionOptions = field(default_factory=SessionOptions)
    """what nobody chose (`wishes.py`)"""
    allowance: AudioAllowance | None = None
    """how fast audio may come; None: as it likes"""


class Stream:
    """What one speaker says, as events on `channel`. clock: seconds."""

    def __init__(
        self,
        stream_id: str,
        options: SessionOptions,
        broker: Broker,
        watcher: Watcher,
        clock: Callable[[], float],
        terms: StreamTerms | None = None,
    ) -> None:
        terms = terms or StreamTerms()
        self.id = stream_id
        self._allowance = terms.allowance
        self._base = terms.base
        self._beginning = terms.beginning
        self.channel = Channel(self._beginning.number)
        self._broker = broker
        self._watcher = watcher
        self._clock = clock
        options = wished(options, self._base)
        self._session = Session(options, broker.voice_detector(options.voice))
        self._tasks: set[asyncio.Task[None]] = set()
        self._tasks_by_request: dict[int, asyncio.Task[None]] = {}
        self._arrivals: deque[tuple[float, float]] = deque(maxlen=_ARRIVALS)
        """(session time of the end of a block, when it came)"""
        self._changed = asyncio.Event()
        self._final_end = 0.0
        self._next_segment = self._beginning.segment
        self._newest = 0.0
        """session time of the newest audio that was told of"""
        self.took = 0.0
        """seconds of its newest decoding"""
        self._is_over = False
        self.goes_on = False
        """its client can go on elsewhere, where the utterance that is running is heard from its beginning"""
        self.is_handed_over = False
        """it does so now: not all that was said is told here"""
        self._failures = Failures()
        self.at_end: list[Callable[[], None]] = []
        """called once, when it has ended"""

    @property
    def options(self) -> SessionOptions:
        return self._session.options

    @property
    def time(self) -> float:
        """Seconds of audio heard."""
        return self._beginning.seconds + self._session.time

    @property
    def next_segment(self) -> int:
        """Number of the first utterance that is not final."""
        return self._next_segment

    @property
    def settled(self) -> float:
        """Seconds of audio of which every word is final: whoever is cut off need not send it again, wherever the
        stream goes on."""
        settled = self._final_end
        if self._session.is_idle and not self._session.is_hearing:
            settled = max(settled, self._session.time - _UNHEARD)
        return self._beginning.seconds + settled

    @property
    def is_over(self) -> bool:
        """No more audio is taken."""
        return self._is_over

    @property
    def coalesced(self) -> int:
        """Work that newer audio replaced."""
        return self._session.coalesced

    async def hear(self, samples: Samples) -> None:
        """Take audio, shape (n,), 16 kHz, mono, -1..1; waits while so much waits that its sender should, too.

        Raises EngineError where the server has no room for another speaker; the stream has ended then, and what is not
        `settled` may be sent again later. Audio after `finish` is ignored."""
        for start in range(0, len(samples), _BLOCK):
            block = samples[start : start + _BLOCK]
            while self._session.is_full and not self._is_over:
                self._changed.clear()
                await self._changed.wait()
            if self._is_over:
                return
            self._arrivals.append((self._session.time + len(block) / SAMPLE_RATE, self._clock()))
            if self._allowance is not None and (wait := self._allowance.wait(len(block) / SAMPLE_RATE, self._clock())):
                await asyncio.sleep(wait)
            outputs = self._session.feed(block)
            if any(isinstance(one, Request) and one.stage is Stage.RECOGNITION for one in outputs):
                try:
                    self._watcher.may_speak(self)
                except EngineError:
                    self.close()
                    raise
            self._watcher.heard(len(block) / SAMPLE_RATE)
            self._take(outputs)
            await asyncio.sleep(0)

    def flush(self) -> None:
        """End the running utterance."""
        if not self._is_over:
            self._take(self._session.flush())

    async def settle(self) -> None:
        """End the running utterance; returns when everything that was heard is told."""
        self.flush()
        await self._idle()

    def configure(self, options: SessionOptions) -> None:
        """Other options from now on; nothing that waits is lost."""
        self._session.configure(wished(options, self._base))

    async def finish(self) -> None:
        """No more audio comes: returns when everything that was heard is told. The channel is closed then."""
        if not self._is_over:
            self._is_over = True
            self._take(self._session.finish())
        await self._idle()
        self.close()

    async def hand_over(self) -> None:
        """No more audio is taken: returns when all utterances that are over are told; the running one is left to
        whoever goes on with the stream (`goes_on`). The channel is closed then."""
        self._is_over = self.is_handed_over = True
        self._changed.set()
        await self._idle()
        self.close()

    def close(self) -> None:
        """End now; what waits is dropped. Idempotent."""
        was_over, self._is_over = self.channel.is_closed, True
        self._changed.set()
        self._broker.drop(self.id)
        for task in tuple(self._tasks):
            task.cancel()
        self.channel.close()
        if not was_over:
            self._watcher.closed(self)
            for end in self.at_end:
                end()

    async def events(self) -> AsyncIterator[Event]:
        """Everything from now on, until the stream has ended. Begin to read before the first `hear`."""
        mailbox = self.channel.follow()
        try:
            async for numbered in mailbox.read():
                yield numbered.event
        finally:
            self.channel.leave(mailbox)

    def follow(self, after: int | None = None) -> Mailbox:
        """As `Channel.follow`."""
        return self.channel.follow(after)

    async def _idle(self) -> None:
        while not self._session.is_idle and not self.channel.is_closed:
            self._changed.clear()
            await self._changed.wait()

    def _take(self, outputs: list[Event | Request]) -> None:
        """Hand on what the session gave."""
        for output in outputs:
            if isinstance(output, Request):
                self._ask(output)
            else:
                self._tell(output)
        self._changed.set()

    def _ask(self, request: Request) -> None:
        if request.replaces is not None and (before := self._tasks_by_request.pop(request.replaces, None)) is not None:
            before.cancel()
        task = asyncio.get_running_loop().create_task(self._serve(request))
        self._tasks.add(task)
        self._tasks_by_request[request.id] = task
        task.add_done_callback(lambda done: self._ended(request.id, done))

    def _ended(self, request_id: int, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._tasks_by_request.pop(request_id, None)

    async def _serve(self, request: Request) -> None:
        """Ask the broker, and go on with its answer."""
        work: Any = None
        asked = turn = self._clock()

        def begin() -> Begun | None:
            nonlocal work, turn
            turn = self._clock()
            self._follow_recogniser()
            work = self._session.begin(request.id)
            if work is None:
                self._take(self._session.poll())
                return None
            self._tasks_by_request.pop(request.id, None)  # what runs is not replaced any more
            waited = self._delay(work.end) if isinstance(work, Decode | StreamChunk) else None
            return Begun(work, waited)

        try:
            answer = await self._broker.ask(self.id, request, begin)
        except Exception as failure:
            if work is None:  # it could not even be asked for
                self._failed(request.stage, failure)
                return
            answer = failure
        if work is None or self.channel.is_closed:
            return
        error = answer if isinstance(answer, Exception) else None
        took = self._clock() - turn
        if request.stage is Stage.RECOGNITION:
            self.took = took
        self._watcher.worked(request, turn - asked, took, error)
        self._follow_recogniser()
        if isinstance(work, Speak) and not isinstance(answer, Exception):
            for event in spoken(work, iter(answer or ()), self.options.lane):
                self._tell(event)
            answer = None
        self._take(self._session.deliver(request.id, answer))

    def _follow_recogniser(self) -> None:
        recogniser = self._broker.recogniser
        if recogniser is not None:
            self._session.set_recognizer(recogniser.capabilities, recogniser.load)

    def _failed(self, stage: Stage, error: Exception) -> None:
        """Tell of it, once as long as the same thing keeps failing."""
        if (event := self._failures.failed(stage, error)) is not None:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        if isinstance(event, TranscriptUpdate):
            self._newest = event.end
            if event.is_final:
                self._final_end = max(self._final_end, event.end)
                self._next_segment = self._beginning.segment + event.segment_id + 1
        elif isinstance(event, ErrorEvent):
            if event.severity is Severity.INFO:
                self._watcher.noted(event)
                return
        elif not isinstance(event, TranslationUpdate | SpeechAudio):
            return
        delay = self._delay(self._newest)
        event = continued(event, self._beginning)
        self.channel.tell(event, delay)
        self._watcher.told(event, delay)

    def _delay(self, end: float) -> float:
        """Seconds since the audio up to a session time came."""
        if not self._arrivals:
            return 0.0
        place = bisect_left(self._arrivals, end, key=lambda arrival: arrival[0])
        return max(0.0, self._clock() - self._arrivals[min(place, len(self._arrivals) - 1)][1])


def continued(event: Told, beginning: Beginning) -> Told:
    """An event of a session that is the continuation of another one, as one of the whole stream. Pure."""
    if beginning == Beginning() or isinstance(event, ErrorEvent) or event.segment_id < 0:
        return event
    segment, later = beginning.segment + event.segment_id, beginning.seconds
    if not isinstance(event, TranscriptUpdate):
        return replace(event, segment_id=segment)
    return replace(
        event,
        segment_id=segment,
        start=event.start + later,
        end=event.end + later,
        speech_end=event.speech_end + later,
        words=tuple(replace(word, start=word.start + later, end=word.end + later) for word in event.words),
        final_words=tuple(replace(word, start=word.start + later, end=word.end + later) for word in event.final_words),
    )
