"""The layer shell protocol of wlroots (wlr-layer-shell-unstable-v1), version 1, as pywayland wants it.

Written by hand: the names, the order and the types of the messages are the protocol; there is nothing else to it here.
The protocol is described at https://wayland.app/protocols/wlr-layer-shell-unstable-v1.
"""

import enum
from typing import Any

from pywayland.protocol.wayland import WlOutput, WlSurface
from pywayland.protocol.xdg_shell import XdgPopup
from pywayland.protocol_core import Argument, ArgumentType, Global, Interface, Proxy, Resource

OVERLAY_LAYER = 3
"""above fullscreen windows"""
NO_KEYBOARD = 0

_UINT = Argument(ArgumentType.Uint)
_INT = Argument(ArgumentType.Int)


class Anchor(enum.IntFlag):
    """Edges of the screen that a surface sticks to."""

    TOP = 1
    BOTTOM = 2
    LEFT = 4
    RIGHT = 8


class ZwlrLayerSurfaceV1(Interface):
    """What makes a surface a layer of the desktop."""

    name = "zwlr_layer_surface_v1"
    version = 1


class ZwlrLayerSurfaceV1Proxy(Proxy[ZwlrLayerSurfaceV1]):
    """The client's end. What is set counts from the next commit of the surface."""

    interface = ZwlrLayerSurfaceV1

    @ZwlrLayerSurfaceV1.request(_UINT, _UINT)
    def set_size(self, width: int, height: int) -> None:
        """In logical pixels; 0 where it is anchored to both sides: all there is."""
        self._marshal(0, width, height)

    @ZwlrLayerSurfaceV1.request(_UINT)
    def set_anchor(self, anchor: int) -> None:
        self._marshal(1, anchor)

    @ZwlrLayerSurfaceV1.request(_INT)
    def set_exclusive_zone(self, zone: int) -> None:
        """0: stand clear of panels; -1: over them."""
        self._marshal(2, zone)

    @ZwlrLayerSurfaceV1.request(_INT, _INT, _INT, _INT)
    def set_margin(self, top: int, right: int, bottom: int, left: int) -> None:
        """From the edges that it is anchored to."""
        self._marshal(3, top, right, bottom, left)

    @ZwlrLayerSurfaceV1.request(_UINT)
    def set_keyboard_interactivity(self, interactivity: int) -> None:
        self._marshal(4, interactivity)

    @ZwlrLayerSurfaceV1.request(Argument(ArgumentType.Object, interface=XdgPopup))
    def get_popup(self, popup: Any) -> None:
        self._marshal(5, popup)

    @ZwlrLayerSurfaceV1.request(_UINT)
    def ack_configure(self, serial: int) -> None:
        self._marshal(6, serial)

    @ZwlrLayerSurfaceV1.request()
    def destroy(self) -> None:
        self._marshal(7)
        self._destroy()


class ZwlrLayerSurfaceV1Resource(Resource[ZwlrLayerSurfaceV1]):
    """The compositor's end."""

    interface = ZwlrLayerSurfaceV1

    @ZwlrLayerSurfaceV1.event(_UINT, _UINT, _UINT)
    def configure(self, serial: int, width: int, height: int) -> None:
        self._post_event(0, serial, width, height)

    @ZwlrLayerSurfaceV1.event()
    def closed(self) -> None:
        self._post_event(1)


class ZwlrLayerSurfaceV1Global(Global[ZwlrLayerSurfaceV1]):
    interface = ZwlrLayerSurfaceV1


class ZwlrLayerShellV1(Interface):
    """Makes surfaces layers of the desktop."""

    name = "zwlr_layer_shell_v1"
    version = 1


class ZwlrLayerShellV1Proxy(Proxy[ZwlrLayerShellV1]):
    """The client's end."""

    interface = ZwlrLayerShellV1

    @ZwlrLayerShellV1.request(
        Argument(ArgumentType.NewId, interface=ZwlrLayerSurfaceV1),
        Argument(ArgumentType.Object, interface=WlSurface),
        Argument(ArgumentType.Object, interface=WlOutput, nullable=True),
        _UINT,
        Argument(ArgumentType.String),
    )
    def get_layer_surface(self, surface: Any, output: Any, layer: int, namespace: str) -> Any:
        """output: None leaves the screen to the compositor; namespace: what it is for."""
        return self._marshal_constructor(0, ZwlrLayerSurfaceV1, surface, output, layer, namespace)


class ZwlrLayerShellV1Resource(Resource[ZwlrLayerShellV1]):
    """The compositor's end."""

    interface = ZwlrLayerShellV1


class ZwlrLayerShellV1Global(Global[ZwlrLayerShellV1]):
    interface = ZwlrLayerShellV1


ZwlrLayerSurfaceV1._gen_c()
ZwlrLayerSurfaceV1.proxy_class = ZwlrLayerSurfaceV1Proxy
ZwlrLayerSurfaceV1.resource_class = ZwlrLayerSurfaceV1Resource
ZwlrLayerSurfaceV1.global_class = ZwlrLayerSurfaceV1Global

ZwlrLayerShellV1._gen_c()
ZwlrLayerShellV1.proxy_class = ZwlrLayerShellV1Proxy
ZwlrLayerShellV1.resource_class = ZwlrLayerShellV1Resource
ZwlrLayerShellV1.global_class = ZwlrLayerShellV1Global
