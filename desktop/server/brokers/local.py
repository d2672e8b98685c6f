"""The models of this process for the server's streams. On the event loop, but for the models' own threads."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from desktop.engine.errors import EngineError
from desktop.engine.events import Event
from desktop.engine.hearing.hearing import VoiceDetector
from desktop.engine.options import ModelOptions, VoiceOptions
from desktop.engine.pool.models import Models
from desktop.engine.requests import Request, Stage
from desktop.engine.speech.work import Speak
from desktop.server.brokers.base import Begin, Begun, Recogniser
from desktop.server.brokers.probe import decoding_seconds, sample
from desktop.system.heap import give_back

log = logging.getLogger(__name__)


class LocalBroker:
    """A Broker (`base.py`).

    emit: gets what happens to the models (ModelProgress, ErrorEvent), on any thread.
    """

    def __init__(self, options: ModelOptions, emit: Callable[[Event], None] = lambda _: None) -> None:
        self._options = options
        self._seconds = 0.0
        self._models = Models(options, emit=emit)
        self._waiting: dict[tuple[str, Stage], asyncio.Future[Any]] = {}

    @property
    def workers(self) -> int:
        return max(1, self._options.workers)

    @property
    def recogniser(self) -> Recogniser | None:
        recognition = self._models.recognition
        capabilities = recognition.capabilities
        return Recogniser(recognition.name, capabilities, recognition.loads) if capabilities is not None else None

    @property
    def models(self) -> Models:
        return self._models

    @property
    def seconds(self) -> float:
        return self._seconds

    @property
    def lag(self) -> int:
        return len(self._waiting)

    @property
    def elsewhere(self) -> int:
        return 0

    def speaking(self, count: int) -> None:
        pass  # nobody else asks

    async def start(self) -> None:
        await asyncio.to_thread(self._models.recognition.prepare)
        self._seconds = await decoding_seconds(self, await asyncio.to_thread(sample))
        await asyncio.to_thread(give_back)  # loading took more than running does

    def voice_detector(self, options: VoiceOptions) -> VoiceDetector:
        return self._models.voice_detector(options)

    async def ask(self, owner: str, request: Request, begin: Begin) -> Any:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()
        key = (owner, request.stage)
        self._replace(key, answered)

        def begun_on_loop(future: "Future[Begun | None]") -> None:
            try:
                future.set_result(begin() if not answered.done() else None)
            except BaseException as error:
                future.set_exception(error)

        def turn() -> None:
            """On a thread of the slot."""
            begun: Future[Begun | None] = Future()
            try:
                failed = self._prepared(request.stage)
                loop.call_soon_threadsafe(begun_on_loop, begun)
                found = begun.result()
                answer = None if found is None else failed or self._answer(owner, found)
            except Exception as error:
                answer = error
            try:
                loop.call_soon_threadsafe(_settle, answered, answer)
            except RuntimeError:
                log.info("an answer came after the server had ended")

        if not self._models.slots[request.stage].submit(owner, request.kind, turn):
            raise EngineError("models-closed", code="closed")
        try:
            return await answered
        finally:
            if self._waiting.get(key) is answered:
                del self._waiting[key]

    def drop(self, owner: str) -> None:
        for key in [key for key in self._waiting if key[0] == owner]:
            self._replace(key, None)

    async def close(self) -> None:
        for key in list(self._waiting):
            self._replace(key, None)
        await asyncio.to_thread(self._models.close)

    def _prepared(self, stage: Stage) -> Exception | None:
        """Load what the stage needs; gives what went wrong."""
        if stage is Stage.RECOGNITION:
            try:
                self._models.recognition.prepare()
            except Exception as error:
                return error
        return None

    def _answer(self, owner: str, begun: Begun) -> Any:
        if isinstance(begun.work, Speak):
            return tuple(self._models.speech.synthesize(begun.work.text, begun.work.language, begun.work.rate))
        return self._models.run(owner, begun.work, begun.waited)

    def _replace(self, key: tuple[str, Stage], future: "asyncio.Future[Any] | None") -> None:
        """Whoever waited under this key has nothing to wait for any more."""
        before = self._waiting.pop(key, None)
        if before is not None:
            _settle(before, None)
        if future is not None:
            self._waiting[key] = future


def _settle(future: "asyncio.Future[Any]", answer: Any) -> None:
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
