"""A room's code lets somebody follow that room, and nothing else."""

import asyncio
from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from desktop.server.page.guests import Guests
from desktop.server.security.attempts import Attempts
from desktop.server.security.credentials.cookies import Cookies
from desktop.server.security.limits import ServerLimits
from desktop.server.security.principal import Principal, Scope
from desktop.server.security.web.refusal import Refused
from desktop.server.streams.rooms import Rooms, written

NOW = datetime.now(UTC)


class Lobby:
    def __init__(self, failures: int = 10) -> None:
        self.rooms = Rooms(lambda: 0.0)
        self.cookies = Cookies(b"k" * 32)
        self.guests = Guests(
            self.rooms, self.cookies, Attempts(ServerLimits(room_failures=failures)), self._lock, lambda: NOW
        )
        self.locked: list[tuple[str, str]] = []

    async def _lock(self, address: str, path: str) -> None:
        self.locked.append((address, path))

    def admit(self, code: str, *, cookie: str = "", address: str = "10.0.0.1", scheme: str = "https") -> str:
        """The cookie that is set, as the browser will send it back."""
        headers = [(b"cookie", cookie.encode())] if cookie else []
        scope = {"type": "http", "path": "/room", "headers": headers, "client": (address, 1), "scheme": scheme}
        _, header = asyncio.run(self.guests.admit(Request(scope), code))
        return header.partition(";")[0]


def test_whoever_has_the_code_may_follow_that_room_and_nothing_else() -> None:
    lobby = Lobby()
    room = lobby.rooms.open()
    cookie = lobby.admit(f" {written(room.code).lower()} ")
    session = lobby.cookies.read(cookie.partition("=")[2], NOW)
    assert session is not None
    assert session.principal.kind == "guest"
    assert session.principal.scopes == {Scope.LISTEN}
    assert session.principal.room == room.code


def test_who_is_logged_in_stays_so() -> None:
    lobby = Lobby()
    room = lobby.rooms.open()
    user = Principal("user:anna", frozenset({Scope.SPEAK, Scope.LISTEN}), "user")
    issued = lobby.cookies.issue(user, NOW, is_secure=True, lasts=NOW - NOW.replace(year=NOW.year - 1))
    assert lobby.admit(room.code, cookie=issued.partition(";")[0]) == ""
    guest = lobby.admit(room.code)
    assert lobby.admit(room.code, cookie=guest) != ""
    assert lobby.admit(room.code, cookie="__Host-parley=forged") != ""


def test_whoever_guesses_is_locked_out_and_others_are_not() -> None:
    lobby = Lobby(failures=3)
    room = lobby.rooms.open()
    lobby.admit(room.code)
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            lobby.admit("AAAA-AAAA")
        assert refused.value.status == 404
    other = lobby.rooms.open()
    with pytest.raises(Refused) as refused:
        lobby.admit(other.code)
    assert refused.value.status == 429
    assert refused.value.after > 0
    assert lobby.locked == [("10.0.0.1", "/room")]
    assert lobby.admit(other.code, address="10.0.0.2")
