"""Where on the screens the subtitles stand. Pure, no Qt; logical pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

BOTTOM_MARGIN = 0.04
"""Of the screen's height, beneath the subtitles."""
USUAL_PART = 0.28
"""Of the screen's height, from its lower edge, that two lines of each of two languages take at their usual place."""
WIDEST = 0.94
"""Of the screen's width."""
LEAST_VISIBLE = 0.25
"""Of a remembered place; if less of it is on any screen, the place is given up."""


class Rect(NamedTuple):
    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    def overlap(self, other: "Rect") -> int:
        """Pixels that both cover."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0, width) * max(0, height)

    def inside(self, outer: "Rect") -> "Rect":
        """Moved, and if need be narrowed, so that it lies in `outer`."""
        width, height = min(self.width, outer.width), min(self.height, outer.height)
        x = min(max(self.x, outer.x), outer.x + outer.width - width)
        y = min(max(self.y, outer.y), outer.y + outer.height - height)
        return Rect(x, y, width, height)


@dataclass(frozen=True, slots=True)
class ScreenArea:
    """A screen."""

    name: str
    whole: Rect
    available: Rect
    """without panels and docks"""
    limits: Rect | None = None
    """where the subtitles may stand; None: anywhere on it"""


def saved_on(rect: Rect, screen: ScreenArea) -> tuple[int, ...]:
    """What to save of a place: the rectangle, and the size of its screen."""
    return (*rect, screen.whole.width, screen.whole.height)


def fitted(saved: Sequence[int], screens: Sequence[ScreenArea]) -> tuple[int, ...]:
    """A saved place as x, y, width, height on the screens that there are: where the desktop's scale or the resolution
    is another one than when it was saved, it keeps its part of the screen."""
    if len(saved) != 6 or min(saved[2:]) <= 0:
        return tuple(saved[:4])
    rect, across, down = Rect(*saved[:4]), saved[4], saved[5]
    sizes = [(screen.whole.width, screen.whole.height) for screen in screens]
    if (across, down) in sizes:
        return tuple(rect)
    for screen in screens:
        wide, high = screen.whole.width / across, screen.whole.height / down
        edges = (rect.x * wide, rect.y * high, rect.width * wide, rect.height * high)
        scaled = Rect(*map(round, edges))
        if scaled.overlap(screen.whole) >= LEAST_VISIBLE * scaled.area:
            return tuple(scaled)
    return tuple(rect)


def remembered(saved: Sequence[int], height: int) -> Rect | None:
    """A saved place, standing on its lower edge, with the height that the subtitles need now."""
    if len(saved) != 4 or saved[2] <= 0 or saved[3] <= 0:
        return None
    x, y, width, old_height = saved
    return Rect(x, y + old_height - height, width, height)


def screen_of(saved: Sequence[int], screens: Sequence[ScreenArea], wanted: str) -> ScreenArea:
    """The screen that holds the saved place, else the one that is wanted by name, else the first (primary) one."""
    rect = remembered(saved, saved[3]) if len(saved) == 4 else None
    if rect:
        best = max(screens, key=lambda screen: rect.overlap(screen.whole))
        if rect.overlap(best.whole) >= LEAST_VISIBLE * rect.area:
            return best
    return next((screen for screen in screens if screen.name == wanted), screens[0])


def place(width: int, height: int, saved: Sequence[int], screens: Sequence[ScreenArea], wanted: str = "") -> Rect:
    """Where the subtitles go: their remembered place if it is still on a screen, else bottom centre.

    width: what their lines need; a remembered place may be narrower. height: what they need.
    """
    screen = screen_of(saved, screens, wanted)
    rect = remembered(saved, height)
    if rect and Rect(*saved).overlap(screen.whole) >= LEAST_VISIBLE * Rect(*saved).area:
        if rect.width > width:
            rect = rect._replace(x=rect.x + (rect.width - width) // 2, width=width)
        return rect.inside(screen.limits or screen.whole)
    area = screen.available
    width = min(width, int(area.width * WIDEST))
    x = area.x + (area.width - width) // 2
    y = area.y + area.height - height - round(area.height * BOTTOM_MARGIN)
    return Rect(x, y, width, height).inside(area)


@dataclass(frozen=True, slots=True)
class Drag:
    """The mouse holds the subtitles: at a side, to resize, or elsewhere, to move."""

    start: Rect
    x: int
    """where it was pressed"""
    y: int
    side: int
    """-1 left, 1 right, 0 neither"""

    def to(self, x: int, y: int, narrowest: int, widest: int) -> Rect:
        """Where they are once the mouse is there."""
        by = x - self.x
        if not self.side:
            return self.start._replace(x=self.start.x + by, y=self.start.y + y - self.y)
        width = min(max(self.start.width + self.side * by, narrowest), widest)
        left = self.start.x if self.side > 0 else self.start.x + self.start.width - width
        return self.start._replace(x=left, width=width)
