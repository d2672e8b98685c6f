"""OpenAI's Realtime interface for transcription. On the recognition thread and the engines' loop.

An utterance is a connection: what is sent is committed at its end, and the transcript of it settles all. Before that
the deltas tell what is heard; they are only ever appended, so all but the newest words are settled.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from desktop.engine.cloud.clients.libraries import setting
from desktop.engine.cloud.clients.loop import LOOP
from desktop.engine.cloud.clients.openai import CHOOSING, make_client, meaning, working
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.network import failure_of
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import BackendFailed
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.backends.base import Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.backends.cloud.heard import Answer, rest_after, spread
from desktop.engine.recognition.backends.cloud.sound import BYTES, Part
from desktop.engine.recognition.backends.cloud.stream import CloudStream
from desktop.engine.text.languages import CODES

_RATE = 24_000
"""Hz, the only one there is"""
_MESSAGE = BYTES // 2
_CLOSING = 0.2
"""seconds that the other side may take to close"""
_PATIENCE = 1.5
_OPEN_WORDS = 2
"""newest words of the deltas that may still grow"""
_ITEM = "conversation.item.input_audio_transcription"


class RealtimeRecognizer:
    """A StreamRecognizer."""

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._client: Any = None
        self.capabilities = RecognizerCapabilities(
            frozenset(CODES), detects_language=True, streaming=True, needs_network=True, follows_stream=True
        )

    @property
    def name(self) -> str:
        return self._options.name

    @property
    def sent_to(self) -> str:
        """Where sound goes; empty: nowhere now."""
        return self._options.place if self._client is not None else ""

    def load(self, progress: Progress) -> None:
        """Make a connection and ask for the model, which shows that all is right. Raises CloudFailed."""
        progress(0.0)
        self.close()
        client = make_client(self._options, is_asynchronous=True)
        LOOP.enter(self)
        self._client = client
        try:
            LOOP.start(asyncio.wait_for(self._try(), self._options.timeouts.load)).result()
        except TimeoutError:
            self.close()
            raise CloudFailed(Failure.STALL, self._options.place) from None
        except BaseException:
            self.close()
            raise
        progress(1.0)

    def open(self, request: RecognitionRequest) -> CloudStream:
        if self._client is None:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)
        if request.language is not None and request.language not in CODES:
            raise CloudLimit(Limit.LANGUAGE, self._options.place)
        language = request.language or next(iter(request.candidates), "en")

        async def converse(part: Part, tell: Callable[[Answer], None]) -> None:
            await self._converse(request, language, part, tell)

        return CloudStream(converse, self._options, language, _MESSAGE, _PATIENCE)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            LOOP.start(client.close()).result(self._options.timeouts.answer)
            LOOP.leave(self)

    # On the loop.

    async def _try(self) -> None:
        async with self._connected(RecognitionRequest("en")):
            pass

    async def _converse(
        self, request: RecognitionRequest, language: str, part: Part, tell: Callable[[Answer], None]
    ) -> None:
        async with self._connected(request) as connection:
            sending = asyncio.create_task(self._send(connection, part))
            try:
                await self._listen(connection, Turn(language), part, sending, tell)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    @asynccontextmanager
    async def _connected(self, request: RecognitionRequest) -> AsyncIterator[Any]:
        """A connection that knows what is wanted of it."""
        from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

        place = self._options.place
        try:
            with working(self._options):
                manager = self._client.realtime.connect(
                    extra_query={"intent": "transcription"}, websocket_connection_options={"close_timeout": _CLOSING}
                )
                connection = await asyncio.wait_for(manager.enter(), self._options.timeouts.connect)
                try:
                    await connection.send({"type": "session.update", "session": self._session(request)})
                    yield connection
                finally:
                    await connection.close()
        except InvalidStatus as error:
            answer = error.response
            wait = answer.headers.get("retry-after")
            raise meaning(self._options, answer.status_code, _code(answer.body), wait) from None
        except TimeoutError:
            raise CloudFailed(Failure.STALL, place) from None
        except ConnectionClosed:
            raise CloudFailed(Failure.DISCONNECT, place) from None
        except WebSocketException:
            raise CloudFailed(Failure.GARBAGE, place) from None
        except OSError as error:
            raise CloudFailed(failure_of(error), place) from None

    def _session(self, request: RecognitionRequest) -> dict[str, Any]:
        transcription: dict[str, Any] = {"model": self._options.model}
        if request.language is not None:
            transcription["language"] = request.language
        elif len(request.candidates) > 1 and self._options.model.startswith(CHOOSING):
            transcription["languages"] = list(request.candidates)
        if request.vocabulary:
            transcription["prompt"] = request.vocabulary
        return {
            "type": "transcription",
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": _RATE},
                    "transcription": transcription,
                    "turn_detection": None,  # where an utterance ends is Parley's to say
                }
            },
        }

    async def _send(self, connection: Any, part: Part) -> None:
        """All of the sound, then that it was all."""
        import soxr

        stream = soxr.ResampleStream(SAMPLE_RATE, _RATE, 1, dtype="int16", quality="HQ")
        async for piece in part:
            await self._append(connection, stream.resample_chunk(np.frombuffer(piece, np.int16)))
        await self._append(connection, stream.resample_chunk(np.zeros(0, np.int16), last=True))
        await connection.send({"type": "input_audio_buffer.commit"})

    async def _append(self, connection: Any, samples: Any) -> None:
        if len(samples):
            audio = base64.b64encode(samples.tobytes()).decode()
            await connection.send({"type": "input_audio_buffer.append", "audio": audio})

    async def _listen(
        self, connection: Any, turn: "Turn", part: Part, sending: "asyncio.Task[None]", tell: Callable[[Answer], None]
    ) -> None:
        """Until the transcript is there."""
        sending.add_done_callback(lambda task: None if task.cancelled() else task.exception())
        async for event in connection:
            kind = getattr(event, "type", None)
            seconds = part.length / BYTES
            if kind == f"{_ITEM}.delta":
                tell(turn.grown(event.delta or "", seconds))
            elif kind == f"{_ITEM}.completed":
                if not isinstance(event.transcript, str):
                    raise CloudFailed(Failure.GARBAGE, self._options.place)
                tell(turn.completed(event.transcript, seconds))
                return
            elif kind == f"{_ITEM}.failed":
                raise self._failed(event.error)
            elif kind == "error":
                if getattr(event.error, "code", None) == "input_audio_buffer_commit_empty":
                    tell(turn.completed("", seconds))  # less than the provider takes: nothing can be said in it
                    return
                raise self._failed(event.error)
            elif not isinstance(kind, str):
                raise CloudFailed(Failure.GARBAGE, self._options.place)
        raise CloudFailed(Failure.DISCONNECT, self._options.place)

    def _failed(self, error: Any) -> CloudFailed | CloudLimit:
        """What an error on an open connection means."""
        code, kind = (str(getattr(error, name, None) or "") for name in ("code", "type"))
        place = self._options.place
        if code == "session_expired":
            return CloudLimit(Limit.LENGTH, place)
        if "quota" in code or "quota" in kind:
            return CloudFailed(Failure.QUOTA, place)
        if "rate_limit" in code or "rate_limit" in kind:
            return CloudFailed(Failure.RATE, place)
        if code in ("invalid_api_key", "authentication_error"):
            return CloudFailed(Failure.KEY, place)
        if kind == "invalid_request_error":
            return CloudFailed(Failure.SETTING, place, detail=setting(self._options, "model"))
        return CloudFailed(Failure.BUSY, place)


class Turn:
    """The transcript of what one connection was sent, as it grows. Pure."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._text = ""
        self._settled: list[str] = []
        self._until = 0.0

    def grown(self, delta: str, seconds: float) -> Answer:
        """More of it. seconds: what was sent so far."""
        self._text += delta
        words = self._text.split()
        settled = words[len(self._settled) : max(len(self._settled), len(words) - _OPEN_WORDS)]
        self._settled += settled
        rest = words[len(self._settled) :]
        at = self._until + (seconds - self._until) * len(settled) / max(1, len(settled) + len(rest))
        begin, self._until = self._until, at
        return Answer(
            spread(" ".join(settled), begin, at, self._language),
            spread(" ".join(rest), at, seconds, self._language),
        )

    def completed(self, transcript: str, seconds: float) -> Answer:
        """All of it."""
        words = transcript.split()
        rest = " ".join(words[rest_after(self._settled, words) :])
        return Answer(spread(rest, self._until, seconds, self._language), (), seconds)


def _code(body: bytes | None) -> str | None:
    """The provider's word for an error, of an answer's body."""
    try:
        return str(json.loads(body or b"")["error"]["code"])
    except (KeyError, TypeError, ValueError):
        return None
