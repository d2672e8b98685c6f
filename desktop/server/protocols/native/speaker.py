"""The server's own protocol (`messages.py`) for those who speak, and for those who follow a room.

A client that was cut off says `hello` with its session, and goes on from the offset that the answer names; `ack` names
the audio that it need not keep any more. On the event loop.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from desktop.engine.errors import EngineError
from desktop.engine.events import SpeechAudio
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import check_language, check_target
from desktop.messages import text_of
from desktop.server.audio.outgoing import pcm16
from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native import messages
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.native.uplink import Uplink
from desktop.server.streams.channel import Channel, Mailbox
from desktop.server.streams.hub import Hub, ServerBusy
from desktop.server.streams.rooms import Room, written
from desktop.server.streams.wire import Teller

log = logging.getLogger(__name__)

VERSION = 1
NORMAL, POLICY, RESTARTS, TRY_LATER = 1000, 1008, 1012, 1013
"""codes of closing, as RFC 6455 and IANA's registry have them"""
_ACK_EVERY = 1.0
"""seconds"""


class _NotNow(Exception):
    """Whether there is such a stream cannot be said now: its client should ask again, not begin anew."""


class Speaker:
    """One connection of a client that may speak."""

    def __init__(self, hub: Hub, socket: WebSocket, owner: str) -> None:
        self._hub = hub
        self._socket = socket
        self._owner = owner
        self._options = SessionOptions()
        self._uplink: Uplink | None = None
        self._room: Room | None = None
        self._counting: asyncio.Task[None] | None = None
        """tells how many follow the room"""
        self._telling: asyncio.Task[None] | None = None
        self._acked = -1
        self._format = PcmFormat()
        self._has_header = True

    async def run(self) -> None:
        """Until the connection ends."""
        said_farewell = False
        try:
            while True:
                try:
                    message = await asyncio.wait_for(self._socket.receive(), self._hub.access.idle_seconds)
                except TimeoutError:
                    await self._socket.close(POLICY)
                    break
                if message["type"] == "websocket.disconnect":
                    said_farewell = message.get("code") == NORMAL
                    break
                try:
                    await self._received(message)
                except _NotNow:
                    await self._socket.close(RESTARTS)
                    break
                except ServerBusy as error:
                    await self._send(
                        {"type": "server_busy", "retry_after": error.retry_after, "message": text_of(error)}
                    )
                    # Another gateway, or this one when it is back, may take it at once.
                    await self._socket.close(RESTARTS if self._hub.is_draining else TRY_LATER)
                    break
                except EngineError as error:
                    await self._send({"type": "error", "code": error.code, "message": text_of(error)})
        except WebSocketDisconnect:
            pass
        finally:
            await self._left(said_farewell=said_farewell)

    async def _received(self, message: Any) -> None:
        if self._uplink is not None and self._uplink.speaker is not self:
            raise BadMessage("taken-up-elsewhere", code="taken-up")
        data, text = message.get("bytes"), message.get("text")
        if data is not None:
            await self._heard(data)
        elif text is not None:
            await self._told(messages.read(text))

    async def _told(self, message: messages.ClientMessage) -> None:
        match message:
            case messages.Hello():
                await self._greet(message)
            case messages.SetLanguages():
                self._set_languages(message)
            case messages.Start():
                self._format = PcmFormat(message.encoding, message.sample_rate, message.channels)
                self._has_header = message.header
                if self._uplink is not None:
                    await self._uplink.change(None if message.header else self._format)
            case messages.Flush():
                if self._uplink is not None:
                    self._uplink.stream.flush()
            case messages.Stop():
                await self._stop()
            case messages.Share():
                await self._share(message)
            case messages.Unshare():
                room = self._room
                self._speak_in(None)
                if room is not None:
                    self._hub.rooms.close_room(room)
            case messages.Ping():
                await self._send({"type": "pong"})

    async def _greet(self, hello: messages.Hello) -> None:
        if self._uplink is not None:
            raise BadMessage("hello-comes-first")
        missed: Sequence[str] = ()
        if hello.session_id:
            missed = await self._come_back(hello.session_id, hello.seq)
        is_resumed = self._uplink is not None
        uplink = self._open()
        uplink.stream.goes_on = self._hub.sessions is not None
        await self._send(
            {
                "type": "hello",
                "version": VERSION,
                "session_id": uplink.stream.id,
                "offset": uplink.received,
                "resumed": is_resumed,
            }
        )
        for message in missed:
            await self._socket.send_text(message)
        self._tell_from(hello.seq if is_resumed else 0)

    async def _come_back(self, session_id: str, seq: int) -> Sequence[str]:
        """Go on with a stream of before, if there is one; gives the messages that the client missed elsewhere."""
        stream = self._hub.resume(session_id, self._owner)
        if stream is not None:
            self._uplink = Uplink.of(stream)
            self._uplink.speaker = self
            self._options = stream.options
            return ()
        store = self._hub.sessions
        try:
            found = await self._hub.take_over(session_id, self._owner, seq)
        except OSError:
            raise _NotNow from None
        if found is None or store is None:
            return ()
        stream, kept = found
        self._uplink = Uplink(stream, kept.offset)
        self._uplink.speaker = self
        self._uplink.keep_in(store, self._owner)
        self._options = stream.options
        return await store.told(session_id, seq)

    def _set_languages(self, wanted: messages.SetLanguages) -> None:
        source = check_language(wanted.source_language) if wanted.source_language != "auto" else "auto"
        target = check_target(wanted.target_language) if wanted.target_language else ""
        self._options = replace(
            self._options, language=source, target=target, speaks=wanted.speak, vocabulary=wanted.vocabulary
        )
        if self._uplink is not None:
            self._uplink.stream.configure(self._options)

    def _open(self) -> Uplink:
        """The client's stream; it begins with the first audio or `hello`."""
        if self._uplink is None:
            self._uplink = Uplink(self._hub.open(self._options, self._owner))
            if self._hub.sessions is not None:
                self._uplink.keep_in(self._hub.sessions, self._owner)
            self._uplink.speaker = self
            self._acked = -1
            if self._room is not None:
                self._hub.rooms.show(self._room, self._uplink.stream.channel, self._uplink.stream.id)
        return self._uplink

    async def _heard(self, data: bytes) -> None:
        uplink = self._open()
        if self._telling is None:
            self._tell_from(0)
        if self._has_header:
            header, samples = messages.split_audio(data)
            await uplink.change(PcmFormat("s16le", header.sampleRate, header.channels))
            await uplink.hear(samples)
        else:
            await uplink.change(self._format)
            await uplink.hear(data)

    async def _stop(self) -> None:
        uplink, self._uplink = self._uplink, None
        if uplink is not None:
            broken = await uplink.finish()
            if broken is not None:
                await self._send({"type": "error", "code": broken.code, "message": text_of(broken)})
        if self._telling is not None:
            await self._telling
            self._telling = None
        if uplink is not None and uplink.stream.is_handed_over:
            await self._socket.close(RESTARTS)
            return
        await self._send({"type": "stopped"})

    async def _share(self, share: messages.Share) -> None:
        rooms = self._hub.rooms
        room = await rooms.speak_in(share.room, share.key or "") if share.room else None
        if share.room and room is None:
            raise BadMessage("room-unknown", code="room-unknown")
        room = room or self._room or await rooms.open_for_all()
        if self._uplink is not None:
            rooms.show(room, self._uplink.stream.channel, self._uplink.stream.id)
        await self._send({"type": "shared", "room": written(room.code), "key": room.key})
        self._speak_in(room)

    def _speak_in(self, room: Room | None) -> None:
        """Tell how many follow that room, from now on; None: of no room any more."""
        if room is self._room:
            return
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        self._room = room
        if room is not None:
            self._counting = asyncio.get_running_loop().create_task(self._count_followers(room.channel))

    async def _count_followers(self, channel: Channel) -> None:
        changed = asyncio.Event()
        channel.watch(changed.set)
        try:
            while True:
                changed.clear()
                await self._send({"type": "followers", "count": channel.followers})
                await changed.wait()
        finally:
            channel.unwatch(changed.set)

    def _tell_from(self, seq: int) -> None:
        uplink = self._uplink
        assert uplink is not None
        mailbox = uplink.stream.follow(seq)
        self._telling = asyncio.get_running_loop().create_task(self._tell(uplink, mailbox))

    async def _tell(self, uplink: Uplink, mailbox: Mailbox) -> None:
        """Everything that the stream tells, until it ends, and `ack` beside it."""
        acking = asyncio.get_running_loop().create_task(self._ack(uplink))
        try:
            await send_all(self._socket, mailbox, is_heard=True)
        finally:
            acking.cancel()
            uplink.stream.channel.leave(mailbox)
        await self._send_ack(uplink)
        if self._hub.is_draining and self._uplink is uplink:
            with contextlib.suppress(RuntimeError):
                await self._socket.close(RESTARTS)

    async def _ack(self, uplink: Uplink) -> None:
        while True:
            await asyncio.sleep(_ACK_EVERY)
            await self._send_ack(uplink)

    async def _send_ack(self, uplink: Uplink) -> None:
        offset = uplink.settled
        if offset > self._acked:
            self._acked = offset
            await self._send({"type": "ack", "offset": offset})

    async def _left(self, *, said_farewell: bool) -> None:
        self._speak_in(None)
        if self._telling is not None:
            self._telling.cancel()
        uplink, self._uplink = self._uplink, None
        if uplink is None or uplink.speaker is not self:
            return
        if said_farewell:
            await uplink.finish()  # for those who follow
        else:
            self._hub.leave(uplink.stream)

    async def _send(self, message: dict[str, Any]) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.send_json(message)


async def send_all(socket: WebSocket, mailbox: Mailbox, *, is_heard: bool) -> None:
    """Everything of a mailbox to a client. is_heard: speech, too."""
    teller = Teller()
    try:
        async for numbered in mailbox.read():
            event = numbered.event
            if isinstance(event, SpeechAudio):
                if is_heard:
                    await socket.send_bytes(speech(event, numbered.number))
            elif (message := teller.message(numbered)) is not None:
                await socket.send_json(message)
    except (WebSocketDisconnect, RuntimeError):
        return  # the client has gone


def speech(event: SpeechAudio, number: int) -> bytes:
    """Spoken translation, PCM16 mono."""
    header = {
        "type": "speech",
        "segment_id": str(event.segment_id),
        "sampleRate": event.sample_rate,
        "text": event.text,
        "is_last": event.is_last,
        "seq": number,
    }
    return messages.joined(header, pcm16(event.samples))
