"""How long one decoding takes here, before anybody speaks: what the admission begins with."""

import asyncio
import time
from collections.abc import Callable

from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.work import Decode
from desktop.engine.requests import Kind, Request, Stage
from desktop.server.brokers.base import Begun, Broker

_LENGTH = 5 * 16_000


async def decoding_seconds(broker: Broker, samples: Samples, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that one decoding of about 5 s of speech takes while all workers decode. samples: speech, 16 kHz."""
    speech = samples[:_LENGTH]
    recogniser = broker.recogniser
    languages = recogniser.capabilities.languages if recogniser is not None else frozenset()
    language = "en" if "en" in languages else next(iter(sorted(languages)), "en")
    work = Decode(speech, RecognitionRequest(language=language, may_widen=False), len(speech) / 16_000)

    async def decode(number: int) -> float:
        began = 0.0

        def begin() -> Begun:
            nonlocal began
            began = clock()
            return Begun(work, None)

        request = Request(1, Stage.RECOGNITION, Kind.PARTIAL)
        await broker.ask(f"probe {number}", request, begin)
        return clock() - began

    await decode(0)  # the first one does what is done only once
    took = await asyncio.gather(*(decode(number) for number in range(2 * broker.workers)))
    return sum(took[-broker.workers :]) / broker.workers


def sample() -> Samples:
    """People who speak, 16 kHz."""
    from faster_whisper.audio import decode_audio

    from desktop.system.paths import RESOURCES

    found: Samples = decode_audio(str(RESOURCES / "samples" / "meeting-en.flac"), sampling_rate=16_000)
    return found
