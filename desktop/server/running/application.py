"""What answers under which path. On the event loop."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Scope as Connection
from starlette.websockets import WebSocket

from desktop.server.protocols.deepgram import deepgram_routes
from desktop.server.protocols.native.following import follow
from desktop.server.protocols.native.speaker import Speaker
from desktop.server.protocols.openai.realtime import Realtime
from desktop.server.protocols.openai.rest import openai_routes
from desktop.server.protocols.work import Worker
from desktop.server.security.guard import Needed
from desktop.server.security.principal import Scope
from desktop.server.streams.hub import Hub
from desktop.server.streams.owner import owner_of

_FREE = frozenset({"/", "/icon.svg", "/room", "/login", "/callback", "/logout"})
_FREE |= {"/asyncapi.json", "/openapi.json", "/health", "/health/ready", "/health/live"}
"""the page, how one gets in, and what says nothing of anybody"""
_BY_PATH: dict[str, Needed] = {"/metrics": Scope.ADMIN, "/metrics/streaming": Scope.ADMIN, "/whoami": tuple(Scope)}


def required(connection: Connection) -> Needed:
    """What somebody must be allowed, to be let in there. What is not named here is for those who may speak."""
    path = connection["path"]
    if connection["type"] == "websocket":
        return Scope.LISTEN if path == "/follow" else Scope.SPEAK
    if path in _FREE or path.startswith("/static/"):
        return None
    return _BY_PATH.get(path, Scope.SPEAK)


def application(hub: Hub, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The server's application: the founding protocol on `/`, and what else is given."""

    async def speak(socket: WebSocket) -> None:
        await socket.accept()
        await Speaker(hub, socket, owner_of(socket)).run()

    async def listen(socket: WebSocket) -> None:
        await socket.accept()
        await follow(hub, socket, socket.scope.get("state", {}).get("room", ""))

    async def work(socket: WebSocket) -> None:
        await socket.accept()
        await Worker(hub, socket).run()

    async def realtime(socket: WebSocket) -> None:
        await socket.accept("realtime" if "realtime" in socket.scope.get("subprotocols", []) else None)
        await Realtime(hub, socket, owner_of(socket)).run()

    return Starlette(
        routes=[
            WebSocketRoute("/", speak),
            WebSocketRoute("/follow", listen),
            WebSocketRoute("/work", work),
            WebSocketRoute("/v1/realtime", realtime),
            *openai_routes(hub),
            *deepgram_routes(hub),
            *routes,
        ]
    )
