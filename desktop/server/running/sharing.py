"""Shares captions that are made elsewhere, as the app's own: the page for whoever follows, and nothing else. On an
event loop, which may be a thread's own."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Scope as Connection
from starlette.websockets import WebSocket

from desktop.engine.errors import EngineError
from desktop.server.http.listening import bound, url_of
from desktop.server.http.server import http_server
from desktop.server.limits import StreamLimits
from desktop.server.page.guests import Guests
from desktop.server.page.routes import FRESH, WEB, follower_routes, qr_code
from desktop.server.protocols.native.following import follow
from desktop.server.security.address import is_local
from desktop.server.security.options import SecurityOptions
from desktop.server.security.principal import Scope
from desktop.server.security.security import Security
from desktop.server.streams.rooms import Room, Rooms, written

_MESSAGE = 4096
"""bytes of what somebody who follows sends"""
_FAREWELL = 1.0
"""seconds in which those who follow are told that it is over"""


@dataclass(frozen=True, slots=True)
class SharingOptions:
    """address: to listen on; any but this machine's own is served with TLS. port: 0 takes a free one. folder: for the
    certificate and keys, database: for the audit log; empty: where `parley serve` has them."""

    address: str = "127.0.0.1"
    port: int = 5027
    folder: Path | None = None
    database: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """What others need to follow.

    url: of the page. code: of the room, as people read it. link: the page with the code in its fragment, which no
    server sees. qr: the link as SVG. fingerprint: of the certificate, SHA-256; empty: plaintext."""

    url: str
    code: str
    link: str
    qr: bytes
    fingerprint: str = ""


@dataclass(slots=True)
class _House:
    """What the page and those who follow know of a server."""

    rooms: Rooms
    following: set[asyncio.Task[None]] = field(default_factory=set)
    """those who follow now"""

    async def follow(self, socket: WebSocket) -> None:
        task = asyncio.create_task(follow(self, socket, socket.scope.get("state", {}).get("room", "")))
        self.following.add(task)
        try:
            await task
        finally:
            self.following.discard(task)
            task.cancel()

    async def close(self) -> None:
        """Tell everybody that it is over, before the server cuts their lines."""
        self.rooms.close()
        if self.following:
            await asyncio.wait(tuple(self.following), timeout=_FAREWELL)


@contextlib.asynccontextmanager
async def sharing(options: SharingOptions) -> AsyncIterator[tuple[Shared, Room]]:
    """Serves while it is entered: `Room.tell` is what those who follow read. They are told when it ends.
    Raises EngineError where it cannot begin."""
    security = await asyncio.to_thread(Security, security_options(options))
    async with contextlib.AsyncExitStack() as opened:
        opened.push_async_callback(security.close)
        listening = opened.enter_context(_bound(options))
        rooms = Rooms(time.monotonic)
        room = rooms.open()
        house = _House(rooms)
        app = security.protect(_application(house, security), required, rooms.is_open)
        server = http_server(app, StreamLimits(message=_MESSAGE), security.tls.context if security.tls else None)
        keeping = asyncio.create_task(security.keep())
        opened.callback(keeping.cancel)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started and not running.done():
                await asyncio.wait([running], timeout=0.01)
            yield _shared(url_of(listening, "https" if security.tls else "http"), room, security), room
        finally:
            await house.close()
            server.should_exit = True
            await running


def security_options(options: SharingOptions) -> SecurityOptions:
    """Whoever has the code may follow, and nobody may do more."""
    return SecurityOptions(
        options.address,
        self_signed=not is_local(options.address),
        guests_only=True,
        folder=options.folder,
        database=options.database,
    )


def required(connection: Connection) -> Scope | None:
    """To follow one must be let in; the page itself is for everybody. Pure."""
    return Scope.LISTEN if connection["type"] == "websocket" else None


def _application(house: _House, security: Security) -> Starlette:
    # There is nothing to speak with: the page says so before its scripts run.
    text = (WEB / "index.html").read_text(encoding="utf-8").replace("<html ", "<html data-followers-only ", 1)

    async def page(request: Request) -> Response:
        if not request.query_params.keys() & {"follow", "overlay"}:
            return RedirectResponse("/?follow")  # browsers keep the fragment
        return HTMLResponse(text, headers=FRESH)

    async def listen(socket: WebSocket) -> None:
        await socket.accept()
        await house.follow(socket)

    guests = Guests(house.rooms, security.cookies, security.attempts, security.note_locked)
    return Starlette(
        routes=[Route("/", page), WebSocketRoute("/follow", listen), *follower_routes(house, guests.admit)],
    )


@contextlib.contextmanager
def _bound(options: SharingOptions) -> Iterator[socket.socket]:
    try:
        with bound(options.address, options.port) as listening:
            yield listening
    except EngineError as error:
        if error.message.key == "server-port-taken":  # there is no option of a command line here
            raise EngineError("sharing-port-taken", code="address", port=options.port) from None
        raise


def _shared(url: str, room: Room, security: Security) -> Shared:
    code = written(room.code)
    link = f"{url}#{code}"
    return Shared(url, code, link, qr_code(link), security.tls.pair.fingerprint if security.tls else "")
