"""The layer shell's client against a compositor that notes what it is told, over the real wire."""

import select
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop.overlay.layer_shell.client import LayerShell
from desktop.overlay.layer_shell.surface import LayerSurface
from desktop.overlay.layer_shell.surface_plan import SurfacePlan, plan
from desktop.overlay.place import Rect
from desktop.system.wayland import (
    LAYER_SHELL,
    CompositorLostError,
    NoLayerShellError,
    WaylandConnection,
    is_wayland,
    offered,
)
from tests.layer_compositor import EVERYTHING, LayerCompositor, Monitor
from tests.waiting import wait_until

WIDE = Monitor("DP-1")
SCALED = Monitor("DP-2", (2560, 1440), (1920, 0, 2048, 1152), 2)


class Painter:
    """Shows one picture on a surface whenever it can be shown."""

    def __init__(self, shell: LayerShell) -> None:
        self.shell = shell
        self.closed = 0
        self.surface: LayerSurface | None = None
        self.mouse: Rect | None = None

    def open(self, wanted: SurfacePlan) -> None:
        self.surface = self.shell.surface(wanted, self.paint, self.was_closed)

    def paint(self) -> None:
        if self.surface and self.surface.can_show and self.surface.is_stale:
            width, height = self.surface.buffer_size()
            self.surface.show(np.full((height, width), 0xFF00FF00, np.uint32), (0, 0), self.mouse)

    def was_closed(self) -> None:
        self.closed += 1
        if self.surface:
            self.surface.close()
        self.surface = None

    def until(self, condition: Callable[[], object]) -> bool:
        """Read and write until something holds."""

        def step() -> bool:
            self.shell.flush()
            while select.select([self.shell.fd], [], [], 0.01)[0]:
                self.shell.read()
                self.shell.flush()
            return bool(condition())

        return wait_until(step)


def test_it_learns_the_screens_and_what_panels_leave(tmp_path: Path) -> None:
    with LayerCompositor(tmp_path, [Monitor("DP-1", panel=40), SCALED]) as compositor:
        shell = LayerShell(compositor.environment)
        first, second = shell.outputs
        assert (first.name, first.whole, first.scale) == ("DP-1", Rect(0, 0, 1920, 1080), 1)
        assert first.available == Rect(0, 0, 1920, 1040)
        assert (second.name, second.whole, second.scale) == ("DP-2", Rect(1920, 0, 2048, 1152), 1.25)
        assert second.available == second.whole
        shell.close()
        assert not compositor.shown


def test_a_surface_is_above_all_takes_no_keys_and_no_mouse(tmp_path: Path) -> None:
    with LayerCompositor(tmp_path, [WIDE]) as compositor:
        shell = LayerShell(compositor.environment)
        painter = Painter(shell)
        painter.open(plan(Rect(460, 740, 1000, 300), shell.outputs[0], fills=False))
        assert painter.until(lambda: compositor.shown)
        (told,) = compositor.shown
        assert told.layer["layer"] == (3,)
        assert told.layer["set_keyboard_interactivity"] == (0,)
        assert told.layer["set_exclusive_zone"] == (0,)
        assert told.layer["set_size"] == told.buffer == told.destination == (1000, 300)
        assert told.layer["set_anchor"] == (2 + 4,)
        assert told.layer["set_margin"] == (0, 0, 40, 460)
        assert told.mouse == []
        assert told.commits == 2, "asked for, then shown"
        assert painter.surface
        painter.mouse, painter.surface.is_stale = Rect(1, 2, 3, 4), True
        painter.paint()
        assert painter.until(lambda: told.mouse == [(1, 2, 3, 4)])
        painter.surface.close()
        assert painter.until(lambda: not compositor.shown)
        shell.close()


