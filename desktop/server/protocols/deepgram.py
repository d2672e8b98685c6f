"""Deepgram's `/v1/listen`: live on a WebSocket, and whole recordings by POST. On the event loop."""

import asyncio
import contextlib
import hashlib
import tempfile
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.engine.errors import AudioError, EngineError, LanguageUnknown
from desktop.engine.events import ErrorEvent, Severity, TranscriptUpdate
from desktop.engine.transcript.export import Transcript, Utterance
from desktop.messages import text_of
from desktop.server.audio.incoming import Hear, Incoming
from desktop.server.audio.upload import hear_file
from desktop.server.protocols import deepgram_messages as messages
from desktop.server.protocols.bodies import TooLarge, gone, limited
from desktop.server.protocols.deepgram_messages import Parameters
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.sockets import NORMAL, POLICY, RESTARTS, TRY_LATER, Telling, closed, received
from desktop.server.streams.channel import Told
from desktop.server.streams.hub import Hub, ServerBusy
from desktop.server.streams.owner import owner_of
from desktop.server.streams.recordings import Play, Recording, unless_gone

_BLOCK = 1 << 16


def deepgram_routes(hub: Hub) -> list[BaseRoute]:
    """Both ways."""

    async def live(socket: WebSocket) -> None:
        request_id = str(uuid.uuid4())
        try:
            wanted = messages.parameters(socket.query_params)
            options = wanted.options
        except EngineError as error:
            await socket.send_denial_response(_refused(error, request_id))
            return
        await socket.accept(headers=[(b"dg-request-id", request_id.encode())], subprotocol=_subprotocol(socket))
        try:
            stream = hub.open(options, owner_of(socket))
        except ServerBusy as error:
            await socket.send_json(_error(error, "Busy"))
            await closed(socket, TRY_LATER)
            return
        await Live(hub, socket, wanted, request_id).run(stream)

    async def recorded(request: Request) -> Response:
        request_id = str(uuid.uuid4())
        try:
            return await _recorded(hub, request, request_id)
        except TooLarge as error:
            return _error_response(413, "Payload Too Large", str(error), request_id)
        except ClientDisconnect:
            return Response(status_code=499)
        except EngineError as error:
            return _refused(error, request_id)

    return [WebSocketRoute("/v1/listen", live), Route("/v1/listen", recorded, methods=["POST"])]


def _subprotocol(socket: WebSocket) -> str | None:
    """Browsers send their token as one, behind the word that names it."""
    offered = socket.scope.get("subprotocols", [])
    return next((one for one in offered if one in ("token", "bearer")), None)


