"""What the mouse looks like over the subtitles. On the thread that reads the connection."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop.overlay.layer_shell.buffers import Buffers, Pixels
from desktop.overlay.layer_shell.globals import Globals
from desktop.overlay.layer_shell.pointer import Pointer


@dataclass(frozen=True, slots=True)
class CursorPicture:
    """A cursor, and the pixel that it points with."""

    pixels: Pixels
    x: int
    y: int


class Cursor:
    """The user's own cursor where the compositor shows it by name, else a picture."""

    def __init__(self, found: Globals, pointer: Pointer) -> None:
        self._found = found
        self._pointer = pointer
        self._device: tuple[Any, Any] | None = None
        """the mouse, and what sets its shape"""
        self._surface: Any = None
        self._pictures: dict[str, CursorPicture] = {}
        self._buffers: dict[str, Buffers] = {}

    def set(self, shape: str, picture: Callable[[], CursorPicture]) -> None:
        """shape: a name of the protocol cursor-shape-v1; picture: paints it."""
        mouse = self._pointer.proxy
        if mouse is None:
            return
        if self._found.cursor_shapes:
            from pywayland.protocol.cursor_shape_v1 import WpCursorShapeDeviceV1

            if self._device is None or self._device[0] is not mouse:
                self._device = mouse, self._found.cursor_shapes.get_pointer(mouse)
            self._device[1].set_shape(self._pointer.serial, WpCursorShapeDeviceV1.shape[shape].value)
            return
        if self._surface is None:
            self._surface = self._found.compositor.create_surface()
        if shape not in self._pictures:
            self._pictures[shape] = painted = picture()
            buffers = Buffers(self._found.shm, painted.pixels.shape[1], painted.pixels.shape[0])
            buffers.first.paint(painted.pixels, 0, 0)
            self._buffers[shape] = buffers
        buffers, shown = self._buffers[shape], self._pictures[shape]
        self._surface.attach(buffers.first.proxy, 0, 0)
        self._surface.damage_buffer(0, 0, *buffers.size)
        self._surface.commit()
        mouse.set_cursor(self._pointer.serial, self._surface, shown.x, shown.y)
