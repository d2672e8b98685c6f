"""OpenAI's Realtime interface for transcription: `/v1/realtime?intent=transcription`. On the event loop.

Clients append the deltas to what they have, so a delta holds committed words only; `completed` has the words to keep.
With turn detection an utterance is an item; without, all that was sent up to a commit is one.
"""

import contextlib
import logging
import secrets
from dataclasses import replace
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, TranscriptUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import check_language
from desktop.messages import text_of
from desktop.server.audio.incoming import Incoming
from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.openai import realtime_messages as messages
from desktop.server.protocols.openai.messages import error_record
from desktop.server.protocols.sockets import RESTARTS, TRY_LATER, Telling, received
from desktop.server.protocols.turns import Turns
from desktop.server.streams.hub import Hub, ServerBusy

log = logging.getLogger(__name__)


class Realtime:
    """One connection."""

    def __init__(self, hub: Hub, socket: WebSocket, owner: str) -> None:
        self._hub = hub
        self._socket = socket
        self._owner = owner
        self._id = f"sess_{secrets.token_hex(8)}"
        self._input = messages.AudioInput(
            format=messages.AudioFormat(rate=24_000), turn_detection=messages.TurnDetection()
        )
        self._form = PcmFormat("s16le", 24_000)
        self._options = SessionOptions()
        self._incoming: Incoming | None = None
        self._telling: Telling | None = None
        self._turns = Turns(is_detected=True)
        self._has_audio = False
        self._is_clearing = False

    async def run(self) -> None:
        """Until the connection ends."""
        try:
            await self._send("session.created", session=self._session())
            async for text in received(self._socket):
                try:
                    if isinstance(text, bytes):
                        raise BadMessage("message-not-text")
                    event = messages.read(text)
                    await self._do(event)
                except ServerBusy as error:
                    await self._refuse(error, "server_error", "server_busy")
                    await self._socket.close(TRY_LATER)
                    return
                except EngineError as error:
                    await self._refuse(error, "invalid_request_error", _code(error))
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client has gone
        finally:
            if self._incoming is not None:
                self._incoming.close()
            if self._telling is not None:
                await self._telling.leave()

    async def _do(self, event: messages.ClientEvent) -> None:
        match event:
            case messages.UpdateSession():
                await self._update((event.session.audio or messages.Audio()).input or messages.AudioInput())
                await self._send("session.updated", session=self._session())
            case messages.UpdateBetaSession():
                await self._update(event.session.audio)
                await self._send("transcription_session.updated", session=messages.beta_session(self._id, self._input))
            case messages.Append():
                await self._append(event.data)
            case messages.Commit():
                await self._commit()
            case messages.Clear():
                await self._clear()

    async def _update(self, wanted: messages.AudioInput) -> None:
        """Take over what is said; what is not stays as it is."""
        given = wanted.model_fields_set
        changes = {name: getattr(wanted, name) for name in given if name in messages.AudioInput.model_fields}
        if "format" in changes and changes["format"] is None:
            del changes["format"]
        after = self._input.model_copy(update=changes)
        transcription = after.transcription or messages.Transcribing()
        language = check_language(transcription.language) if transcription.language else "auto"
        assert after.format is not None
        form = after.format.pcm
        if self._incoming is not None and self._input.format != after.format:
            await self._end_audio()
        self._input = after
        self._form = form
        self._options = replace(self._options, language=language, vocabulary=transcription.prompt or "")
        self._turns.is_detected = after.turn_detection is not None
        if self._telling is not None:
            self._telling.stream.configure(self._options)

    def _opened(self) -> Telling:
        if self._telling is None:
            self._telling = Telling(self._hub.open(self._options, self._owner), self._tell, self._ended)
        return self._telling

    async def _append(self, data: bytes) -> None:
        telling = self._opened()
        if self._incoming is None:
            self._incoming = Incoming(telling.stream.hear, self._form)
        self._has_audio |= bool(data)
        await self._incoming.feed(data)

    async def _commit(self) -> None:
        """The utterance is over, whatever was heard: all of it is told, then the next message is read."""
        if not self._has_audio:
            raise BadMessage("nothing-to-commit", code="input_audio_buffer_commit_empty")
        self._has_audio = False
        await self._settle()
        for name, fields in self._turns.committed(self._opened().stream.time):
            await self._send(name, **fields)

    async def _clear(self) -> None:
        """What was heard so far is of no interest."""
        if self._telling is not None:
            self._is_clearing = True
            try:
                await self._settle()
            finally:
                self._is_clearing = False
        self._turns.cleared()
        self._has_audio = False
        await self._send("input_audio_buffer.cleared")

    async def _settle(self) -> None:
        try:
            await self._end_audio()
        finally:
            await self._opened().settle()

    async def _end_audio(self) -> None:
        incoming, self._incoming = self._incoming, None
        if incoming is not None:
            await incoming.end()

    async def _tell(self, event: Any) -> None:
        if isinstance(event, ErrorEvent):
            await self._send("error", error=error_record(text_of(event), "server_error", event.code))
        elif isinstance(event, TranscriptUpdate) and not self._is_clearing:
            for name, fields in self._turns.heard(event):
                await self._send(name, **fields)

    async def _ended(self) -> None:
        """The server ends: all was told."""
        if self._hub.is_draining:
            await self._socket.close(RESTARTS)

    def _session(self) -> dict[str, Any]:
        shown = self._input
        assert shown.format is not None
        turns = shown.turn_detection
        return {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": self._id,
            "audio": {
                "input": {
                    "format": shown.format.model_dump(exclude_none=True),
                    "transcription": shown.transcription.model_dump() if shown.transcription is not None else None,
                    "noise_reduction": None,
                    "turn_detection": turns.model_dump() if turns is not None else None,
                }
            },
            "include": None,
        }

    async def _refuse(self, error: EngineError, kind: str, code: str) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._send("error", error=error_record(text_of(error), kind, code))

    async def _send(self, kind: str, **fields: Any) -> None:
        await self._socket.send_json({"type": kind, "event_id": f"event_{secrets.token_hex(8)}", **fields})


def _code(error: EngineError) -> str:
    """As OpenAI calls it, where it has a word for it."""
    return "invalid_value" if error.code == BadMessage.code else error.code
