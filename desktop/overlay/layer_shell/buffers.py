"""Memory that the compositor reads pictures from: two buffers of a surface, one shown while the other is painted."""

import mmap
import os
from typing import Any

import numpy as np

from desktop.overlay.layer_shell.surface_plan import Blit, blit

Pixels = np.ndarray[tuple[int, int], np.dtype[np.uint32]]
"""rows of premultiplied ARGB, 32 bits a pixel"""

_NOTHING = Blit(0, 0, 0, 0, 0, 0)
_BUFFERS = 2
_PIXEL = 4
"""bytes"""


class Buffer:
    """One of them. `is_busy` while the compositor may read it."""

    def __init__(self, proxy: Any, pixels: Pixels) -> None:
        self.proxy = proxy
        self.is_busy = False
        self._pixels = pixels
        self._painted = _NOTHING
        proxy.dispatcher["release"] = self._released

    def paint(self, picture: Pixels, x: int, y: int) -> Blit:
        """Put a picture at a place, on nothing, and say where it is."""
        old = self._painted
        self._pixels[old.y : old.y + old.height, old.x : old.x + old.width] = 0
        rows, columns = self._pixels.shape
        new = blit(x, y, (picture.shape[1], picture.shape[0]), (columns, rows))
        self._pixels[new.y : new.y + new.height, new.x : new.x + new.width] = picture[
            new.from_y : new.from_y + new.height, new.from_x : new.from_x + new.width
        ]
        self._painted = new
        return new

    def close(self) -> None:
        """Its memory goes at once; a proxy and what it calls hold each other until the garbage is collected."""
        del self._pixels
        self.proxy.destroy()

    def _released(self, _: object) -> None:
        self.is_busy = False


class Buffers:
    """The buffers of a surface, all of the same size."""

    def __init__(self, shm: Any, width: int, height: int) -> None:
        """shm: the proxy of wl_shm; sizes in pixels. Raises OSError where there is no memory."""
        from pywayland.protocol.wayland import WlShm

        self.size = (width, height)
        stride = width * _PIXEL
        length = stride * height
        descriptor = os.memfd_create("parley-subtitles", os.MFD_CLOEXEC)
        try:
            os.ftruncate(descriptor, length * _BUFFERS)
            memory = mmap.mmap(descriptor, length * _BUFFERS)
            pool = shm.create_pool(descriptor, length * _BUFFERS)
        finally:
            os.close(descriptor)
        self._buffers = []
        for index in range(_BUFFERS):
            proxy = pool.create_buffer(index * length, width, height, stride, WlShm.format.argb8888.value)
            pixels = np.frombuffer(memory, np.uint32, width * height, index * length).reshape(height, width)
            self._buffers.append(Buffer(proxy, pixels))
        pool.destroy()

    @property
    def first(self) -> Buffer:
        return self._buffers[0]

    def free(self) -> Buffer | None:
        """One that the compositor does not read."""
        return next((buffer for buffer in self._buffers if not buffer.is_busy), None)

    def close(self) -> None:
        for buffer in self._buffers:
            buffer.close()
        self._buffers.clear()
