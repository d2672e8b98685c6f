"""What browsers are given: the page, and what it asks for beside the WebSockets. On the event loop.

The page is plain files in `web/`, without a build step. A room's code never stands in an address that is sent: the page
keeps it in the fragment and sends it in the body of `POST /room`, which answers with a cookie.
"""

import asyncio
import io
import mimetypes
from collections.abc import Awaitable, Callable
from math import ceil
from pathlib import Path
from typing import Annotated, TypeVar

import segno
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.page.languages import offered_languages
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.security.web.refusal import Refused
from desktop.server.streams.hub import Hub
from desktop.server.streams.rooms import HasRooms, Room, written
from desktop.system.paths import RESOURCES

WEB = Path(__file__).parents[1] / "web"
_LARGEST = 4096
"""bytes of what the page sends"""
FRESH = {"cache-control": "no-cache"}
"""a browser asks whether a file has changed; all of them are small and near"""

_UNSTORED = {"cache-control": "no-store"}

Admit = Callable[[Request, str], Awaitable[tuple[Room, str]]]
"""The room of a code, and the header Set-Cookie that lets a browser follow it; empty: it needs none. Raises Refused."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class RoomWanted(_Strict):
    """`POST /room`."""

    room: Annotated[str, Field(max_length=32)]


class QrWanted(_Strict):
    """`POST /qr`."""

    text: Annotated[str, Field(max_length=300, pattern=r"^https?://")]
    """the address that the code leads to"""


_Body = TypeVar("_Body", bound=BaseModel)


def page_routes(hub: Hub, admit: Admit) -> list[BaseRoute]:
    """Those of `follower_routes`, and `/languages` for whoever speaks."""

    async def languages(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(offered_languages, hub.broker.recogniser), headers=FRESH)

    return [*follower_routes(hub, admit), Route("/languages", languages)]


def follower_routes(hub: HasRooms, admit: Admit) -> list[BaseRoute]:
    """`/`, `/static/…`, `/icon.svg`; `/room`, `/qr` for the page."""
    for ending, kind in ((".js", "text/javascript"), (".svg", "image/svg+xml"), (".css", "text/css")):
        mimetypes.add_type(kind, ending)  # what a system has registered may be something else, and would not be run

    async def page(_: Request) -> Response:
        return FileResponse(WEB / "index.html", headers=FRESH)

    async def icon(_: Request) -> Response:
        return FileResponse(RESOURCES / "icons" / "parley.svg", headers=FRESH)

    async def room(request: Request) -> Response:
        try:
            wanted = await _body(request, RoomWanted)
            found, cookie = await admit(request, wanted.room)
        except Refused as refused:
            return _problem(refused, refused.status, refused.after)
        except BadMessage as error:
            return _problem(error, 400)
        except EngineError as error:
            return _problem(error, 503, 5.0)
        response = JSONResponse({"room": written(found.code)}, headers=_UNSTORED)
        if cookie:
            response.headers.append("set-cookie", cookie)
        return response

    async def qr(request: Request) -> Response:
        try:
            wanted = await _body(request, QrWanted)
        except BadMessage as error:
            return _problem(error, 400)
        return Response(qr_code(wanted.text), media_type="image/svg+xml")

    return [
        Route("/", page),
        Route("/icon.svg", icon),
        Route("/room", room, methods=["POST"]),
        Route("/qr", qr, methods=["POST"]),
        Mount("/static", _Files(directory=WEB)),
    ]


def qr_code(text: str) -> bytes:
    """An SVG: black on white, whatever the page's colours, since many readers know nothing else."""
    image = io.BytesIO()
    segno.make(text, error="m", micro=False).save(image, kind="svg", border=3, dark="#000", light="#fff", omitsize=True)
    return image.getvalue()


class _Files(StaticFiles):
    """Files that a browser looks after each time."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(FRESH)
        return response


async def _body(request: Request, kind: type[_Body]) -> _Body:
    """What the page sent. Raises BadMessage."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > _LARGEST:
            raise BadMessage("message-too-long", most=_LARGEST)
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise BadMessage("message-wrong", field=where[:80], reason=first["msg"][:160]) from None


def _problem(error: EngineError, status: int, after: float = 0.0) -> Response:
    headers = {**_UNSTORED, "retry-after": str(ceil(after))} if after else _UNSTORED
    return JSONResponse({"code": error.code, "message": text_of(error)}, status, headers)
