"""How long workers take for a queue that is full at once. On the event loop."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from desktop.bench.programs import RedisProgram, Worker
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.work import Decode
from desktop.engine.requests import Kind, Request, Stage
from desktop.server.brokers.base import Begun
from desktop.server.cluster.broker import RedisBroker


async def drained(folder: Path, model: str, count: int, said: Sequence[Samples], language: str) -> float:
    """Seconds until `count` workers, a core each, have recognised everything, as finals. Raises EngineError."""
    redis = RedisProgram(folder / "redis")
    workers = [Worker(f"stt-{number}", "stt", redis.url, folder, model) for number in range(count)]
    try:
        await redis.start()
        for number, worker in enumerate(workers):
            worker.core = number
        await asyncio.gather(*(worker.start() for worker in workers))
        broker = RedisBroker(redis.url)
        try:
            await broker.start()
            await _all(broker, [said[0]] * 2 * count, language)  # the first decoding of each takes longer
            began = time.monotonic()
            await _all(broker, said, language)
            return time.monotonic() - began
        finally:
            await broker.close()
    finally:
        for program in (*workers, redis):
            await program.kill()


async def _all(broker: RedisBroker, said: Sequence[Samples], language: str) -> None:
    async def one(number: int, samples: Samples) -> None:
        work = Decode(samples, RecognitionRequest(language, is_final=True), 0.0)
        await broker.ask(str(number), Request(1, Stage.RECOGNITION, Kind.FINAL), lambda: Begun(work, None))
        broker.drop(str(number))

    await asyncio.gather(*(one(number, samples) for number, samples in enumerate(said)))
