"""Rooms: a short code lets others follow what is said; they cannot speak. On the event loop.

A room outlives the stream that it shows: whoever speaks in it may stop, be cut off and begin again, and those who
follow stay.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from desktop.engine.events import ErrorEvent
from desktop.server.streams.channel import Channel, Numbered, Told
from desktop.server.streams.shared_rooms import SharedRooms

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""without those that are mistaken for others when they are read aloud or from a slide"""
_LENGTH = 8
"""30^8 = 10^11.8 codes: whoever guesses is locked out long before"""


class Room:
    """What those who follow read.

    key: whoever has it may speak in the room. ended_at: when nobody spoke in it any more; None: somebody does.
    """

    def __init__(self, code: str, now: float) -> None:
        self.code = code
        self.key = secrets.token_urlsafe(24)
        self.goes_on = False
        """it ends here only: other gateways have it"""
        self.channel = Channel()
        self.ended_at: float | None = now
        self._source: Channel | None = None
        self.stream = ""
        """id of the stream that was shown last"""
        self.first = 0
        """what is added to the numbers of its segments"""
        self._next = 0

    def show(self, source: Channel, stream: str = "") -> None:
        """Tell what this channel tells from now on, instead of another one. stream: its id; where one goes on that was
        shown before, its segments are those of before."""
        if self._source is source:
            return
        self.hide()
        self._source, self.ended_at = source, None
        if not stream or stream != self.stream:
            self.first = self._next
        self.stream = stream
        source.relay(self._tell)

    def hide(self) -> None:
        """Nothing is shown for now."""
        if self._source is not None:
            self._source.relay(None)
            self._source = None

    def shows(self, source: Channel) -> bool:
        """Whether it tells what this channel tells."""
        return self._source is source

    def tell(self, event: Told, delay: float = 0.0) -> None:
        """To those who follow."""
        self._tell(event, delay)

    def _tell(self, event: Told, delay: float) -> None:
        if isinstance(event, ErrorEvent):
            return  # what is wrong with the speaker's machine is for the speaker
        if event.segment_id >= 0:
            event = replace(event, segment_id=self.first + event.segment_id)
            self._next = max(self._next, event.segment_id + 1)
        self.channel.tell(event, delay)

    def repeat(self, numbered: Numbered) -> None:
        """Tell what was told in the room at another gateway."""
        if not isinstance(numbered.event, ErrorEvent):
            self._next = max(self._next, numbered.event.segment_id + 1)
        self.channel.repeat(numbered)


def written(code: str) -> str:
    """As people read it: ABCD-EFGH."""
    return f"{code[: _LENGTH // 2]}-{code[_LENGTH // 2 :]}"


def read(text: str) -> str:
    """A code as somebody typed it: case, spaces and hyphens do not count."""
    return "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())


class Rooms:
    """All of them. clock: seconds. kept: seconds for which a room waits for somebody to speak in it again."""

    def __init__(self, clock: Callable[[], float], kept: float = 600.0) -> None:
        self._clock = clock
        self._kept = kept
        self._rooms: dict[str, Room] = {}
        self.shared: SharedRooms | None = None
        """None: there are no other gateways"""

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def followers(self) -> int:
        """Of all rooms together."""
        return sum(room.channel.readers for room in self._rooms.values())

    def open(self) -> Room:
        """A new room, known here."""
        room = Room("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)), self._clock())
        self._rooms[room.code] = room
        return room

    async def open_for_all(self) -> Room:
        """A new room with a code that is its own at all gateways. Raises EngineError where they cannot be asked."""
        while True:
            room = self.open()
            try:
                if self.shared is None or await self.shared.claim(room):
                    return room
            except BaseException:
                self.let_go(room)
                raise
            self.let_go(room)

    async def speak_in(self, code: str, key: str) -> Room | None:
        """The room, for somebody who has its key; one of another gateway is this one's from now on. Raises EngineError
        where others cannot be asked."""
        room = self.find(code)
        if room is not None:
            return room if secrets.compare_digest(room.key.encode(), key.encode()) else None
        room = await self.shared.take_over(read(code), key) if self.shared is not None else None
        if room is not None:
            self._rooms[room.code] = room
        return room

    def find(self, code: str) -> Room | None:
        """The room of a code as somebody typed it, if it is this gateway's."""
        return self._rooms.get(read(code))

    async def find_anywhere(self, code: str) -> Room | None:
        """The same, of any gateway. Raises EngineError where others cannot be asked."""
        room = self.find(code)
        if room is not None or self.shared is None or len(read(code)) != _LENGTH:
            return room
        return await self.shared.find(read(code))

    async def is_open(self, code: str) -> bool:
        """Whether its guests may stay. Raises EngineError where others cannot be asked."""
        return await self.find_anywhere(code) is not None

    def show(self, room: Room, source: Channel, stream: str) -> None:
        """Show a stream in a room from now on."""
        room.show(source, stream)
        if self.shared is not None:
            self.shared.shown(room)

    def let_go(self, room: Room) -> None:
        """The room is another gateway's now, or nobody's."""
        self._rooms.pop(room.code, None)
        room.hide()

    def close_room(self, room: Room) -> None:
        """Nobody follows by its code any more."""
        if self._rooms.get(room.code) is room and self.shared is not None:
            self.shared.closed(room)
        self.let_go(room)
        room.channel.close()

    def ended(self, source: Channel) -> None:
        """A stream is over: its rooms wait for another one."""
        for room in self._rooms.values():
            if room.shows(source):
                room.hide()
                room.ended_at = self._clock()

    def close_old(self) -> None:
        """Close those in which nobody spoke for long."""
        now = self._clock()
        for room in tuple(self._rooms.values()):
            if room.ended_at is not None and now - room.ended_at > self._kept:
                self.close_room(room)

    def close(self) -> None:
        """All of them end here; with other gateways they go on there when their speakers come."""
        for room in tuple(self._rooms.values()):
            if self.shared is None:
                self.close_room(room)
            else:
                room.goes_on = True
                self.let_go(room)
                room.channel.close()


class HasRooms(Protocol):
    """What those who follow need of a server."""

    @property
    def rooms(self) -> Rooms: ...
