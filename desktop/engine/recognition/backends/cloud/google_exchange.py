"""One stream at Google's recogniser, the connections that streams share, and what the answers mean. On the engines'
loop and a thread for each stream.

The library's client is the one with threads: where a provider ends a stream while something is written to it, the
asynchronous one tells of an internal error instead of what the provider said.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from queue import SimpleQueue
from typing import Any

from desktop.engine.cloud.clients.google import GoogleAccess
from desktop.engine.cloud.clients.google_languages import of_speech
from desktop.engine.events import Word
from desktop.engine.recognition.backends.cloud.heard import Answer, spread

_CLIENTS = 2
"""connections: one that stands still holds up no stream but its own"""
_UNSAID = 0.5
"""probability of words of which nothing is said, or that they are not stable: they are shown"""


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
