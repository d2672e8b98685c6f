"""Google Cloud Speech-to-Text, version 2, over its streaming method. On the recognition thread, the engines' loop, and
a thread for each stream.

An utterance is a stream, closed at its end, so that its last words come at once and pauses are neither sent nor paid.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from desktop.engine.cloud.clients.google import GoogleAccess
from desktop.engine.cloud.clients.google_languages import SPEECH
from desktop.engine.cloud.clients.libraries import importing
from desktop.engine.cloud.clients.loop import LOOP
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import BackendFailed
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.backends.base import Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.backends.cloud.google_exchange import ClientPool, Exchange
from desktop.engine.recognition.backends.cloud.heard import Answer
from desktop.engine.recognition.backends.cloud.sound import Part, pcm16
from desktop.engine.recognition.backends.cloud.stream import CloudStream

_MESSAGE = 12_800
"""bytes of sound in one message: 0.4 s; the provider takes 15 KB by its interface, 25 by its page of limits"""
_MOST_CODES = 3
"""languages that one request may name; for more the provider chooses among all"""
_MOST_PHRASES, _LONGEST_PHRASE, _BOOST = 500, 100, 10.0


class GoogleRecognizer:
    """A StreamRecognizer."""

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._access: GoogleAccess | None = None
        self._pool: ClientPool | None = None
        self.capabilities = RecognizerCapabilities(
            frozenset(SPEECH), detects_language=True, streaming=True, needs_network=True, follows_stream=True
        )

    @property
    def name(self) -> str:
        return self._options.name

    @property
    def sent_to(self) -> str:
        """Where sound goes; empty: nowhere now."""
        return self._options.place if self._pool is not None else ""

    def load(self, progress: Progress) -> None:
        """Have a tenth of a second of silence recognised, which shows that key, project, region and model are right.
        Raises CloudFailed."""
        progress(0.0)
        self.close()
        with importing(self._options):
            from google.cloud.speech_v2.services.speech.transports import SpeechGrpcTransport
        access = GoogleAccess(self._options, "speech", self._options.region)
        access.parent("")
        LOOP.enter(self)
        pool = ClientPool(lambda: access.transport(SpeechGrpcTransport))
        self._access, self._pool = access, pool
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
        if self._pool is None:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)
        if request.language is not None and request.language not in SPEECH:
            raise CloudLimit(Limit.LANGUAGE, self._options.place)
        language = request.language or next(iter(request.candidates), "en")

        async def converse(part: Part, tell: Callable[[Answer], None]) -> None:
            await self._converse(request, language, part, tell)

        return CloudStream(converse, self._options, language, _MESSAGE)

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
            LOOP.leave(self)

    # On the loop.

    async def _try(self) -> None:
        async def silence() -> AsyncIterator[bytes]:
            yield pcm16([0.0] * (SAMPLE_RATE // 10))  # type: ignore[arg-type]

        await self._converse(RecognitionRequest("en"), "en", silence(), lambda _: None)

    async def _converse(
        self, request: RecognitionRequest, language: str, sound: Any, tell: Callable[[Answer], None]
    ) -> None:
        access, pool = self._access, self._pool
        if access is None or pool is None:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)
        client = pool.take()
        exchange = Exchange(access, client, self._first(access, request), language, tell)
        is_sound = False
        try:
            await exchange.run(sound)
            is_sound = True
        except CloudLimit:
            is_sound = True
            raise
        finally:
            pool.give_back(client, is_sound=is_sound)

    def _first(self, access: GoogleAccess, request: RecognitionRequest) -> Any:
        from google.cloud.speech_v2 import types

        location = self._options.region or "global"
        return types.StreamingRecognizeRequest(
            recognizer=f"{access.parent(location)}/recognizers/_",
            streaming_config=config_of(request, self._options.model),
        )


def config_of(request: RecognitionRequest, model: str) -> Any:
    """How a stream is to be recognised."""
    from google.cloud.speech_v2 import types

    features = types.RecognitionFeatures(
        enable_word_time_offsets=True, enable_word_confidence=True, enable_automatic_punctuation=True
    )
    config = types.RecognitionConfig(
        explicit_decoding_config=types.ExplicitDecodingConfig(
            encoding=types.ExplicitDecodingConfig.AudioEncoding.LINEAR16,
            sample_rate_hertz=SAMPLE_RATE,
            audio_channel_count=1,
        ),
        model=model,
        language_codes=codes_of(request),
        features=features,
    )
    if found := phrases(request.vocabulary):
        phrase_set = types.PhraseSet(phrases=[types.PhraseSet.Phrase(value=one, boost=_BOOST) for one in found])
        inline = types.SpeechAdaptation.AdaptationPhraseSet(inline_phrase_set=phrase_set)
        config.adaptation = types.SpeechAdaptation(phrase_sets=[inline])
    return types.StreamingRecognitionConfig(
        config=config,
        streaming_features=types.StreamingRecognitionFeatures(
            interim_results=True,
            # What a sign of life is to an utterance in which no word is heard yet.
            enable_voice_activity_events=True,
        ),
    )


def codes_of(request: RecognitionRequest) -> list[str]:
    """The languages of a request, as Google names them."""
    if request.language is not None:
        return [SPEECH[request.language]]
    found = [SPEECH[code] for code in request.candidates if code in SPEECH]
    return found if 1 <= len(found) <= _MOST_CODES else ["auto"]


def phrases(vocabulary: str) -> list[str]:
    """Names and terms, as many and as long as the provider takes."""
    found = (" ".join(part.split()) for part in re.split(r"[,;\n]", vocabulary))
    return list(dict.fromkeys(one for one in found if one and len(one) <= _LONGEST_PHRASE))[:_MOST_PHRASES]
