"""Lets in whoever has a room's code: by a cookie that allows to follow that room, no more. On the event loop."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from starlette.requests import Request, cookie_parser

from desktop.server.security.attempts import Attempts
from desktop.server.security.credentials.cookies import Cookies
from desktop.server.security.principal import Principal, Scope
from desktop.server.security.web.refusal import Refused
from desktop.server.security.web.requests import address_of, is_secure
from desktop.server.streams.rooms import Room, Rooms

_STAYS = timedelta(hours=12)
"""longer than any talk; the room ends it sooner"""


class Guests:
    """attempts: whoever guesses codes is locked out; an audience that mistypes behind one address is not. locked:
    told of an address and a path."""

    def __init__(
        self,
        rooms: Rooms,
        cookies: Cookies,
        attempts: Attempts,
        locked: Callable[[str, str], Awaitable[None]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rooms = rooms
        self._cookies = cookies
        self._attempts = attempts
        self._locked = locked
        self._now = now

    async def admit(self, request: Request, code: str) -> tuple[Room, str]:
        """The room of a code as somebody typed it, and the header Set-Cookie; empty: who is logged in needs none.
        Raises Refused: there is no such room, or too many were tried."""
        address = address_of(request.scope)
        await self._attempts.check_room(address)
        room = await self._rooms.find_anywhere(code)
        if room is None:
            if await self._attempts.failed_room(address):
                await self._locked(address, request.scope["path"])
            raise Refused("room-unknown", status=404, code="room-unknown")
        if self._is_logged_in(request):
            return room, ""
        guest = Principal(f"guest:{secrets.token_urlsafe(6)}", frozenset({Scope.LISTEN}), "guest", room=room.code)
        return room, self._cookies.issue(guest, self._now(), is_secure=is_secure(request.scope), lasts=_STAYS)

    def _is_logged_in(self, request: Request) -> bool:
        name = self._cookies.name(is_secure=is_secure(request.scope))
        session = self._cookies.read(cookie_parser(request.headers.get("cookie", "")).get(name, ""), self._now())
        return session is not None and session.principal.kind == "user"
