"""A tiny app behind the real door, under a real server, and clients for it."""

import base64
import http.client
import json
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Scope as Connection
from starlette.websockets import WebSocket

from desktop.server.database import audit
from desktop.server.page.guests import Guests
from desktop.server.security.credentials import tokens
from desktop.server.security.options import SecurityOptions
from desktop.server.security.principal import Principal, Scope
from desktop.server.security.security import Security
from desktop.server.security.web.refusal import Refused
from desktop.server.streams.rooms import Rooms
from tests.asgi_server import asgi_server
from tests.waiting import wait_until

FREE = ("/", "/free", "/login", "/callback", "/logout", "/enter")
DAY = timedelta(days=1)


def required(connection: Connection) -> Scope | None:
    path = connection["path"]
    if path in FREE:
        return None
    return Scope.ADMIN if path == "/admin" else Scope.SPEAK if path == "/speak" else Scope.LISTEN


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str
    cookies: tuple[str, ...]
    """each header that sets one"""

    @property
    def code(self) -> str:
        """of a refusal"""
        return str(json.loads(self.body)["error"]["code"])

    @property
    def message(self) -> str:
        return str(json.loads(self.body)["error"]["message"])


class Door:
    """The server, and what a client does with it."""

    def __init__(self, port: int, security: Security, scheme: str, seen: list[dict[str, Any]], rooms: set[str]) -> None:
        self.port, self.security, self.scheme = port, security, scheme
        self.seen = seen
        """headers and subprotocols that the app got"""
        self.rooms = rooms

    def token(self, name: str = "laptop", *scopes: Scope, lasts: timedelta | None = DAY) -> str:
        with self.security.database.session() as session:
            chosen = frozenset(scopes or (Scope.LISTEN, Scope.SPEAK))
            return tokens.create(session, name, chosen, lasts, datetime.now(UTC))

    def database(self) -> AbstractContextManager[Session]:
        return self.security.database.session()

    def entries(self) -> list[audit.Entry]:
        """The audit log, oldest first."""
        with self.security.database.session(reads_only=True) as session:
            return [_entry(one) for one in reversed(audit.newest(session, 10_000))]

    def events(self, event: audit.Event) -> list[audit.Entry]:
        return [one for one in self.entries() if one.event == event]

    def get(self, path: str = "/listen", /, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """The answer to a request; `x_y` is the header x-y."""
        connection = self._connection()
        try:
            connection.request(
                method, path, body or None, {name.replace("_", "-"): one for name, one in headers.items()}
            )
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            cookies = tuple(value for name, value in response.getheaders() if name.lower() == "set-cookie")
            return Answer(response.status, found, response.read().decode(), cookies)
        finally:
            connection.close()

    def open(self, path: str = "/talk", /, **headers: str) -> Answer:
        """What a WebSocket's handshake is answered with."""
        return self.get(
            path,
            connection="Upgrade",
            upgrade="websocket",
            sec_websocket_version="13",
            sec_websocket_key=base64.b64encode(os.urandom(16)).decode(),
            **headers,
        )

    def _connection(self) -> http.client.HTTPConnection:
        if self.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)


@contextmanager
def door(folder: Path, **options: Any) -> Iterator[Door]:
    """A server with a fresh database in that folder."""
    made = SecurityOptions(folder=folder, database=f"sqlite:///{folder}/door.db", **options)
    security = Security(made)
    all_rooms = Rooms(lambda: 0.0)
    rooms: set[str] = {all_rooms.open().code}
    guests = Guests(all_rooms, security.cookies, security.attempts, security.note_locked)
    seen: list[dict[str, Any]] = []
    app = Starlette(
        routes=[
            Route("/", lambda _: PlainTextResponse("the page")),
            Route("/enter", _enter(guests, *rooms)),
            WebSocketRoute("/talk", _talk(seen)),
            *security.routes,
            *(Route(path, _who(seen), methods=["GET", "POST"]) for path in ("/listen", "/speak", "/admin", "/free")),
        ]
    )

    async def is_open(room: str) -> bool:
        return room in rooms

    protected = security.protect(app, required, is_open)
    with asgi_server(protected, tls=security.tls and security.tls.context, at_end=security.close) as server:
        # The tests look into the database on their own thread; the server's end closes it.
        yield Door(server.port, security, "https" if security.tls else "http", seen, rooms)


def wait_for(door: Door, event: audit.Event, count: int = 1) -> list[audit.Entry]:
    """Entries come when a request is over, a moment after its answer."""
    assert wait_until(lambda: len(door.events(event)) >= count), door.entries()
    return door.events(event)


def _entry(row: Any) -> audit.Entry:
    names = ("principal", "address", "protocol", "path", "reason", "seconds")
    return audit.Entry(audit.Event(row.event), row.at, **{name: getattr(row, name) for name in names})


def _who(seen: list[dict[str, Any]]) -> Any:
    async def who(request: Request) -> JSONResponse:
        seen.append(dict(request.headers))
        principal: Principal | None = getattr(request.state, "principal", None)
        if principal is None:
            return JSONResponse({})
        return JSONResponse({"id": principal.id, "kind": principal.kind, "scopes": sorted(principal.scopes)})

    return who


def _enter(guests: Guests, code: str) -> Any:
    """A room's code is exchanged for a cookie; `?room=` is wrong."""

    async def enter(request: Request) -> PlainTextResponse:
        try:
            _, cookie = await guests.admit(request, request.query_params.get("room", code))
        except Refused as refused:
            return PlainTextResponse("", refused.status)
        return PlainTextResponse("", headers={"set-cookie": cookie} if cookie else {})

    return enter


def _talk(seen: list[dict[str, Any]]) -> Any:
    """Says who it is, then everything that is said, until it is over."""

    async def talk(socket: WebSocket) -> None:
        seen.append({**socket.headers, "subprotocols": socket.scope["subprotocols"]})
        await socket.accept()
        await socket.send_text(socket.state.principal.id)
        async for text in socket.iter_text():
            await socket.send_text(text)

    return talk
