"""Deepgram's live transcription."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.cloud_peers.faults import KEY, Fault
from tests.cloud_peers.hearing import Listening, Powers, Said, floats
from tests.cloud_peers.web import STATUS, WebPeer, web_peer


class DeepgramPeer(WebPeer):
    """At `address`."""

    def __init__(self, powers: Powers) -> None:
        super().__init__(powers)
        self._running: set[asyncio.Task[None]] = set()

    async def listen(self, socket: WebSocket) -> None:
        self.headers.append(dict(socket.headers))
        self.asked.append(dict(socket.query_params))
        has_key = socket.headers.get("authorization") == f"Token {KEY}"
        fault = self.plan.at_once() if has_key else Fault.KEY
        if fault is Fault.STALL:
            await self.stalled.wait()
        if fault in STATUS and fault not in (Fault.LENGTH, Fault.SIZE):
            body = {"err_code": "no", "err_msg": "no", "request_id": "r"}
            wrong = await self.fault(body, has_key=has_key)
            assert wrong is not None
            wrong.status_code = 402 if fault is Fault.QUOTA else wrong.status_code
            await socket.send_denial_response(wrong)
            return
        await socket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):  # the client has gone
            await self._run(socket)

    async def _run(self, socket: WebSocket) -> None:
        wanted = socket.query_params
        assert (wanted["encoding"], wanted["sample_rate"]) == ("linear16", "16000")
        languages = () if wanted["language"] == "multi" else (wanted["language"],)
        listening = self.powers.listening(languages)
        if self.plan.at_once() is Fault.GARBAGE:
            await socket.send_text("<html>")
            await socket.close()
            return
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (data := message.get("bytes")) is not None:
                samples = floats(data)
                for said in await asyncio.to_thread(lambda: list(listening.add(samples))):  # noqa: B023
                    await self._tell(socket, said)
                if await self._goes_wrong(socket, listening):
                    return
            elif json.loads(message["text"])["type"] == "CloseStream":
                for said in await asyncio.to_thread(lambda: list(listening.finish())):
                    await self._tell(socket, said)
                await asyncio.gather(*self._running)
                await socket.send_json({"type": "Metadata", "request_id": "r", "duration": listening.seconds})
                await socket.close()
                return

    async def _tell(self, socket: WebSocket, said: Said) -> None:
        """So much later as the plan has it, while more is heard."""
        if not self.plan.delay:
            await self._send(socket, said)
            return

        async def later() -> None:
            await asyncio.sleep(self.plan.delay)
            with suppress(RuntimeError):  # the connection is over
                await self._send(socket, said)

        task = asyncio.create_task(later())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send(self, socket: WebSocket, said: Said) -> None:
        self.powers.told(said.words)
        words = [
            {
                "word": word.text.lower().strip(".,?!"),
                "start": word.start,
                "end": word.end,
                "confidence": word.probability,
                "punctuated_word": word.text,
            }
            for word in said.words
        ]
        best = {"transcript": said.text, "confidence": 0.9, "words": words, "languages": [said.language]}
        await socket.send_json(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "start": said.begin,
                "duration": said.end - said.begin,
                "is_final": said.is_final,
                "speech_final": said.is_final,
                "channel": {"alternatives": [best]},
                "metadata": {"request_id": "r", "model_info": _INFO, "model_uuid": "m"},
            }
        )

    async def _goes_wrong(self, socket: WebSocket, listening: Listening) -> bool:
        """True: the connection is over."""
        is_too_long = self.plan.is_too_long(listening.seconds)
        fault = Fault.LENGTH if is_too_long else self.plan.at(listening.seconds)
        match fault:
            case None | Fault.SLOW:
                return False
            case Fault.STALL:
                await self.stalled.wait()
            case Fault.GARBAGE:
                await socket.send_text("<html>")
                await socket.close()
            case Fault.HALF_CLOSED:
                await socket.close()
            case Fault.LENGTH:
                await socket.close(1011, "NET-0001: the connection is over")
            case _:
                variant = {Fault.QUOTA: "INSUFFICIENT_CREDIT", Fault.RATE: "TOO_MANY_REQUESTS"}.get(fault, "INTERNAL")
                await socket.send_json({"type": "Error", "variant": variant, "description": "no"})
        return True


_INFO: dict[str, Any] = {"name": "nova-3", "version": "1", "arch": "nova-3"}


@contextmanager
def deepgram_peer(powers: Powers) -> Iterator[DeepgramPeer]:
    peer = DeepgramPeer(powers)
    with web_peer(peer, [WebSocketRoute("/v1/listen", peer.listen)]):
        yield peer
