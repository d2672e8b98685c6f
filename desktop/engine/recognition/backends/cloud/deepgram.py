"""Deepgram's live transcription, and that of every server with the same interface. On the recognition thread and the
engines' loop; an utterance is a connection.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from desktop.engine.cloud.clients.libraries import checked_address, importing, setting
from desktop.engine.cloud.clients.loop import LOOP
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit, http_failure
from desktop.engine.cloud.network import failure_of
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import BackendFailed, LanguageUnknown
from desktop.engine.events import SAMPLE_RATE, Word
from desktop.engine.recognition.backends.base import Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.backends.cloud.heard import Answer, spread
from desktop.engine.recognition.backends.cloud.sound import BYTES, Part
from desktop.engine.recognition.backends.cloud.stream import CloudStream
from desktop.engine.text.languages import check_language

_LANGUAGES = (
    "ar be bg bn bs ca cs da de el en es et fa fi fr he hi hr hu id it ja kn ko lt lv mk mr ms nl no pl pt ro ru sk sl "
    "sr sv ta te th tl tr uk ur vi zh"
)
_MIXED = frozenset(["en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl"])
"""languages that `multi` hears in one stream"""
_MESSAGE = BYTES // 4
_MOST_TERMS = 100


class DeepgramRecognizer:
    """A StreamRecognizer."""

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._client: Any = None
        self.capabilities = RecognizerCapabilities(
            frozenset(_LANGUAGES.split()),
            detects_language=True,
            streaming=True,
            needs_network=True,
            follows_stream=True,
        )

    @property
    def name(self) -> str:
        return self._options.name

    @property
    def sent_to(self) -> str:
        """Where sound goes; empty: nowhere now."""
        return self._options.place if self._client is not None else ""

    def load(self, progress: Progress) -> None:
        """Make a connection, which shows that address, key and model are right. Raises CloudFailed."""
        progress(0.0)
        self.close()
        client = self._make()
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
        if request.language is not None and request.language not in self.capabilities.languages:
            raise CloudLimit(Limit.LANGUAGE, self._options.place)
        language = request.language or next(iter(request.candidates), "en")

        async def converse(part: Part, tell: Callable[[Answer], None]) -> None:
            await self._converse(request, language, part, tell)

        return CloudStream(converse, self._options, language, _MESSAGE)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            LOOP.leave(self)

    def _make(self) -> Any:
        address = checked_address(self._options)
        with importing(self._options):
            from deepgram import AsyncDeepgramClient
            from deepgram.environment import DeepgramClientEnvironment

            from desktop.engine.recognition.backends.cloud.deepgram_socket import Socket
        key = (self._options.key() or "").strip()
        if (
            (not key and address == self._options.engine.endpoint)
            or not key.isascii()
            or not (key or " ").isprintable()
        ):
            raise CloudFailed(Failure.KEY, self._options.place)
        socket = address.replace("http", "ws", 1)
        return AsyncDeepgramClient(
            api_key=key or "none",
            environment=DeepgramClientEnvironment(base=address, production=socket, agent=socket, agent_rest=address),
            transport_factory=Socket,
            max_retries=0,
            timeout=self._options.timeouts.answer,
            # Which system and which Python run here is nobody's business.
            headers=dict.fromkeys(("X-Fern-Platform", "X-Fern-Runtime"), "") | {"User-Agent": "parley"},
        )

    # On the loop.

    async def _try(self) -> None:
        async with self._connected(RecognitionRequest("en")) as connection:
            await connection.send_close_stream()

    async def _converse(
        self, request: RecognitionRequest, language: str, part: Part, tell: Callable[[Answer], None]
    ) -> None:
        async with self._connected(request) as connection:
            sending = asyncio.create_task(_send(connection, part))
            try:
                await self._listen(connection, language, tell)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    @asynccontextmanager
    async def _connected(self, request: RecognitionRequest) -> AsyncIterator[Any]:
        from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

        options = self._options
        try:
            async with self._client.listen.v1.connect(**self._parameters(request)) as connection:
                # The library itself would leave that to the first message, whoever sends it.
                await asyncio.wait_for(connection._websocket.open(), options.timeouts.connect)
                yield connection
        except InvalidStatus as error:
            answer = error.response
            wait = answer.headers.get("retry-after")
            raise http_failure(
                answer.status_code, options.place, setting=setting(options, "model"), retry_after=wait
            ) from None
        except TimeoutError:
            raise CloudFailed(Failure.STALL, options.place) from None
        except ConnectionClosed as error:
            raise self._closed(error) from None
        except (WebSocketException, ValueError):
            raise CloudFailed(Failure.GARBAGE, options.place) from None
        except OSError as error:
            raise CloudFailed(failure_of(error), options.place) from None

    def _closed(self, error: Any) -> CloudFailed | CloudLimit:
        """What the provider says when it ends a connection: DATA-0000 what is sent is no sound, NET-0000 it cannot go
        on, NET-0001 nothing was sent for too long."""
        reason = error.rcvd.reason if error.rcvd is not None else ""
        if "NET-0001" in reason:
            return CloudLimit(Limit.LENGTH, self._options.place)
        if "NET-0000" in reason:
            return CloudFailed(Failure.BUSY, self._options.place)
        return CloudFailed(Failure.DISCONNECT, self._options.place)

    def _parameters(self, request: RecognitionRequest) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            "model": self._options.model,
            "encoding": "linear16",
            "sample_rate": SAMPLE_RATE,
            "channels": 1,
            "interim_results": "true",
            "punctuate": "true",
            "smart_format": "true",
            # What users say is not for training models.
            "mip_opt_out": "true",
            "language": _language(request),
        }
        if terms := [part.strip() for part in re.split(r"[,;\n]", request.vocabulary) if part.strip()]:
            wanted["keyterm"] = terms[:_MOST_TERMS]
        return wanted

    async def _listen(self, connection: Any, language: str, tell: Callable[[Answer], None]) -> None:
        """Until all is answered."""
        async for message in connection:
            kind = getattr(message, "type", None)
            if kind == "Results":
                try:
                    answer = answer_of(message, language)
                except (AttributeError, IndexError, TypeError, ValueError):
                    raise CloudFailed(Failure.GARBAGE, self._options.place) from None
                tell(answer)
            elif kind == "Metadata":
                return  # the answer to the end of the sound
            elif kind == "Error":
                raise self._failed(message)
            elif not isinstance(kind, str):
                raise CloudFailed(Failure.GARBAGE, self._options.place)
        raise CloudFailed(Failure.DISCONNECT, self._options.place)

    def _failed(self, message: Any) -> CloudFailed:
        said = f"{getattr(message, 'variant', '')} {getattr(message, 'code', '')}".lower()
        place = self._options.place
        if "payment" in said or "credit" in said or "quota" in said:
            return CloudFailed(Failure.QUOTA, place)
        if "rate" in said or "too_many" in said:
            return CloudFailed(Failure.RATE, place)
        if "schema" in said:
            return CloudFailed(Failure.SETTING, place, detail=setting(self._options, "model"))
        return CloudFailed(Failure.BUSY, place)


async def _send(connection: Any, part: Part) -> None:
    """All of the sound, then that it was all."""
    async for piece in part:
        await connection.send_media(piece)
    await connection.send_close_stream()


def _language(request: RecognitionRequest) -> str:
    """As the provider names it; `multi` follows speakers who change between the ten that it knows so. Live it does not
    find out any other one: then it is the first that users speak."""
    if request.language is not None:
        return request.language
    if len(request.candidates) == 1 or not _MIXED.issuperset(request.candidates):
        return request.candidates[0]
    return "multi"


def answer_of(message: Any, language: str) -> Answer:
    """What a message says: final, it settles its stretch of the sound; else it tells what is open there. Raises
    AttributeError, IndexError, TypeError or ValueError where it means nothing."""
    best = message.channel.alternatives[0]
    begin = float(message.start)
    end = begin + float(message.duration)
    languages = getattr(best, "languages", None) or []
    heard = _known(languages[0]) if languages else ""
    words = tuple(
        Word(
            getattr(one, "punctuated_word", None) or one.word,
            float(one.start),
            float(one.end),
            min(1.0, max(0.0, float(one.confidence))),
        )
        for one in best.words or ()
    ) or spread(best.transcript, begin, end, heard or language, min(1.0, float(best.confidence or 0.0)))
    return Answer(words, (), end, heard) if message.is_final else Answer((), words, None, heard)


def _known(tag: str) -> str:
    try:
        return check_language(tag)
    except LanguageUnknown:
        return ""
