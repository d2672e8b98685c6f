"""OpenAI: transcription and speech over REST, transcription over the Realtime interface."""

import asyncio
import base64
import io
import json
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import soxr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.engine.events import Samples
from tests.cloud_peers.faults import KEY, Fault
from tests.cloud_peers.hearing import Powers, Said, floats
from tests.cloud_peers.web import STATUS, WebPeer, web_peer

_ITEM = "conversation.item.input_audio_transcription"
_CODES = {Fault.KEY: "invalid_api_key", Fault.QUOTA: "insufficient_quota", Fault.RATE: "rate_limit_exceeded"}


class OpenAIPeer(WebPeer):
    """All of it, at `address`/v1."""

    def error(self) -> dict[str, Any]:
        fault = self.plan.fault
        code = _CODES.get(fault, "") if fault is not None else ""
        return {"error": {"message": "no", "type": code or "server_error", "code": code or None, "param": None}}

    async def admit(self, request: Request) -> Response | None:
        self.headers.append(dict(request.headers))
        has_key = request.headers.get("authorization") == f"Bearer {KEY}"
        return await self.fault(self.error(), has_key=has_key)

    async def models(self, request: Request) -> Response:
        wrong = await self.admit(request)
        return wrong or JSONResponse(
            {"object": "list", "data": [{"id": "any", "object": "model", "created": 0, "owned_by": "x"}]}
        )

    async def transcriptions(self, request: Request) -> Response:
        if (wrong := await self.admit(request)) is not None:
            return wrong
        async with request.form() as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            content = await form["file"].read()  # type: ignore[union-attr]
        self.asked.append(fields)
        with wave.open(io.BytesIO(content)) as sound:
            assert sound.getframerate() == 16_000
            samples = floats(sound.readframes(sound.getnframes()))
        chosen = (fields["language"],) if "language" in fields else ()
        language, words = await asyncio.to_thread(self.powers.ear.hear, samples, chosen)
        text = " ".join(word.text for word in words)
        if fields.get("response_format") != "verbose_json":
            return JSONResponse({"text": text, "usage": {"type": "duration", "seconds": 1}})
        return JSONResponse(
            {
                "task": "transcribe",
                "language": {"en": "english", "es": "spanish"}.get(language, language),
                "duration": len(samples) / 16_000,
                "text": text,
                "words": [{"word": word.text.strip(".,?!"), "start": word.start, "end": word.end} for word in words],
                "segments": [],
            }
        )

    async def speech(self, request: Request) -> Response:
        if (wrong := await self.admit(request)) is not None:
            return wrong
        wanted = json.loads(await request.body())
        self.asked.append(wanted)
        assert wanted["response_format"] == "pcm"
        samples = await asyncio.to_thread(
            self.powers.speak, wanted["input"], wanted.get("language", "en"), wanted.get("speed", 1.0)
        )
        data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        return StreamingResponse(self._blocks(data), media_type="audio/pcm")

    async def _blocks(self, data: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(data), 4801):  # odd: a sample may be cut
            match self.plan.at(at / 48_000):
                case Fault.STALL:
                    await self.stalled.wait()
                case Fault.HALF_CLOSED | Fault.BUSY:
                    yield data[at : at + 1]
                    return
            yield data[at : at + 4801]

    async def realtime(self, socket: WebSocket) -> None:
        self.headers.append(dict(socket.headers))
        has_key = socket.headers.get("authorization") == f"Bearer {KEY}"
        fault = self.plan.at_once() if has_key else Fault.KEY
        if fault is Fault.STALL:
            await self.stalled.wait()
        if fault in STATUS and fault not in (Fault.LENGTH, Fault.SIZE):
            wrong = await self.fault(self.error(), has_key=has_key)
            assert wrong is not None
            await socket.send_denial_response(wrong)
            return
        await socket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):  # the client has gone
            await _Session(self, socket).run()


