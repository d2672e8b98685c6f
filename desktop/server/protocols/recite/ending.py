"""The end of a reading on the server: its recording is heard once more, as a whole, and scored. On the event loop;
what computes has a thread."""

import asyncio
import contextlib
from collections.abc import Sequence

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, Samples, Severity, TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.speech.phonemes import phonemes_of
from desktop.practice.ending.assessment import Assessment
from desktop.practice.feedback import PracticeResult
from desktop.practice.text import PracticeText
from desktop.practice.verification import result_of, settle
from desktop.server.brokers.local import LocalBroker
from desktop.server.streams.hub import Hub
from desktop.server.streams.recordings import Play, Recording


async def recognised(hub: Hub, language: str, owner: str, play: Play) -> tuple[tuple[Word, ...], float]:
    """The words of a whole recording, and its seconds. Raises EngineError."""
    recording = Recording(hub, SessionOptions(language=language), owner, play)
    words: list[Word] = []
    async with contextlib.aclosing(recording.events()) as events:
        async for event in events:
            if isinstance(event, ErrorEvent) and event.severity is Severity.ERROR:
                raise EngineError(event.message, code=event.code)
            if isinstance(event, TranscriptUpdate) and event.is_final:
                words += event.final_words or event.words
    return tuple(words), recording.seconds


async def assessed(
    hub: Hub, text: PracticeText, words: Sequence[Word], seconds: float, samples: Samples | None
) -> PracticeResult:
    """What is said of each word in the end. samples: the recording, shape (n,), for a second look at what is in doubt,
    where the models are in this process; None: without it."""
    is_local = isinstance(hub.broker, LocalBroker)

    def work() -> PracticeResult:
        assessment = Assessment(text, words, phonemes_of(text.language))
        if samples is not None and is_local:
            settle(assessment, samples)
        return result_of(assessment, seconds)

    return await asyncio.to_thread(work)