@pytest.mark.parametrize(
    ("preferred", "without", "expected"),
    [
        (0, (), ((1250, 375), (1000, 300), 1)),  # from the screen's mode and its logical size
        (1.5, (), ((1500, 450), (1000, 300), 1)),  # the surface was told another one
        (0, ("wp_viewporter", "wp_fractional_scale_manager_v1"), ((2000, 600), None, 2)),  # only whole ones
        (0, ("zxdg_output_manager_v1",), ((2000, 600), (1000, 300), 1)),  # nobody tells the logical size
    ],
)
def test_the_picture_has_the_pixels_of_the_screen(
    tmp_path: Path, preferred: float, without: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    offers = [interface for interface in EVERYTHING if interface.name not in without]
    screen = Monitor("DP-2", (2560, 1440), (0, 0, 2048, 1152), 2)
    with LayerCompositor(tmp_path, [screen], offers, preferred=preferred) as compositor:
        shell = LayerShell(compositor.environment)
        painter = Painter(shell)
        painter.open(plan(Rect(100, 100, 1000, 300), shell.outputs[0], fills=False))
        assert painter.until(lambda: compositor.shown)

        def is_expected() -> bool:
            (told,) = compositor.shown
            return (told.buffer, told.destination, told.buffer_scale) == expected

        assert painter.until(is_expected), compositor.shown
        shell.close()


def test_screens_come_and_go_and_change(tmp_path: Path) -> None:
    with LayerCompositor(tmp_path, [WIDE, SCALED]) as compositor:
        shell = LayerShell(compositor.environment)
        changes: list[int] = []
        shell.when_screens_changed = lambda: changes.append(len(shell.outputs))
        painter = Painter(shell)
        second = shell.outputs[1]
        painter.open(plan(Rect(2000, 100, 400, 300), second, fills=False))
        assert painter.until(lambda: compositor.shown)
        compositor.remove("DP-2")
        assert painter.until(lambda: painter.closed and changes == [1])
        assert painter.until(lambda: not compositor.shown)
        assert shell.surface(plan(Rect(2000, 100, 400, 300), second, fills=False), print, print) is None
        compositor.add(SCALED)
        assert painter.until(lambda: len(shell.outputs) == 2 and shell.outputs[1].room)
        compositor.rescale("DP-1", 2)
        assert painter.until(lambda: shell.outputs[0].scale == 2)
        assert painter.until(lambda: shell.outputs[0].available == Rect(0, 0, 960, 540))
        shell.close()


def test_a_layer_may_be_taken_away(tmp_path: Path) -> None:
    with LayerCompositor(tmp_path, [WIDE]) as compositor:
        shell = LayerShell(compositor.environment)
        painter = Painter(shell)
        painter.open(plan(Rect(0, 0, 400, 300), shell.outputs[0], fills=False))
        assert painter.until(lambda: compositor.shown)
        compositor.take_away()
        assert painter.until(lambda: painter.closed == 1 and not compositor.shown)
        shell.close()


def test_without_a_layer_shell_there_is_none(tmp_path: Path) -> None:
    offers = [interface for interface in EVERYTHING if interface.name != "zwlr_layer_shell_v1"]
    with LayerCompositor(tmp_path, [WIDE], offers) as compositor:
        assert offered(compositor.environment) == {interface.name for interface in offers} | {"wl_output"}
        with pytest.raises(NoLayerShellError):
            LayerShell(compositor.environment)
    with LayerCompositor(tmp_path, [WIDE]) as compositor:
        assert LAYER_SHELL in offered(compositor.environment)
        assert not offered({**compositor.environment, "XDG_SESSION_TYPE": "x11"})
    assert not offered(compositor.environment), "nobody listens"
    assert not offered({"WAYLAND_DISPLAY": "wayland-0"}), "no folder"


def test_a_compositor_that_hangs_is_given_up(tmp_path: Path) -> None:
    import socket

    path = tmp_path / "wayland-3"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        environment = {"WAYLAND_DISPLAY": str(path)}
        assert is_wayland(environment)
        assert not offered(environment)


def is_lost(one: WaylandConnection | LayerShell) -> bool:
    try:
        one.read()
        one.flush()
    except CompositorLostError:
        return True
    return False


def test_a_compositor_that_ends_is_told(tmp_path: Path) -> None:
    compositor = LayerCompositor(tmp_path, [WIDE])
    with compositor:
        connection = WaylandConnection(compositor.environment)
        shell = LayerShell(compositor.environment)
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
    for one in (connection, shell):
        assert wait_until(lambda one=one: is_lost(one))  # type: ignore[misc]
        one.close()
        one.close()
    assert len(list(Path("/proc/self/fd").iterdir())) < descriptors