class _Session:
    """One connection of the Realtime interface, without detection of turns."""

    def __init__(self, peer: OpenAIPeer, socket: WebSocket) -> None:
        self._peer = peer
        self._socket = socket
        self._resampler = soxr.ResampleStream(24_000, 16_000, 1, dtype="float32", quality="HQ")
        self._listening: Any = None
        self._told: list[str] = []
        self._kept: list[str] = []
        self._languages: tuple[str, ...] = ()

    async def run(self) -> None:
        await self._send("session.created", session={"type": "transcription"})
        if self._peer.plan.at_once() is Fault.GARBAGE:
            await self._socket.send_text("<html>")
        while True:
            message = json.loads(await self._socket.receive_text())
            match message["type"]:
                case "session.update":
                    wanted = message["session"]["audio"]["input"]
                    self._peer.asked.append(wanted)
                    assert wanted["format"] == {"type": "audio/pcm", "rate": 24_000}
                    language = wanted["transcription"].get("language")
                    self._languages = (language,) if language else ()
                    self._listening = self._peer.powers.listening(self._languages)
                    await self._send("session.updated", session=message["session"])
                case "input_audio_buffer.append":
                    data = base64.b64decode(message["audio"])
                    await self._hear(self._resampler.resample_chunk(floats(data)))
                    if await self._goes_wrong():
                        return
                case "input_audio_buffer.commit":
                    await self._hear(self._resampler.resample_chunk(np.zeros(0, np.float32), last=True))
                    await self._commit()

    async def _hear(self, samples: Samples) -> None:
        for said in await asyncio.to_thread(lambda: list(self._listening.add(samples))):
            await self._tell(said)

    async def _tell(self, said: Said) -> None:
        """Deltas are appended: only what is final, or all but the newest words, can be told."""
        await asyncio.sleep(self._peer.plan.delay)
        words = [word.text for word in said.words]
        if said.is_final:
            self._kept += words
        self._peer.powers.told(said.words if said.is_final else said.words[:-2])
        known = self._kept if said.is_final else [*self._kept, *words[:-2]]
        if new := known[len(self._told) :]:
            self._told += new
            await self._send(f"{_ITEM}.delta", item_id="i", content_index=0, delta=" " + " ".join(new))

    async def _commit(self) -> None:
        if self._listening.seconds < 0.1:
            error = {"type": "invalid_request_error", "code": "input_audio_buffer_commit_empty", "message": "empty"}
            await self._send("error", error=error)
            return
        await self._send("input_audio_buffer.committed", item_id="i")
        for said in await asyncio.to_thread(lambda: list(self._listening.finish())):
            await self._tell(said)
        await self._send(f"{_ITEM}.completed", item_id="i", content_index=0, transcript=" ".join(self._kept))
        self._listening = self._peer.powers.listening(self._languages)
        self._told, self._kept = [], []

    async def _goes_wrong(self) -> bool:
        """True: the connection is over."""
        plan = self._peer.plan
        if plan.is_too_long(self._listening.seconds):
            error = {"type": "invalid_request_error", "code": "session_expired", "message": "too long"}
            await self._send("error", error=error)
            return True
        match plan.at(self._listening.seconds):
            case None | Fault.SLOW:
                return False
            case Fault.STALL:
                await self._peer.stalled.wait()
            case Fault.GARBAGE:
                await self._socket.send_text("<html>")
            case Fault.HALF_CLOSED:
                await self._socket.close()
            case fault:
                code = {Fault.LENGTH: "session_expired", **_CODES}.get(fault, "")
                await self._send("error", error={"type": "server_error", "code": code or None, "message": "no"})
        return True

    async def _send(self, kind: str, **fields: Any) -> None:
        await self._socket.send_json({"type": kind, "event_id": "e", **fields})


@contextmanager
def openai_peer(powers: Powers) -> Iterator[OpenAIPeer]:
    peer = OpenAIPeer(powers)
    routes = [
        Route("/v1/models", peer.models),
        Route("/v1/audio/transcriptions", peer.transcriptions, methods=["POST"]),
        Route("/v1/audio/speech", peer.speech, methods=["POST"]),
        WebSocketRoute("/v1/realtime", peer.realtime),
    ]
    with web_peer(peer, routes):
        yield peer
