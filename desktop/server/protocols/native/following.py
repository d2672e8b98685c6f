"""Those who follow a room: they read, and cannot speak. On the event loop."""

import asyncio
import contextlib
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.protocols.native import messages as messages
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.native.speaker import NORMAL, POLICY, RESTARTS, TRY_LATER, send_all
from desktop.server.streams.channel import Mailbox
from desktop.server.streams.rooms import HasRooms, Room, read

_ENDS = {"room-unknown": POLICY, "room-other": TRY_LATER, "redis": RESTARTS}
"""codes of errors that end a connection, and those of closing"""


async def follow(hub: HasRooms, socket: WebSocket, code: str) -> None:
    """Until the room or the connection ends. code: of the room that the client may follow; empty: as it says."""
    room: Room | None = None
    mailbox: Mailbox | None = None
    telling: asyncio.Task[None] | None = None
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                wanted = messages.read_follower(message.get("text") or "")
                if isinstance(wanted, messages.Ping):
                    await socket.send_json({"type": "pong"})
                    continue
                if mailbox is not None:
                    raise BadMessage("follows-already")
                if code and wanted.room and read(wanted.room) != code:
                    raise BadMessage("room-other", code="room-other")
                room = await hub.rooms.find_anywhere(code or wanted.room or "")
                if room is None:
                    raise BadMessage("room-unknown", code="room-unknown")
            except EngineError as error:
                await socket.send_json({"type": "error", "code": error.code, "message": text_of(error)})
                if error.code in _ENDS:
                    await socket.close(_ENDS[error.code])
                    return
                continue
            mailbox = room.channel.follow(wanted.seq)
            await socket.send_json({"type": "following"})
            telling = asyncio.get_running_loop().create_task(_tell(socket, room, mailbox, is_heard=wanted.speech))
    except WebSocketDisconnect:
        return
    finally:
        if telling is not None:
            telling.cancel()
        if room is not None and mailbox is not None:
            room.channel.leave(mailbox)


async def _tell(socket: WebSocket, room: Room, mailbox: Mailbox, *, is_heard: bool) -> None:
    await send_all(socket, mailbox, is_heard=is_heard)
    ended: dict[str, Any] = {"type": "ended"}
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        if room.goes_on:
            await socket.close(RESTARTS)
            return
        await socket.send_json(ended)
        await socket.close(NORMAL)
