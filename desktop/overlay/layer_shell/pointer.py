"""The mouse over the subtitles while they can be moved. On the thread that reads the connection."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from desktop.system.wayland import WaylandConnection

LEFT_BUTTON = 0x110
"""of Linux's input events"""
_HAS_POINTER = 1

Kind = Literal["enter", "leave", "move", "press", "release"]


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """Something that the mouse did."""

    kind: Kind
    x: float
    """logical pixels in the surface"""
    y: float
    button: int = 0


class Pointer:
    """The mouse of the first seat, if it has one; it may come and go."""

    def __init__(self, connection: WaylandConnection, when: Callable[[PointerEvent], None]) -> None:
        from pywayland.protocol.wayland import WlSeat

        self.proxy: Any = None
        self.serial = 0
        """of the last time that it came in"""
        self._when = when
        self._at = (0.0, 0.0)
        self._is_in = False
        self._seat = connection.bind(WlSeat, 5)
        if self._seat:
            self._seat.dispatcher["capabilities"] = self._capabilities

    def _capabilities(self, _: object, capabilities: int) -> None:
        has = bool(capabilities & _HAS_POINTER)
        if has and self.proxy is None:
            self.proxy = self._seat.get_pointer()
            _allow_gone_surfaces(self.proxy)
            self.proxy.dispatcher["enter"] = self._enter
            self.proxy.dispatcher["leave"] = self._leave
            self.proxy.dispatcher["motion"] = self._motion
            self.proxy.dispatcher["button"] = self._button
        elif not has and self.proxy is not None:
            self.proxy.destroy()
            self.proxy = None
            self._leave()

    def _tell(self, kind: Kind, button: int = 0) -> None:
        self._when(PointerEvent(kind, *self._at, button))

    def _enter(self, _: object, serial: int, __: object, x: float, y: float) -> None:
        self.serial, self._at, self._is_in = serial, (x, y), True
        self._tell("enter")

    def _leave(self, *_: object) -> None:
        if self._is_in:
            self._is_in = False
            self._tell("leave")

    def _motion(self, _: object, __: int, x: float, y: float) -> None:
        self._at = (x, y)
        self._tell("move")

    def _button(self, _: object, __: int, ___: int, button: int, state: int) -> None:
        self._tell("press" if state else "release", button)


def _allow_gone_surfaces(mouse: Any) -> None:
    """The mouse may come into or leave a surface that was closed in the meantime; pywayland would raise over that."""
    from pywayland.protocol_core import ArgumentType
    from pywayland.protocol_core.message import Message

    def tolerant(message: Message) -> Message:
        arguments = (
            replace(argument, nullable=True) if argument.argument_type is ArgumentType.Object else argument
            for argument in message.arguments
        )
        return Message(message.py_func, tuple(arguments), message.version)

    mouse.dispatcher.messages = [tolerant(message) for message in mouse.dispatcher.messages]
