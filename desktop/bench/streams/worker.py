"""A worker whose decoding takes a set time: `python -m desktop.bench.streams.worker`. Everything but the model is that
of `parley worker`. Main thread."""

import argparse
import asyncio

from desktop.bench.load.talks import talks
from desktop.bench.streams.script import Script
from desktop.engine.hearing.hearing import VoiceDetector
from desktop.engine.options import VoiceOptions
from desktop.engine.recognition.backends.base import Hypothesis, RecognizerCapabilities
from desktop.engine.recognition.work import Decode
from desktop.engine.requests import Kind, Request, Stage
from desktop.server.brokers.base import Begin, Recogniser
from desktop.server.cluster.worker import JobWorker
from desktop.server.http.server import ending_signals

READY = "ready"
"""what it says when it is"""


class SimulatedModels:
    """A Broker that understands talks which it knows. look, final: seconds that a decoding of a running utterance, and
    of a whole one, takes. slots: decodings at a time."""

    def __init__(self, script: Script, language: str, look: float, final: float, slots: int) -> None:
        self._script = script
        self._language = language
        self._look = look
        self._final = final
        self.workers = slots
        self.seconds = look
        self.lag = 0
        self.elsewhere = 0
        self.recogniser = Recogniser("simulated", RecognizerCapabilities(frozenset({language}), False, True), 1)

    def speaking(self, count: int) -> None:
        """Nothing depends on it."""

    async def start(self) -> None:
        """Nothing is to be loaded."""

    def voice_detector(self, options: VoiceOptions) -> VoiceDetector:
        """Of gateways alone. Raises NotImplementedError."""
        raise NotImplementedError

    async def ask(self, owner: str, request: Request, begin: Begin) -> Hypothesis | None:
        """After the time that it would take."""
        begun = begin()
        if begun is None or not isinstance(begun.work, Decode):
            return None
        is_final = request.kind is Kind.FINAL
        await asyncio.sleep(self._final if is_final else self._look)
        work = begun.work
        return Hypothesis(self._language, self._script.heard(work.samples, work.end, is_final=work.request.is_final))

    def drop(self, owner: str) -> None:
        """Nothing is kept of anybody."""

    async def close(self) -> None:
        """Nothing is open."""


async def _work(redis: str, models: SimulatedModels) -> None:
    worker = JobWorker(redis, Stage.RECOGNITION, models, models.workers, models.seconds)
    ending = asyncio.Event()
    with ending_signals(ending):
        running = asyncio.create_task(worker.run())
        while not worker.is_ready and not running.done():
            await asyncio.sleep(0.02)
        print(READY, flush=True)
        await ending.wait()
        worker.stop()
        await running


def main() -> None:
    """Until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--redis", required=True)
    parser.add_argument("--talks", type=int, required=True)
    parser.add_argument("--language", required=True)
    for name, kind in {"seconds": float, "seed": int, "look": float, "final": float, "slots": int}.items():
        parser.add_argument(f"--{name}", type=kind, required=True)
    given = parser.parse_args()
    script = Script(talks(given.talks, given.seconds, given.language, given.seed))
    asyncio.run(_work(given.redis, SimulatedModels(script, given.language, given.look, given.final, given.slots)))


if __name__ == "__main__":
    main()
