"""Google Cloud Speech-to-Text, version 2, over its streaming method. On the recognition thread, the engines' loop, and
a thread for each stream.

An utterance is a stream, closed at its end, so that its last words come at once and pauses are neither sent nor paid.
The library's client is the one with threads: where a provider ends a stream while something is written to it, the
asynchronous one tells of an internal error instead of what the provider said.
"""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from queue import SimpleQueue
from typing import Any

from desktop.engine.cloud.clients.google import GoogleAccess
from desktop.engine.cloud.clients.google_languages import SPEECH, of_speech
from desktop.engine.cloud.clients.libraries import importing
from desktop.engine.cloud.clients.loop import LOOP
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import BackendFailed
from desktop.engine.events import SAMPLE_RATE, Word
from desktop.engine.recognition.backends.base import Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.backends.cloud.heard import Answer, spread
from desktop.engine.recognition.backends.cloud.sound import Part, pcm16
from desktop.engine.recognition.backends.cloud.stream import CloudStream

_MESSAGE = 12_800
"""bytes of sound in one message: 0.4 s; the provider takes 15 KB by its interface, 25 by its page of limits"""
_CLIENTS = 2
"""connections: one that stands still holds up no stream but its own"""
_MOST_CODES = 3
"""languages that one request may name; for more the provider chooses among all"""
_UNSAID = 0.5
"""probability of words of which nothing is said, or that they are not stable: they are shown"""
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


class Exchange:
    """One stream: what is sent comes from the loop, what is answered goes there; between them is a thread.

    first: the message that says what is wanted."""

    def __init__(
        self, access: GoogleAccess, client: Any, first: Any, language: str, tell: Callable[[Answer], None]
    ) -> None:
        self._access = access
        self._client = client
        self._first = first
        self._language = language
        self._tell = tell
        self._pieces: SimpleQueue[bytes | None] = SimpleQueue()
        self._call: Any = None
        self._is_over = False

    async def run(self, sound: Any) -> None:
        """Until all is answered. Raises CloudFailed, CloudLimit."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        sending = asyncio.create_task(self._send(sound))
        threading.Thread(target=self._listen, args=(loop, done), name="parley-cloud-google", daemon=True).start()
        try:
            await done
        finally:
            self._is_over = True
            sending.cancel()
            self._pieces.put(None)
            if self._call is not None:
                self._call.cancel()

    async def _send(self, sound: Any) -> None:
        async for piece in sound:
            self._pieces.put(piece)
        self._pieces.put(None)

    # On its thread, and one of the library's.

    def _requests(self) -> Iterator[Any]:
        from google.cloud.speech_v2 import types

        yield self._first
        while (piece := self._pieces.get()) is not None:
            yield types.StreamingRecognizeRequest(audio=piece)

    def _listen(self, loop: asyncio.AbstractEventLoop, done: "asyncio.Future[None]") -> None:
        try:
            self._receive(loop)
        except Exception as error:
            _soon(loop, _settle, done, error)
        else:
            _soon(loop, _settle, done, None)

    def _receive(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._access.working("model"):
            self._call = call = self._client.streaming_recognize(
                requests=self._requests(), metadata=self._access.metadata, timeout=None
            )
            if self._is_over:
                call.cancel()
            begin = 0.0
            for response in call:
                answer = answer_of(response, self._language, begin)
                begin = begin if answer.until is None else answer.until
                _soon(loop, self._tell, answer)


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: Any) -> None:
    try:
        loop.call_soon_threadsafe(call, *arguments)
    except RuntimeError:  # it has ended, and nobody waits any more
        return


def _settle(done: "asyncio.Future[None]", error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


class ClientPool:
    """Clients with a connection each; a stream gets the one that has fewest. On the loop.

    make: a transport. A client whose stream failed gets no other one, and is closed with its last."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._streams: dict[Any, int] = {}
        self._left: set[Any] = set()
        """clients that get no streams any more"""

    def take(self) -> Any:
        """A client for one stream."""
        from google.cloud.speech_v2 import SpeechClient

        usable = [one for one in self._streams if one not in self._left]
        chosen = min(usable, key=lambda one: self._streams[one], default=None)
        if chosen is None or (self._streams[chosen] and len(usable) < _CLIENTS):
            chosen = SpeechClient(transport=self._make())
            self._streams[chosen] = 0
        self._streams[chosen] += 1
        return chosen

    def give_back(self, client: Any, *, is_sound: bool) -> None:
        """Its stream is over."""
        if client not in self._streams:
            return
        self._streams[client] -= 1
        if not is_sound:
            self._left.add(client)
        if client in self._left and not self._streams[client]:
            del self._streams[client]
            self._left.discard(client)
            client.transport.close()

    def close(self) -> None:
        """Any thread; running streams end."""
        clients = list(self._streams)
        self._streams.clear()
        self._left.clear()
        for client in clients:
            client.transport.close()


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


def answer_of(response: Any, language: str, begin: float) -> Answer:
    """What a response says: its final result, if it has one, is settled; the interim ones are what is open, the stable
    part of them first. begin: seconds up to which all is settled."""
    if not response.results:
        return Answer()  # somebody begins to speak, or ends to
    settled: tuple[Word, ...] = ()
    still_open: tuple[Word, ...] = ()
    until: float | None = None
    heard = ""
    for result in response.results:
        end = max(begin, _seconds(result.result_end_offset))
        heard = of_speech(result.language_code) if result.language_code else heard
        words = _words(result, begin, end, heard or language)
        if result.is_final:
            settled += words
            until = end
        else:
            still_open += words
        begin = end
    return Answer(settled, still_open, until, heard)


def _words(result: Any, begin: float, end: float, language: str) -> tuple[Word, ...]:
    if not result.alternatives:
        return ()
    best = result.alternatives[0]
    certainty = float(best.confidence) if result.is_final else float(result.stability)
    certainty = min(1.0, max(certainty, _UNSAID))
    if not best.words:
        return spread(best.transcript, begin, end, language, certainty)
    return tuple(
        Word(
            one.word,
            _seconds(one.start_offset),
            _seconds(one.end_offset),
            min(1.0, float(one.confidence)) or certainty,
        )
        for one in best.words
    )


def _seconds(offset: timedelta | None) -> float:
    return offset.total_seconds() if offset is not None else 0.0
