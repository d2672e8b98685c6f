"""Wyoming, which Home Assistant speaks: speech to text and text to speech over TCP. On the event loop.

The protocol has neither tokens nor encryption, so only addresses that were allowed may connect.
"""

import asyncio
import contextlib
from typing import Any

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, Severity, TranscriptUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import check_language, join_words
from desktop.engine.text.sentences import spans
from desktop.engine.transcript.reducer import passage
from desktop.messages import text_of
from desktop.server.audio.incoming import Incoming
from desktop.server.audio.outgoing import pcm16
from desktop.server.audio.pcm import Encoding, PcmFormat
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.sockets import Telling
from desktop.server.protocols.wyoming import messages as messages
from desktop.server.protocols.wyoming.info import info
from desktop.server.protocols.wyoming.messages import Event
from desktop.server.security.network_guard import NetworkGuard
from desktop.server.streams.channel import Told
from desktop.server.streams.hub import Hub
from desktop.server.streams.speaking import speak
from desktop.server.streams.voices import default_language

PORT = 10300
_WIDTHS: dict[int, Encoding] = {1: "u8", 2: "s16le", 3: "s24le", 4: "s32le"}
_FAREWELL = 2.0
"""seconds for a client to take the last of what it is told"""
_LONGEST_TEXT = 20_000
"""characters that wait to be a sentence"""


class Wyoming:
    """The server's side of all connections. guard: who may connect."""

    def __init__(self, hub: Hub, guard: NetworkGuard) -> None:
        self._hub = hub
        self._guard = guard
        self._tasks: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client (for `asyncio.start_server`, whose `limit` is `LONGEST_LINE`)."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            async with self._guard.visit(writer.get_extra_info("peername")) as visit:
                visit.reason = await Connection(self._hub, visit.principal, reader, writer).run()
        except EngineError as refused:
            with contextlib.suppress(OSError):
                await messages.write(writer, _error(refused), _FAREWELL)
        finally:
            try:
                await _closed(writer)
            finally:
                self._tasks.discard(task)

    async def close(self, timeout: float) -> None:
        """Let the connections end, then end them; returns when all of them have ended."""
        tasks = tuple(self._tasks)
        if tasks:
            _, left = await asyncio.wait(tasks, timeout=timeout)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


