"""Where on its screen a surface lies, and which pixels of it are painted. Pure, no Qt, no Wayland.

Rectangles are in logical pixels; a compositor places a surface by the edges it sticks to and its distance from them.
"""

from dataclasses import dataclass

from desktop.overlay.layer_shell.outputs import SCALE_STEPS, Output
from desktop.overlay.place import Rect

COARSEST_GRID = 10
"""Logical pixels. Where only a coarser grid fell on whole pixels, a surface may be half a pixel off."""


@dataclass(frozen=True, slots=True)
class SurfacePlan:
    """A surface of the layer shell."""

    output: int
    """the number of its screen"""
    scale: float
    width: int
    height: int
    """both 0: all that panels leave of the screen"""
    at_right: bool = False
    """it sticks to the right edge instead of the left one"""
    at_bottom: bool = False
    """it sticks to the lower edge instead of the upper one"""
    from_side: int = 0
    """distance from the left or right edge, logical pixels"""
    from_end: int = 0
    """distance from the upper or lower edge"""

    @property
    def fills(self) -> bool:
        return not (self.width or self.height)

    def corner(self, room: tuple[int, int]) -> tuple[int, int]:
        """Where its upper left corner is in what panels leave, whose size is `room`."""
        if self.fills:
            return 0, 0
        x = room[0] - self.from_side - self.width if self.at_right else self.from_side
        y = room[1] - self.from_end - self.height if self.at_bottom else self.from_end
        return x, y


def plan(rect: Rect, output: Output, *, fills: bool) -> SurfacePlan:
    """The surface for a picture at `rect`, in the layout of all screens.

    fills: it takes all of the screen that panels leave, so that the picture can be moved about in it."""
    if fills:
        return SurfacePlan(output.number, output.scale, 0, 0)
    area = output.available
    x, y, width, height = on_grid(rect._replace(x=rect.x - area.x, y=rect.y - area.y), grid(output.scale))
    right, bottom = area.width - x - width, area.height - y - height
    at_right, at_bottom = right < x, bottom < y
    return SurfacePlan(
        output.number,
        output.scale,
        width,
        height,
        at_right,
        at_bottom,
        max(0, right if at_right else x),
        max(0, bottom if at_bottom else y),
    )


def grid(scale: float) -> int:
    """How many logical pixels make whole pixels of the screen: 1 for whole scales, 4 for 1.25, 2 for 1.5."""
    steps = round(scale * SCALE_STEPS)
    return next((size for size in range(1, COARSEST_GRID + 1) if size * steps % SCALE_STEPS == 0), 1)


def on_grid(rect: Rect, size: int) -> Rect:
    """The smallest rectangle around `rect` whose edges lie on a grid."""
    left, top = rect.x // size * size, rect.y // size * size
    right, bottom = -(-(rect.x + rect.width) // size) * size, -(-(rect.y + rect.height) // size) * size
    return Rect(left, top, right - left, bottom - top)


def pixels(length: float, scale: float) -> int:
    """A length, or a distance from the surface's corner, in pixels of the screen: halves are rounded up."""
    return int(length * scale + 0.5) if length >= 0 else -int(-length * scale + 0.5)


@dataclass(frozen=True, slots=True)
class Blit:
    """What of a picture goes where in a buffer; pixels."""

    x: int
    y: int
    from_x: int
    from_y: int
    width: int
    height: int

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0


def blit(x: int, y: int, picture: tuple[int, int], buffer: tuple[int, int]) -> Blit:
    """A picture at a place in a buffer, cut off at the buffer's edges. Sizes are width and height."""
    left, top = max(0, x), max(0, y)
    right, bottom = min(buffer[0], x + picture[0]), min(buffer[1], y + picture[1])
    return Blit(left, top, left - x, top - y, max(0, right - left), max(0, bottom - top))
