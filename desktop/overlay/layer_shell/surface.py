"""One surface of the layer shell: asked for, answered, painted. On the thread that reads the connection."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from desktop.overlay.layer_shell.buffers import Buffers, Pixels
from desktop.overlay.layer_shell.outputs import SCALE_STEPS
from desktop.overlay.layer_shell.protocol import NO_KEYBOARD, OVERLAY_LAYER, Anchor
from desktop.overlay.layer_shell.surface_plan import SurfacePlan, pixels

if TYPE_CHECKING:
    from desktop.overlay.layer_shell.globals import Globals
    from desktop.overlay.place import Rect

NAMESPACE = "parley-subtitles"
"""for whoever writes rules for layers in a compositor's settings"""


class LayerSurface:
    """A surface with an unchangeable plan. It can be painted once `size` is known, and takes no keyboard focus ever.

    Without an input region it is not there for the mouse; with one it takes the mouse within it."""

    def __init__(
        self, found: "Globals", output: Any, plan: SurfacePlan, when_ready: Callable[[], None],
        when_closed: Callable[[], None],
    ) -> None:  # fmt: skip
        """output: the proxy of its screen. when_ready: look again whether it `can_show`, or `is_stale`; when_closed:
        the compositor took it away."""
        self.plan = plan
        self.size: tuple[int, int] | None = None
        """logical pixels, once the compositor has said so"""
        self.scale = plan.scale
        self.is_stale = True
        """it must be painted for its size or scale to be right"""
        self._found = found
        self._when_ready = when_ready
        self._buffers: Buffers | None = None
        self._frame: Any = None
        self._shown = (0, 0, 0, 0)
        self._input: Rect | None = None
        self.surface = found.compositor.create_surface()
        self._viewport = found.viewporter.get_viewport(self.surface) if found.viewporter else None
        self._fractional = found.fractional.get_fractional_scale(self.surface) if found.fractional else None
        if self._fractional:
            self._fractional.dispatcher["preferred_scale"] = self._preferred
        self._layer = found.layer_shell.get_layer_surface(self.surface, output, OVERLAY_LAYER, NAMESPACE)
        self._layer.dispatcher["configure"] = self._configured
        self._layer.dispatcher["closed"] = lambda _: when_closed()
        self._layer.set_size(plan.width, plan.height)
        self._layer.set_anchor(_anchors(plan))
        self._layer.set_margin(
            0 if plan.at_bottom else plan.from_end,
            plan.from_side if plan.at_right else 0,
            plan.from_end if plan.at_bottom else 0,
            0 if plan.at_right else plan.from_side,
        )
        self._layer.set_exclusive_zone(0)
        self._layer.set_keyboard_interactivity(NO_KEYBOARD)
        self._set_input(None)
        self.surface.commit()

    @property
    def can_show(self) -> bool:
        """Whether the compositor takes another picture now; if not, `when_ready` will tell."""
        return self.size is not None and self._frame is None and (self._buffers is None or bool(self._buffers.free()))

    def show(self, picture: Pixels, at: tuple[int, int], mouse: "Rect | None") -> None:
        """Show a picture that was painted at `scale`, and nothing else.

        at: its upper left corner, logical pixels in the surface; mouse: what takes the mouse, None for nothing.
        Raises OSError where there is no memory."""
        assert self.size is not None
        self.is_stale = False
        wanted = self.buffer_size()
        if self._buffers is None or self._buffers.size != wanted:
            if self._buffers:
                self._buffers.close()
            self._buffers = Buffers(self._found.shm, *wanted)
            self._shown = (0, 0, *wanted)
        buffer = self._buffers.free()
        assert buffer is not None
        new = buffer.paint(picture, pixels(at[0], self.scale), pixels(at[1], self.scale))
        buffer.is_busy = True
        self.surface.attach(buffer.proxy, 0, 0)
        for area in (self._shown, (new.x, new.y, new.width, new.height)):
            if area[2] > 0 and area[3] > 0:
                self.surface.damage_buffer(*area)
        self._shown = (new.x, new.y, new.width, new.height)
        if self._viewport:
            self._viewport.set_destination(*self.size)
        else:
            self.surface.set_buffer_scale(round(self.scale))
        if mouse != self._input:
            self._set_input(mouse)
        self._frame = self.surface.frame()
        self._frame.dispatcher["done"] = self._frame_done
        self.surface.commit()

    def buffer_size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        assert self.size is not None
        width, height = self.size
        return max(1, pixels(width, self.scale)), max(1, pixels(height, self.scale))

    def close(self) -> None:
        """It goes from the screen."""
        for role in (self._fractional, self._viewport, self._layer, self.surface):
            if role and not role.destroyed:
                role.destroy()
        if self._buffers:
            self._buffers.close()
            self._buffers = None
        self._frame = None

    def _set_input(self, mouse: "Rect | None") -> None:
        region = self._found.compositor.create_region()
        if mouse:
            region.add(*mouse)
        self.surface.set_input_region(region)
        region.destroy()
        self._input = mouse

    def _configured(self, _: object, serial: int, width: int, height: int) -> None:
        self._layer.ack_configure(serial)
        size = (width or self.plan.width, height or self.plan.height)
        if size != self.size:
            self.size, self.is_stale = size, True
            self._when_ready()

    def _preferred(self, _: object, steps: int) -> None:
        scale = steps / SCALE_STEPS
        if self._viewport and scale != self.scale:
            self.scale, self.is_stale = scale, True
            self._when_ready()

    def _frame_done(self, *_: object) -> None:
        self._frame = None
        self._when_ready()


def _anchors(plan: SurfacePlan) -> int:
    if plan.fills:
        return Anchor.TOP | Anchor.BOTTOM | Anchor.LEFT | Anchor.RIGHT
    return (Anchor.RIGHT if plan.at_right else Anchor.LEFT) | (Anchor.BOTTOM if plan.at_bottom else Anchor.TOP)
