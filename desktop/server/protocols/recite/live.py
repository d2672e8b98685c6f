"""`/ws/recite`: a reader speaks, and hears of each word how it was read. On the event loop.

Samples are PCM16 at 16 kHz in binary messages of 200-500 ms; text messages are `messages.Stop` and `messages.MoveTo`.
The server's own sessions recognise; a report comes as soon as a mark changes, and at the latest once in a window.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples, Severity, TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import join_words
from desktop.messages import text_of
from desktop.practice.feedback import PassageFeedback
from desktop.practice.matching.similarity import Sounds
from desktop.practice.reading import Reading
from desktop.practice.text import PracticeText
from desktop.server.audio.incoming import Hear, Incoming
from desktop.server.audio.outgoing import pcm16
from desktop.server.audio.pcm import PcmFormat
from desktop.server.limits import ReciteLimits
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.recite import messages
from desktop.server.protocols.recite.ending import assessed, recognised
from desktop.server.protocols.recite.figures import ReciteFigures
from desktop.server.protocols.recite.kept import Kept, KeptReading, KeptWord
from desktop.server.protocols.recite.parameters import Parameters
from desktop.server.protocols.sockets import NORMAL, POLICY, RESTARTS, TRY_LATER, Telling, closed, received
from desktop.server.streams.channel import Told
from desktop.server.streams.hub import Hub, ServerBusy
from desktop.server.streams.stream import Beginning, Stream

_FORMAT = PcmFormat("s16le", SAMPLE_RATE)
_LONGEST = 15 * 60
"""seconds of a reading that can be verified at its end"""


class Recital:
    """One reader's connection. Its numbers and times are those of the whole reading, however often it was cut off."""

    def __init__(
        self,
        hub: Hub,
        socket: WebSocket,
        wanted: Parameters,
        text: PracticeText,
        figures: ReciteFigures,
        limits: ReciteLimits,
        kept: Kept,
        owner: str,
        sounds: Sounds | None,
    ) -> None:
        self._hub = hub
        self._socket = socket
        self._wanted = wanted
        self._text = text
        self._figures = figures
        self._limits = limits
        self._kept = kept
        self._owner = owner
        self._id = wanted.connection_id or secrets.token_urlsafe(16)
        self._reading = Reading(text, wanted.options, sounds)
        self._following = asyncio.Lock()
        """one at a time follows the reader: it computes on threads"""
        self._words: list[Word] = []
        """that are final"""
        self._before = 0.0
        """seconds that were heard on earlier connections"""
        self._segments = 0
        """utterances of earlier connections"""
        self._transcript: dict[int, str] = {}
        self._pieces: list[bytes] = []
        self._length = 0
        """samples of this connection"""
        self._told: PassageFeedback | None = None
        self._told_at = 0.0
        """how much had been heard when the last report was told"""
        self._heard_to = 0.0
        self._waited = 0.0
        """seconds that the newest words waited to be decoded"""
        self._behind = 0
        """windows that wait"""
        self._failed = ""
        """code of what went wrong with the newest decoding"""
        self._step = limits.window
        self._stream: Stream | None = None

    @property
    def beginning(self) -> Beginning:
        """Where its stream begins."""
        return Beginning(self._before, self._segments)

    @property
    def session_options(self) -> SessionOptions:
        """For its stream."""
        return self._reading.session_options(SessionOptions())

    async def resume(self, reading: KeptReading) -> None:
        """Go on where an earlier connection ended."""
        self._words = [one.word for one in reading.words]
        self._before = self._told_at = reading.seconds
        if self._words:
            await self._follow(_update(self._words, self._text.language))
        self._segments = 1

    async def run(self, stream: Stream) -> None:
        """Until the connection ends."""
        self._step, self._stream = self._figures.connected(), stream
        telling = Telling(stream, self._tell, self._ended)
        incoming = Incoming(self._heard(stream), _FORMAT)
        try:
            await self._socket.send_json(
                messages.begun(self._id, self._text, seconds=self._before, is_resumed=bool(self._segments))
            )
            async for message in received(self._socket):
                try:
                    if isinstance(message, bytes):
                        await incoming.feed(message)
                        await self._report_if_due(stream)
                    elif await self._do(messages.read(message), telling, incoming):
                        return
                except BadMessage as error:
                    await self._fail(error)
                except EngineError as error:
                    await self._fail(error)
                    if not error.recoverable:
                        await self._keep(stream)
                        await closed(self._socket, TRY_LATER if isinstance(error, ServerBusy) else POLICY)
                        return
            await self._keep(stream)  # it may come back
        except (WebSocketDisconnect, RuntimeError):
            await self._keep(stream)
        finally:
            self._figures.left()
            incoming.close()
            await telling.leave()

    def _heard(self, stream: Stream) -> Hear:
        async def hear(samples: Samples) -> None:
            if self._length < _LONGEST * SAMPLE_RATE:
                self._pieces.append(pcm16(samples))
            self._length += len(samples)
            await stream.hear(samples)

        return hear

    async def _do(self, message: messages.Stop | messages.MoveTo, telling: Telling, incoming: Incoming) -> bool:
        """True: the connection is over."""
        if isinstance(message, messages.MoveTo):
            if not 0 <= message.index < len(self._text.words):
                raise BadMessage("recite-message")
            async with self._following:
                self._reading.move_to(message.index)
            await self._report(telling.stream)
            return False
        await incoming.end()
        await telling.finish()
        await self._socket.send_json(await self._final())
        await self._kept.forget(self._id)
        await closed(self._socket, NORMAL)
        return True

    async def _final(self) -> dict[str, Any]:
        samples = self._recording() if self._wanted.verify and not self._segments else None
        seconds = self._before + self._length / SAMPLE_RATE
        try:
            if self._failed:
                raise EngineError("recite-nothing-heard", code=self._failed)
            words = tuple(self._words)
            if samples is not None:
                if self._length > len(samples):
                    raise EngineError("recite-too-long", code="too-long", minutes=_LONGEST // 60)
                words, _ = await recognised(self._hub, self._text.language, self._owner, _playing(samples))
            result = await assessed(self._hub, self._text, words, seconds, samples)
        except EngineError as error:
            self._figures.failures += 1
            return messages.final_result_error(error.code, text_of(error), self._reading.feedback)
        return messages.final_result(self._text, result, is_verified=samples is not None)

    def _recording(self) -> Samples:
        samples: Samples = np.frombuffer(b"".join(self._pieces), "<i2").astype(np.float32) / np.float32(32768)
        return samples

    async def _tell(self, event: Told) -> None:
        if isinstance(event, ErrorEvent):
            if event.severity is Severity.ERROR:
                self._figures.failures += 1
                self._failed = event.code
            return
        if not isinstance(event, TranscriptUpdate):
            return
        self._failed = ""
        stream = self._stream
        assert stream is not None
        self._heard_to = event.end
        self._waited = max(0.0, stream.time - event.end - stream.took)
        self._figures.answered(1000 * (self._waited + stream.took))
        self._transcript[event.segment_id] = join_words(event.committed, event.unconfirmed, self._text.language)
        if event.is_final:
            self._words += event.final_words or event.words
            await self._keep(stream)
        if await self._follow(event):
            await self._report(stream)

    async def _follow(self, update: TranscriptUpdate) -> bool:
        """True: a mark has changed. The comparison of sounds may wait for another program."""
        async with self._following:
            return await asyncio.to_thread(self._reading.hear, update) is not None

    async def _report_if_due(self, stream: Stream) -> None:
        behind = int(max(0.0, stream.time - max(self._heard_to, stream.settled)) / self._step)
        if behind > self._limits.queue and behind > self._behind:
            self._figures.dropped += 1
        self._behind = behind
        if stream.time - self._told_at >= self._step:
            await self._report(stream)

    async def _report(self, stream: Stream) -> None:
        latency = messages.latency(max(self._waited, self._behind * self._step), stream.took, self._failed)
        feedback = self._reading.feedback
        await self._socket.send_json(
            messages.partial_result(
                self._transcript[max(self._transcript)] if self._transcript else "",
                feedback,
                self._told if self._wanted.feedback == "changed" else None,
                latency,
                queue_depth=self._behind,
                is_busy=self._behind > self._limits.queue,
            )
        )
        self._told, self._told_at = feedback, stream.time

    async def _keep(self, stream: Stream) -> None:
        reading = KeptReading(
            owner=self._owner,
            wanted=self._wanted.model_dump(exclude={"connection_id"}),
            words=tuple(KeptWord.of(word) for word in self._words),
            seconds=stream.settled,
        )
        await self._kept.put(self._id, reading)

    async def _fail(self, error: EngineError) -> None:
        is_busy = isinstance(error, ServerBusy)
        await self._socket.send_json(messages.failure(error.code, text_of(error), is_busy=is_busy))

    async def _ended(self) -> None:
        if self._hub.is_draining:
            await closed(self._socket, RESTARTS)


def _update(words: list[Word], language: str) -> TranscriptUpdate:
    """What was heard on earlier connections, as one utterance."""
    return TranscriptUpdate(
        segment_id=0,
        revision=1,
        language=language,
        committed="",
        unconfirmed="",
        words=tuple(words),
        start=words[0].start,
        end=words[-1].end,
        is_final=True,
        speech_end=words[-1].end,
        final_words=tuple(words),
    )


def _playing(samples: Samples) -> Callable[[Hear], Any]:
    async def play(hear: Hear) -> float:
        for start in range(0, len(samples), SAMPLE_RATE):
            await hear(samples[start : start + SAMPLE_RATE])
        return len(samples) / SAMPLE_RATE

    return play
