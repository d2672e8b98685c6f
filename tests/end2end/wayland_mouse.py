"""A mouse on a Wayland compositor of wlroots, as a hand would move it (wlr-virtual-pointer-unstable-v1)."""

import os
import time
from typing import Any

from pywayland.protocol.wayland import WlSeat
from pywayland.protocol_core import Argument, ArgumentType, Interface, Proxy, Resource

from desktop.system.wayland import WaylandConnection
from tests.waiting import let_pass

LEFT = 0x110
_PATIENCE = 20.0
"""seconds, on a busy machine"""
_UINT = Argument(ArgumentType.Uint)
_FIXED = Argument(ArgumentType.Fixed)


class ZwlrVirtualPointerV1(Interface):
    """A mouse. Only the messages up to `frame`, which are the ones that are sent."""

    name = "zwlr_virtual_pointer_v1"
    version = 1


class ZwlrVirtualPointerV1Proxy(Proxy[ZwlrVirtualPointerV1]):
    interface = ZwlrVirtualPointerV1

    @ZwlrVirtualPointerV1.request(_UINT, _FIXED, _FIXED)
    def motion(self, milliseconds: int, dx: float, dy: float) -> None:
        self._marshal(0, milliseconds, dx, dy)

    @ZwlrVirtualPointerV1.request(_UINT, _UINT, _UINT, _UINT, _UINT)
    def motion_absolute(self, milliseconds: int, x: int, y: int, width: int, height: int) -> None:
        self._marshal(1, milliseconds, x, y, width, height)

    @ZwlrVirtualPointerV1.request(_UINT, _UINT, _UINT)
    def button(self, milliseconds: int, button: int, state: int) -> None:
        self._marshal(2, milliseconds, button, state)

    @ZwlrVirtualPointerV1.request(_UINT, _UINT, _FIXED)
    def axis(self, milliseconds: int, axis: int, value: float) -> None:
        self._marshal(3, milliseconds, axis, value)

    @ZwlrVirtualPointerV1.request()
    def frame(self) -> None:
        self._marshal(4)


class ZwlrVirtualPointerV1Resource(Resource[ZwlrVirtualPointerV1]):
    interface = ZwlrVirtualPointerV1


class ZwlrVirtualPointerManagerV1(Interface):
    """Makes them."""

    name = "zwlr_virtual_pointer_manager_v1"
    version = 1


class ZwlrVirtualPointerManagerV1Proxy(Proxy[ZwlrVirtualPointerManagerV1]):
    interface = ZwlrVirtualPointerManagerV1

    @ZwlrVirtualPointerManagerV1.request(
        Argument(ArgumentType.Object, interface=WlSeat, nullable=True),
        Argument(ArgumentType.NewId, interface=ZwlrVirtualPointerV1),
    )
    def create_virtual_pointer(self, seat: Any) -> Any:
        return self._marshal_constructor(0, ZwlrVirtualPointerV1, seat)


class ZwlrVirtualPointerManagerV1Resource(Resource[ZwlrVirtualPointerManagerV1]):
    interface = ZwlrVirtualPointerManagerV1


for _interface, _proxy, _resource in (
    (ZwlrVirtualPointerV1, ZwlrVirtualPointerV1Proxy, ZwlrVirtualPointerV1Resource),
    (ZwlrVirtualPointerManagerV1, ZwlrVirtualPointerManagerV1Proxy, ZwlrVirtualPointerManagerV1Resource),
):
    _interface._gen_c()
    _interface.proxy_class = _proxy
    _interface.resource_class = _resource


class WaylandMouse:
    """Points are logical pixels of the whole layout of screens."""

    def __init__(self, width: int, height: int) -> None:
        """The size of that layout."""
        self._extent = (width, height)
        self._connection = WaylandConnection(os.environ, _PATIENCE)
        manager = self._connection.bind(ZwlrVirtualPointerManagerV1, 1)
        self._mouse = manager.create_virtual_pointer(None)
        self._connection.wait_for_answer(_PATIENCE)

    def move(self, x: int, y: int) -> None:
        self._mouse.motion_absolute(_now(), x, y, *self._extent)
        self._done()

    def press(self) -> None:
        self._button(1)

    def release(self) -> None:
        self._button(0)

    def click(self, x: int, y: int) -> None:
        self.move(x, y)
        self.press()
        self.release()

    def drag(self, start: tuple[int, int], end: tuple[int, int], steps: int = 6) -> None:
        self.move(*start)
        self.press()
        for step in range(1, steps + 1):
            self.move(*(a + (b - a) * step // steps for a, b in zip(start, end, strict=True)))
            let_pass(0.03)
        self.release()

    def close(self) -> None:
        self._connection.close()

    def _button(self, state: int) -> None:
        self._mouse.button(_now(), LEFT, state)
        self._done()

    def _done(self) -> None:
        self._mouse.frame()
        self._connection.wait_for_answer(_PATIENCE)


def _now() -> int:
    return int(time.monotonic() * 1000) & 0xFFFFFFFF
