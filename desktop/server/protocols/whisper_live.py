"""WhisperLive's protocol, for its clients and browser extensions, at a port of its own. On the event loop.

A text message says what is wanted, float32 samples of 16 kHz follow, then END_OF_AUDIO; the answer is each time the
last segments, of which those that are over are `completed`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, TranscriptUpdate, TranslationUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import check_language, check_target
from desktop.engine.transcript.reducer import Segment, TranscriptReducer, passage
from desktop.messages import text_of
from desktop.server.audio.incoming import Incoming
from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.openai.messages import first_fault
from desktop.server.protocols.sockets import NORMAL, POLICY, RESTARTS, TRY_LATER, Telling, closed, received
from desktop.server.streams.channel import Told
from desktop.server.streams.hub import Hub, ServerBusy
from desktop.server.streams.owner import owner_of

PORT = 9090
END = b"END_OF_AUDIO"
_BACKEND = "faster_whisper"
"""what clients must read to keep what is completed"""
_MINUTE = 60
_SAMPLES = PcmFormat("f32le", 16_000)


class Wanted(BaseModel):
    """The first message. What it says of models and thresholds has no effect."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    uid: Annotated[str, Field(min_length=1, max_length=200)]
    language: Annotated[str, Field(max_length=60)] | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    send_last_n_segments: Annotated[int, Field(ge=1, le=1000)] = 10
    enable_translation: bool = False
    target_language: Annotated[str, Field(max_length=60)] | None = None
    initial_prompt: Annotated[str, Field(max_length=2000)] | None = None
    hotwords: Annotated[str, Field(max_length=2000)] | None = None
    word_timestamps: bool = False

    @property
    def options(self) -> SessionOptions:
        """The same for a session. Raises LanguageUnknown."""
        words = ", ".join(filter(None, (self.hotwords, self.initial_prompt)))
        options = SessionOptions(language=check_language(self.language) if self.language else "auto", vocabulary=words)
        if self.task == "translate":
            return replace(options, target="en")
        if self.enable_translation and self.target_language:
            return replace(options, target=check_target(self.target_language))
        return options


def whisper_live_routes(hub: Hub) -> list[BaseRoute]:
    """Of its own application."""

    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await Connection(hub, socket).run()

    return [WebSocketRoute("/{path:path}", live)]


class Connection:
    """One client."""

    def __init__(self, hub: Hub, socket: WebSocket) -> None:
        self._hub = hub
        self._socket = socket
        self._wanted: Wanted | None = None
        self._telling: Telling | None = None
        self._incoming: Incoming | None = None
        self._reducer = TranscriptReducer()
        self._has_language = False

    async def run(self) -> None:
        """Until the connection ends."""
        try:
            async for message in received(self._socket):
                try:
                    if await self._is_over(message):
                        return
                except ServerBusy as error:
                    await self._send(status="WAIT", message=error.retry_after / _MINUTE)
                    await closed(self._socket, TRY_LATER)
                    return
                except EngineError as error:
                    await self._send(status="WARNING" if error.recoverable else "ERROR", message=text_of(error))
                    if not error.recoverable:
                        if self._telling is not None:
                            await self._telling.finish()  # what was said before is told
                        await closed(self._socket, POLICY)
                        return
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client has gone
        finally:
            if self._incoming is not None:
                self._incoming.close()
            if self._telling is not None:
                await self._telling.leave()

    async def _is_over(self, message: str | bytes) -> bool:
        """Take a message. True: it was the last one."""
        if self._wanted is None or self._telling is None or self._incoming is None:
            await self._begin(message)
            return False
        if message in (END, END.decode()):
            try:
                await self._incoming.end()
            finally:
                await self._telling.finish()
            await closed(self._socket, NORMAL)
            return True
        if isinstance(message, str):
            raise BadMessage("message-not-binary", recoverable=True)
        await self._incoming.feed(message)
        return False

    async def _begin(self, message: str | bytes) -> None:
        try:
            wanted = Wanted.model_validate_json(message)
        except ValidationError as error:
            where, reason = first_fault(error)
            raise BadMessage("message-wrong", field=where, reason=reason) from None
        self._wanted = wanted
        self._reducer = TranscriptReducer(wanted.send_last_n_segments + 1)
        stream = self._hub.open(wanted.options, owner_of(self._socket))
        self._telling = Telling(stream, self._tell, self._ended)
        self._incoming = Incoming(stream.hear, _SAMPLES)
        await self._send(message="SERVER_READY", backend=_BACKEND)

    async def _tell(self, event: Told) -> None:
        wanted = self._wanted
        assert wanted is not None
        if isinstance(event, ErrorEvent):
            await self._send(status="WARNING", message=text_of(event))
        elif isinstance(event, TranscriptUpdate):
            if not self._has_language and event.is_final and wanted.language is None and event.language:
                self._has_language = True
                await self._send(language=event.language, language_prob=1.0)
            self._reducer.add(event)
            if wanted.task == "transcribe":
                await self._show("segments", translated=False)
        elif isinstance(event, TranslationUpdate):
            self._reducer.add(event)
            await self._show("segments" if wanted.task == "translate" else "translated_segments", translated=True)

    async def _show(self, name: str, *, translated: bool) -> None:
        assert self._wanted is not None
        if segments := shown(self._reducer.segments(), self._wanted, translated=translated):
            await self._send(**{name: segments})

    async def _ended(self) -> None:
        if self._hub.is_draining:
            await self._send(message="DISCONNECT")
            await closed(self._socket, RESTARTS)

    async def _send(self, **fields: Any) -> None:
        uid = self._wanted.uid if self._wanted is not None else ""
        await self._socket.send_json({"uid": uid, **fields})


def shown(segments: Sequence[Segment], wanted: Wanted, *, translated: bool) -> list[dict[str, Any]]:
    """The last segments as a client reads them; those without words are left out."""
    found: list[dict[str, Any]] = []
    end = 0.0
    for one in segments:
        update = one.translation if translated else one.original
        if one.original is None or update is None or not (text := passage(update).text):
            continue
        # Clients take a segment that begins before the end of the last one for a repetition of it.
        start, end = max(one.original.start, end), max(one.original.end, end)
        found.append({"start": f"{start:.3f}", "end": f"{end:.3f}", "text": f" {text}", "completed": update.is_final})
        if wanted.word_timestamps and not translated:
            found[-1]["words"] = _words(one.original)
    return found[-wanted.send_last_n_segments :]


def _words(update: TranscriptUpdate) -> list[dict[str, Any]]:
    words = (update.final_words or update.words) if update.is_final else update.words
    return [
        {"word": word.text, "start": word.start, "end": word.end, "probability": word.probability} for word in words
    ]