class Live:
    """One live connection."""

    def __init__(self, hub: Hub, socket: WebSocket, wanted: Parameters, request_id: str) -> None:
        self._hub = hub
        self._socket = socket
        self._wanted = wanted
        self._request_id = request_id
        recogniser = hub.broker.recogniser
        self._model = recogniser.name if recogniser is not None else ""
        self._created = _now()
        self._segment: int | None = None
        self._last_word = 0.0
        self._finalizing = False
        self._has_told = False

    async def run(self, stream: Any) -> None:
        """Until the connection ends."""
        telling = Telling(stream, self._tell, self._ended)
        incoming = Incoming(stream.hear, self._wanted.raw)
        try:
            async for message in received(self._socket):
                try:
                    if isinstance(message, bytes):
                        await incoming.feed(message)
                    elif await self._do(messages.read(message), telling, incoming):
                        return
                except BadMessage as error:
                    await self._socket.send_json(_error(error, "SchemaError"))
                except EngineError as error:
                    await self._socket.send_json(
                        _error(error, "Busy" if isinstance(error, ServerBusy) else "DATA-0000")
                    )
                    if not error.recoverable:
                        await telling.finish()  # what was said before is told
                        await closed(self._socket, TRY_LATER if isinstance(error, ServerBusy) else POLICY)
                        return
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client has gone
        finally:
            incoming.close()
            await telling.leave()

    async def _do(self, message: messages.ClientMessage, telling: Telling, incoming: Incoming) -> bool:
        """True: the connection is over."""
        match message:
            case messages.CloseStream():
                try:
                    await incoming.end()
                finally:
                    await telling.finish()
                await self._socket.send_json(
                    {
                        "type": "Metadata",
                        **messages.metadata(self._request_id, "", self._created, telling.stream.time, self._model),
                    }
                )
                await closed(self._socket, NORMAL)
                return True
            case messages.Finalize():
                self._finalizing, self._has_told = True, False
                await telling.settle()
                self._finalizing = False
                if not self._has_told:
                    await self._socket.send_json(messages.nothing(telling.stream.time, self._request_id, self._model))
            case messages.Configure():
                if message.keyterms is not None:
                    options = replace(telling.stream.options, vocabulary=", ".join(message.keyterms)[:2000])
                    telling.stream.configure(options)
                await self._socket.send_json({"type": "ConfigureSuccess", "request_id": self._request_id})
            case messages.KeepAlive():
                pass
        return False

    async def _tell(self, event: Told) -> None:
        if isinstance(event, ErrorEvent):
            if event.severity is Severity.ERROR:
                await self._socket.send_json({"type": "Error", "variant": event.code, "description": text_of(event)})
            return
        if not isinstance(event, TranscriptUpdate):
            return
        if event.segment_id != self._segment:
            self._segment = event.segment_id
            if self._wanted.vad_events:
                started = {"type": "SpeechStarted", "channel": [0], "timestamp": round(event.start, 3)}
                await self._socket.send_json(started)
        if not event.is_final and not self._wanted.interim_results:
            return
        result = messages.results(
            event, self._request_id, self._model, from_finalize=self._finalizing and event.is_final
        )
        await self._socket.send_json(result)
        if event.is_final:
            self._has_told = True
            if self._wanted.utterance_end_ms is not None:
                words = event.final_words or event.words
                end = round(words[-1].end if words else event.end, 3)
                await self._socket.send_json({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": end})

    async def _ended(self) -> None:
        if self._hub.is_draining:
            await closed(self._socket, RESTARTS)


async def _recorded(hub: Hub, request: Request, request_id: str) -> Response:
    wanted = messages.parameters(request.query_params)
    if request.headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        raise BadMessage("no-urls")
    limited(request, hub.limits.upload)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            async for block in request.stream():
                digest.update(block)
                await asyncio.to_thread(file.write, block)
        recording = Recording(hub, wanted.options, owner_of(request), _play(wanted, path))
        said = await unless_gone(gone(request), _said(recording))
    if said is None:
        raise ClientDisconnect
    recogniser = hub.broker.recogniser
    model = recogniser.name if recogniser is not None else ""
    return JSONResponse(
        messages.recorded(said, recording.seconds, request_id, digest.hexdigest(), _now(), model, wanted)
    )


def _play(wanted: Parameters, path: Path) -> Play:
    raw = wanted.raw
    if raw is None:
        return lambda hear: hear_file(path, "the recording", hear)

    async def play(hear: Hear) -> float:
        heard = 0

        async def counted(samples: Any) -> None:
            nonlocal heard
            heard += len(samples)
            await hear(samples)

        incoming = Incoming(counted, raw)
        try:
            with path.open("rb") as file:
                while block := await asyncio.to_thread(file.read, _BLOCK):
                    await incoming.feed(block)
            await incoming.end()
        finally:
            incoming.close()
        return heard / 16_000

    return play


async def _said(recording: Recording) -> tuple[Utterance, ...]:
    transcript = Transcript()
    async with contextlib.aclosing(recording.events()) as events:
        async for event in events:
            transcript.add(event)
            if isinstance(event, ErrorEvent) and event.severity is Severity.ERROR:
                raise EngineError(event.message, code=event.code)
    return transcript.utterances()


def _refused(error: EngineError, request_id: str) -> Response:
    if isinstance(error, ServerBusy):
        response = _error_response(503, "SERVER_BUSY", text_of(error), request_id)
        response.headers["retry-after"] = str(error.retry_after)
        return response
    is_theirs = isinstance(error, BadMessage | AudioError | LanguageUnknown)
    return _error_response(
        400 if is_theirs else 500, "Bad Request" if is_theirs else "INTERNAL", text_of(error), request_id
    )


def _error_response(status: int, code: str, message: str, request_id: str) -> Response:
    return JSONResponse({"err_code": code, "err_msg": message, "request_id": request_id}, status)


def _error(error: EngineError, variant: str) -> dict[str, Any]:
    return {"type": "Error", "variant": variant, "description": text_of(error), "code": error.code}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
