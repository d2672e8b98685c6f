"""What the compositor says of a screen, and the scale that follows from it. Pure, no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.overlay.place import Rect, ScreenArea

SCALE_STEPS = 120
"""Compositors count scales in steps of 1/120 (wp_fractional_scale_v1)."""
_LARGEST_SCALE = 16.0


@dataclass(frozen=True, slots=True)
class Output:
    """A screen of the compositor."""

    number: int
    """what the compositor knows it by"""
    name: str
    """its connector, as in the compositor's settings"""
    whole: Rect
    """logical pixels, in the layout of all screens"""
    scale: float
    """pixels of the screen over logical ones"""
    room: tuple[int, int] | None = None
    """width and height that panels leave, logical pixels; None: not known"""

    @property
    def available(self) -> Rect:
        """What panels leave, as if it began at the screen's corner: nobody is told where it begins, and places within
        it are counted from its own corner."""
        width, height = self.room or (self.whole.width, self.whole.height)
        return Rect(self.whole.x, self.whole.y, width, height)


@dataclass(slots=True)
class OutputFacts:
    """The messages about one screen, collected until it is complete."""

    number: int
    name: str = ""
    position: tuple[int, int] = (0, 0)
    transform: int = 0
    mode: tuple[int, int] = (0, 0)
    """pixels"""
    buffer_scale: int = 1
    """the scale, rounded up"""
    logical_position: tuple[int, int] | None = None
    logical_size: tuple[int, int] | None = None
    room: tuple[int, int] | None = None

    def output(self, *, is_exact: bool = True) -> Output | None:
        """The screen; None while nothing says how large it is. is_exact: pictures may have any scale, not whole ones
        only."""
        width, height = self.mode
        if self.transform % 2:  # turned by a quarter or three
            width, height = height, width
        scale = exact_scale((width, height), self.logical_size, self.buffer_scale)
        size = self.logical_size or (round(width / scale), round(height / scale))
        if not is_exact:
            scale = float(max(1, self.buffer_scale))
        if min(size) <= 0:
            return None
        position = self.logical_position or self.position
        return Output(self.number, self.name or f"screen {self.number}", Rect(*position, *size), scale, self.room)


def exact_scale(pixels: tuple[int, int], logical: tuple[int, int] | None, rounded_up: int) -> float:
    """Pixels of a screen over its logical pixels, in the steps that compositors count in.

    pixels: width and height as it stands; logical: the same in logical pixels; rounded_up: where one is not known."""
    if not logical or min(pixels) <= 0 or min(logical) <= 0:
        return float(max(1, rounded_up))
    # The longer side: its rounding to whole logical pixels weighs less.
    side = 0 if pixels[0] >= pixels[1] else 1
    steps = round(pixels[side] / logical[side] * SCALE_STEPS)
    return min(_LARGEST_SCALE, max(1, steps) / SCALE_STEPS)


def screen_areas(outputs: Sequence[Output], qt_screens: Sequence[ScreenArea]) -> list[ScreenArea]:
    """The compositor's screens as the subtitles see them, the primary one first.

    qt_screens: what Qt says, the primary one first. Through XWayland it knows screens by other names, and those are in
    the settings: a screen of the same name or, failing that, in the same place is the same one."""
    order: dict[int, tuple[int, str]] = {}
    for index, screen in enumerate(qt_screens):
        same = [output for output in outputs if output.name == screen.name] or [
            output for output in outputs if output.whole[:2] == screen.whole[:2] and output.number not in order
        ]
        for output in same[:1]:
            order.setdefault(output.number, (index, screen.name))
    found = []
    for output in sorted(outputs, key=lambda one: (order.get(one.number, (len(order), ""))[0], one.number)):
        name = order.get(output.number, (0, output.name))[1]
        found.append(ScreenArea(name, output.whole, output.available, output.available))
    return found


def output_of(rect: Rect, outputs: Sequence[Output]) -> Output | None:
    """The screen that most of a rectangle is on, else the nearest one; None if there is none."""
    if not outputs:
        return None
    centre = (rect.x + rect.width / 2, rect.y + rect.height / 2)

    def distance(output: Output) -> float:
        x, y, width, height = output.whole
        return float(abs(centre[0] - x - width / 2) + abs(centre[1] - y - height / 2))

    return max(outputs, key=lambda output: (rect.overlap(output.whole), -distance(output), -output.number))
