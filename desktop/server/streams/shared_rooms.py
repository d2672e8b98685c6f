"""What rooms need of other gateways, so that a room that was opened at one of them can be followed at each. On the
event loop."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from desktop.server.streams.rooms import Room


class SharedRooms(Protocol):
    """Where rooms are known to all gateways. What cannot be asked now raises EngineError."""

    async def claim(self, room: "Room") -> bool:
        """Make the room known, from here. False: another one has its code."""

    async def find(self, code: str) -> "Room | None":
        """A room of another gateway, to follow it here. None: nobody knows it."""

    async def take_over(self, code: str, key: str) -> "Room | None":
        """A room of another gateway, for somebody who has its key: it is spoken in here from now on. None: there is
        none, or that is not its key."""

    def closed(self, room: "Room") -> None:
        """A room of this gateway has ended, for all."""

    def shown(self, room: "Room") -> None:
        """A room of this gateway shows another stream now."""
