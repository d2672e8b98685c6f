"""Text spoken for a client, sentence by sentence, so that it hears the first one soon. On the event loop."""

import itertools
from collections.abc import AsyncGenerator

from desktop.engine.errors import EngineError
from desktop.engine.requests import Kind, Request, Stage
from desktop.engine.speech.backends.base import SpeechChunk
from desktop.engine.speech.work import Speak
from desktop.engine.text.sentences import spans
from desktop.server.brokers.base import Begun
from desktop.server.streams.hub import Hub, ServerBusy

MOST_SPEAKING = 32
"""texts that are spoken at a time; more would only wait for each other"""
_numbers = itertools.count(1)
_speaking: set[str] = set()


async def speak(hub: Hub, text: str, language: str, rate: float = 1.0) -> AsyncGenerator[SpeechChunk, None]:
    """The sound of a text, piece by piece. rate: 1 is normal speed.

    Raises ServerBusy, and what the voice raises (ModelMissing). Close it (`aclosing`) where it is not read to its end.
    """
    if hub.is_draining:
        raise ServerBusy("server-ends")
    if len(_speaking) >= MOST_SPEAKING:
        hub.metrics.refused.inc()
        raise ServerBusy("speakers-full")
    owner = f"text-{next(_numbers)}"
    _speaking.add(owner)
    try:
        for number, (start, end) in enumerate(spans(text, language), start=1):
            work = Speak(number, text[start:end].strip(), language, is_last=end >= len(text), rate=rate)
            for chunk in await _spoken(hub, owner, work):
                yield chunk
    finally:
        _speaking.discard(owner)
        hub.broker.drop(owner)


async def _spoken(hub: Hub, owner: str, work: Speak) -> tuple[SpeechChunk, ...]:
    request = Request(work.segment_id, Stage.SPEECH, Kind.FINAL)
    answer = await hub.broker.ask(owner, request, lambda: Begun(work, None))
    if answer is None:  # dropped, as the server ends
        raise EngineError("server-ends", code="closed")
    return tuple(answer)
