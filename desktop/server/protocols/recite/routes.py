"""What answers for readers: the WebSocket, the fallback for whole recordings, the figures. On the event loop."""

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from desktop.engine.errors import AudioError, EngineError, LanguageUnknown
from desktop.engine.events import Samples
from desktop.engine.speech.phonemes import phonemes_of
from desktop.messages import text_of
from desktop.practice.record import result_record
from desktop.practice.text import PracticeText
from desktop.practice.texts.document import Document, TextUnreadable
from desktop.server.audio.incoming import Hear
from desktop.server.audio.upload import hear_file
from desktop.server.limits import ReciteLimits
from desktop.server.protocols.bodies import TooLarge, gone, limited, saved
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.recite.ending import assessed, recognised
from desktop.server.protocols.recite.figures import ReciteFigures
from desktop.server.protocols.recite.kept import Kept, KeptHere
from desktop.server.protocols.recite.live import Recital
from desktop.server.protocols.recite.messages import failure
from desktop.server.protocols.recite.parameters import Parameters, parameters, text_of_wanted
from desktop.server.protocols.sockets import TRY_LATER, closed
from desktop.server.streams.hub import Hub, ServerBusy
from desktop.server.streams.owner import owner_of
from desktop.server.streams.recordings import unless_gone

_MOST_FIELDS = 12
_LONGEST_FIELD = 128 << 10
_SECOND_LOOK = 30 * 60
"""seconds of a recording that are looked at again where something is in doubt"""
_PIECE = 1.0
"""seconds that are heard at a time, at least"""


@dataclass(frozen=True, slots=True)
class ReciteOptions:
    """How the server serves readers. pack: verses that clients name by their numbers."""

    pack: Document | None = None
    limits: ReciteLimits = field(default_factory=ReciteLimits)


class Recitals:
    """All readers of a server."""

    def __init__(self, hub: Hub, options: ReciteOptions, kept: Kept | None = None) -> None:
        self._hub = hub
        self._options = options
        self._kept: Kept = kept or KeptHere()
        self.figures = ReciteFigures(options.limits)

    @property
    def routes(self) -> list[BaseRoute]:
        """Without the figures."""
        return [WebSocketRoute("/ws/recite", self._live), Route("/verify", self._verify, methods=["POST"])]

    @property
    def figure_route(self) -> Route:
        """`/metrics/streaming`; also for the port of health and metrics."""

        async def figures(_: Request) -> Response:
            return JSONResponse(self.figures.record())

        return Route("/metrics/streaming", figures)

    async def _live(self, socket: WebSocket) -> None:
        owner = owner_of(socket)
        try:
            wanted, reading = await self._wanted(parameters(socket.query_params), owner)
            text = self._text(wanted)
        except EngineError as error:
            await socket.send_denial_response(_denied(error))
            return
        await socket.accept()
        sounds = await asyncio.to_thread(phonemes_of, text.language)
        limits = self._options.limits
        recital = Recital(self._hub, socket, wanted, text, self.figures, limits, self._kept, owner, sounds)
        if reading is not None:
            await recital.resume(reading)
        try:
            stream = self._hub.open(recital.session_options, owner, beginning=recital.beginning)
        except ServerBusy as error:
            await socket.send_json(failure(error.code, text_of(error), is_busy=True))
            await closed(socket, TRY_LATER)
            return
        await recital.run(stream)

    async def _wanted(self, wanted: Parameters, owner: str) -> tuple[Parameters, Any]:
        """What is read: of an earlier connection what that wanted."""
        reading = await self._kept.get(wanted.connection_id) if wanted.connection_id else None
        if reading is None or reading.owner != owner:
            return wanted.model_copy(update={"connection_id": ""}), None
        return parameters(reading.wanted | {"connection_id": wanted.connection_id}), reading

    def _text(self, wanted: Parameters) -> PracticeText:
        recogniser = self._hub.broker.recogniser
        languages = recogniser.capabilities.languages if recogniser is not None else frozenset()
        return text_of_wanted(wanted, self._options.pack, languages)

    async def _verify(self, request: Request) -> Response:
        try:
            return await self._verified(request)
        except TooLarge as error:
            return JSONResponse({"error": {"code": "too-large", "message": str(error)}}, 413)
        except HTTPException as error:
            sentence = f"The form is not understood: {error.detail}"
            return JSONResponse({"error": {"code": "invalid-form", "message": sentence}}, 400)
        except ClientDisconnect:
            return Response(status_code=499)
        except EngineError as error:
            return _denied(error)

    async def _verified(self, request: Request) -> Response:
        async with contextlib.AsyncExitStack() as opened:
            limited(request, self._hub.limits.upload)
            async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD) as form:
                file = form.get("file")
                text = self._text(parameters({name: one for name, one in form.items() if name != "file"}))
                if not isinstance(file, UploadFile):
                    raise BadMessage("message-wrong", field="file", reason="send the recording as a file of the form")
                folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="parley-"))
                path = await saved(file, Path(folder))
                name = (file.filename or "file")[:200]

            pieces: list[Samples] = []

            async def play(hear: Hear) -> float:
                async def heard(samples: Samples) -> None:
                    if len(pieces) * _PIECE < _SECOND_LOOK:
                        pieces.append(samples)
                    await hear(samples)

                return await hear_file(path, name, heard)

            work = recognised(self._hub, text.language, owner_of(request), play)
            found = await unless_gone(gone(request), work)
            if found is None:
                raise ClientDisconnect
            words, seconds = found
            samples = np.concatenate(pieces) if seconds <= _SECOND_LOOK else None
            result = await assessed(self._hub, text, words, seconds, samples)
        return JSONResponse(result_record(text, result))


def _denied(error: EngineError) -> Response:
    is_theirs = isinstance(error, BadMessage | AudioError | LanguageUnknown | TextUnreadable)
    status = 503 if isinstance(error, ServerBusy) else 400 if is_theirs else 500
    headers = {"retry-after": str(error.retry_after)} if isinstance(error, ServerBusy) else None
    return JSONResponse({"error": {"code": error.code, "message": text_of(error)}}, status, headers)
