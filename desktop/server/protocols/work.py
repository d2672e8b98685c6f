"""Work of sessions that run elsewhere: a client segments and commits itself, and has its windows decoded, its text
translated and spoken here. On the event loop.

Messages are those of `engine/remote/wire.py`. The server says `hello` first, and again when another model recognises.
A client may ask for several things at a time; each of its owners has one piece of work of a stage, and a newer one
takes the place of what was not begun. Finals come first, and beyond what the machine bears nothing is decoded.
"""

import asyncio
import logging
import secrets
import time
from contextlib import suppress

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.remote import wire
from desktop.engine.remote.deltas import Kept
from desktop.engine.remote.framing import WorkRefused
from desktop.engine.remote.wire import Asked, Work
from desktop.engine.requests import Request
from desktop.server.brokers.base import Begun, Recogniser
from desktop.server.streams.hub import Hub, ServerBusy

log = logging.getLogger(__name__)

_MOST_ASKED = 16
"""questions of one client that wait for their answers"""
_SILENT: Samples = np.zeros(0, np.float32)


class Worker:
    """One connection of a client whose sessions run elsewhere."""

    def __init__(self, hub: Hub, socket: WebSocket) -> None:
        self._hub = hub
        self._socket = socket
        self._name = f"work-{secrets.token_hex(8)}"  # unique among all gateways
        self._kept = Kept()
        self._owners: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: Recogniser | None = None

    async def run(self) -> None:
        """Until the connection ends."""
        connections = self._hub.metrics.connections.labels("work")
        connections.inc()
        try:
            await self._greet()
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    break
                await self._received(message.get("bytes"))
        except WebSocketDisconnect:
            pass
        finally:
            connections.dec()
            for task in self._tasks:
                task.cancel()
            for owner in self._owners:
                self._hub.broker.drop(owner)
                self._hub.left(owner)

    async def _greet(self) -> None:
        """Say what recognises, if that is news."""
        recogniser = self._hub.broker.recogniser
        if recogniser is not None and recogniser != self._told:
            self._told = recogniser
            await self._send(
                wire.hello(
                    recogniser.name, recogniser.capabilities, recogniser.load, round(self._hub.admission.seconds, 3)
                )
            )

    async def _received(self, data: bytes | None) -> None:
        number = 0
        try:
            if data is None:
                raise WorkRefused("work-without-header")
            asked = wire.read_asked(data)
            number = asked.id
            # In the order in which the messages came: a window may be a range of what was sent before.
            samples = self._kept.window(asked.audio, asked.data) if asked.audio is not None else _SILENT
            if len(self._tasks) >= _MOST_ASKED:
                raise ServerBusy("speakers-full")
        except EngineError as error:
            await self._send(wire.answered(number, error))
            return
        if asked.data:
            self._hub.heard(len(asked.data) / 2 / SAMPLE_RATE)
        task = asyncio.get_running_loop().create_task(self._serve(asked, samples))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, asked: Asked, samples: Samples) -> None:
        answer: object
        try:
            answer = await self._answer(asked, asked.work(samples))
        except Exception as error:
            answer = error
            if not isinstance(error, EngineError):
                log.exception("work could not be done")
        await self._greet()
        await self._send(wire.answered(asked.id, answer))

    async def _answer(self, asked: Asked, work: Work) -> object:
        """Raises what the model raises."""
        owner = f"{self._name}-{asked.owner}"
        self._owners.add(owner)
        self._hub.may_work(owner, asked.stage)
        began = turn = time.monotonic()
        is_begun = False

        def begin() -> Begun:
            nonlocal turn, is_begun
            turn, is_begun = time.monotonic(), True
            return Begun(work, None)

        request = Request(asked.id, asked.stage, asked.kind)
        error: Exception | None = None
        try:
            answer = await self._hub.broker.ask(owner, request, begin)
        except Exception as failure:
            error = failure
            raise
        finally:
            if is_begun:
                self._hub.worked(request, turn - began, time.monotonic() - turn, error)
        if not is_begun:
            raise ServerBusy("work-replaced")
        return answer

    async def _send(self, message: bytes) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.send_bytes(message)