class Connection:
    """One client; it may ask several times. owner: the id of whoever it is."""

    def __init__(self, hub: Hub, owner: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._hub = hub
        self._owner = owner
        self._reader = reader
        self._writer = writer
        self._options = SessionOptions()
        self._telling: Telling | None = None
        self._incoming: Incoming | None = None
        self._format: PcmFormat | None = None
        self._is_stopped = False
        self._text = ""
        """what was heard"""
        self._language = ""
        self._pending: str | None = None
        """text to speak whose sentence is not whole; None: none was begun"""
        self._voice: messages.Voice | None = None
        self._has_sound = False

    async def run(self) -> str:
        """Until the client leaves. Returns the code of why it was sent away, or nothing."""
        idle = self._hub.access.idle_seconds
        try:
            while True:
                try:
                    try:
                        async with asyncio.timeout(idle):
                            event = await messages.read(self._reader)
                    except TimeoutError:
                        raise BadMessage("client-idle", code="idle", minutes=max(1, round(idle / 60))) from None
                    if event is None:
                        return ""
                    await self._do(event)
                except BadMessage as error:
                    await self._refuse(error)
                    if not error.recoverable:
                        return error.code
                except EngineError as error:
                    await self._refuse(error)
                    await self._forget()
        except OSError:
            return ""  # the client has gone, or takes nothing any more
        finally:
            await self._forget()

    async def _do(self, event: Event) -> None:
        match event.type:
            case "describe":
                await self._send("info", await asyncio.to_thread(info, self._hub.broker.recogniser))
            case "ping":
                await self._send("pong", {"text": messages.part(messages.Ping, event).text})
            case "transcribe":
                self._wish(messages.part(messages.Transcribe, event))
            case "audio-start":
                await self._forget()
                self._format = _form(messages.part(messages.AudioData, event))
                self._open()
            case "audio-chunk":
                await self._hear(_form(messages.part(messages.AudioData, event)), event.payload)
            case "audio-stop":
                await self._stop()
            case "synthesize":
                # Clients that send a text in pieces send it whole, too, for servers that know no pieces.
                if self._pending is None:
                    wanted = messages.part(messages.Synthesize, event)
                    self._voice = wanted.voice
                    await self._speak(wanted.text)
                    await self._end_sound()
            case "synthesize-start":
                self._voice = messages.part(messages.SynthesizeStart, event).voice
                self._pending = ""
            case "synthesize-chunk":
                await self._speak_more(messages.part(messages.SynthesizeChunk, event).text)
            case "synthesize-stop":
                await self._speak_rest()
            case _:
                pass  # as the protocol asks: what is unknown is ignored

    def _wish(self, wanted: messages.Transcribe) -> None:
        words = [*(wanted.transcript_names or ()), *(wanted.transcript_terms or ())]
        self._options = SessionOptions(
            language=check_language(wanted.language) if wanted.language else "auto", vocabulary=", ".join(words)[:2000]
        )

    def _open(self) -> Telling:
        if self._telling is None:
            self._text, self._language = "", ""
            self._is_stopped = False
            self._telling = Telling(self._hub.open(self._options, self._owner), self._tell, self._ended)
        return self._telling

    async def _hear(self, form: PcmFormat, data: bytes) -> None:
        telling = self._open()
        if self._incoming is not None and form != self._format:
            await self._incoming.end()
            self._incoming = None
        self._format = form
        if self._incoming is None:
            self._incoming = Incoming(telling.stream.hear, form)
        await self._incoming.feed(data)

    async def _stop(self) -> None:
        """All was heard: the transcript, in pieces and as a whole."""
        telling = self._open()
        self._is_stopped = True
        try:
            if self._incoming is not None:
                await self._incoming.end()
        finally:
            await telling.finish()
        await self._told()
        await self._forget()

    async def _ended(self) -> None:
        """The stream has ended; if not by `audio-stop`, the server ends: what was heard so far is the transcript."""
        if self._hub.is_draining and not self._is_stopped:
            await self._told()

    async def _told(self) -> None:
        await self._send("transcript-start", {"language": self._options.language})
        text, language = self._text.strip(), self._language
        if text:
            await self._send("transcript-chunk", {"text": text})
        await self._send("transcript", {"text": text, **({"language": language} if language else {})})
        await self._send("transcript-stop")

    async def _tell(self, event: Told) -> None:
        if isinstance(event, ErrorEvent) and event.severity is Severity.ERROR:
            await self._write(_error(event))
        elif isinstance(event, TranscriptUpdate) and event.is_final:
            self._language = self._language or event.language
            self._text = join_words(self._text, passage(event).text, event.language)

    async def _speak_more(self, text: str) -> None:
        """Speak the sentences that are whole."""
        if self._pending is None:
            self._pending = ""
        self._pending += text
        *whole, last = spans(self._pending, self._spoken_language()) or [(0, len(self._pending))]
        if len(self._pending) - last[0] > _LONGEST_TEXT:
            whole, last = [*whole, last], (len(self._pending), len(self._pending))
        said, self._pending = self._pending[: last[0]], self._pending[last[0] :]
        if whole:
            await self._speak(said)

    async def _speak_rest(self) -> None:
        rest, self._pending = self._pending or "", None
        if rest.strip():
            await self._speak(rest)
        await self._end_sound()
        await self._send("synthesize-stopped")

    async def _speak(self, text: str) -> None:
        async with contextlib.aclosing(speak(self._hub, text, self._spoken_language())) as chunks:
            async for chunk in chunks:
                form = {"rate": chunk.sample_rate, "width": 2, "channels": 1}
                if not self._has_sound:
                    self._has_sound = True
                    await self._send("audio-start", form)
                await self._send("audio-chunk", form, pcm16(chunk.samples))

    async def _end_sound(self) -> None:
        if not self._has_sound:  # nothing to say is sound of no length
            await self._send("audio-start", {"rate": 22_050, "width": 2, "channels": 1})
        self._has_sound = False
        await self._send("audio-stop")

    def _spoken_language(self) -> str:
        voice = self._voice or messages.Voice()
        if voice.language:
            return check_language(voice.language)
        with contextlib.suppress(EngineError):
            return check_language((voice.name or "").partition("-")[0])
        return default_language()

    async def _refuse(self, error: EngineError) -> None:
        await self._write(_error(error))

    async def _send(self, kind: str, data: dict[str, Any] | None = None, payload: bytes = b"") -> None:
        await self._write(Event(kind, data or {}, payload))

    async def _write(self, event: Event) -> None:
        await messages.write(self._writer, event, self._hub.access.idle_seconds)

    async def _forget(self) -> None:
        """What was begun is given up."""
        incoming, telling = self._incoming, self._telling
        self._incoming = self._telling = None
        self._pending, self._has_sound = None, False
        if incoming is not None:
            incoming.close()
        if telling is not None:
            await telling.leave()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Close; a client that does not take what is left for it is cut off."""
    writer.close()
    try:
        async with asyncio.timeout(_FAREWELL):
            await writer.wait_closed()
    except OSError:  # it takes too long, too
        pass
    finally:
        writer.transport.abort()


def _error(error: EngineError | ErrorEvent) -> Event:
    return Event("error", {"text": text_of(error), "code": error.code})


def _form(data: messages.AudioData) -> PcmFormat:
    encoding = _WIDTHS.get(data.width)
    if encoding is None:
        raise BadMessage("sample-width", width=data.width, recoverable=True)
    return PcmFormat(encoding, data.rate, data.channels)
