"""The layer shell as the subtitles use it: screens, surfaces, the mouse. One thread, which reads the connection."""

from collections.abc import Callable, Mapping
from typing import Any

from desktop.overlay.layer_shell.cursor import Cursor, CursorPicture
from desktop.overlay.layer_shell.globals import bind
from desktop.overlay.layer_shell.outputs import Output
from desktop.overlay.layer_shell.pointer import Pointer, PointerEvent
from desktop.overlay.layer_shell.screens import Screens
from desktop.overlay.layer_shell.surface import LayerSurface
from desktop.overlay.layer_shell.surface_plan import SurfacePlan
from desktop.system.wayland import WaylandConnection


class LayerShell:
    """A connection of its own to the compositor. Read it when `fd` has something; flush it after each change."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Connects, and learns the screens. Raises CompositorLostError, NoLayerShellError."""
        self.when_screens_changed: Callable[[], None] = lambda: None
        self.when_pointer: Callable[[PointerEvent], None] = lambda _: None
        self._connection = WaylandConnection(environment)
        try:
            self._found = bind(self._connection)
            self._screens = Screens(self._connection, self._found, lambda: self.when_screens_changed())
            self._pointer = Pointer(self._connection, lambda event: self.when_pointer(event))
            self._cursor = Cursor(self._found, self._pointer)
            self._connection.wait_for_answer()  # the screens
            self._connection.wait_for_answer()  # what panels leave of them
        except BaseException:
            self._connection.close()
            raise

    @property
    def fd(self) -> int:
        return self._connection.fd

    @property
    def outputs(self) -> tuple[Output, ...]:
        return self._screens.outputs

    def surface(
        self, plan: SurfacePlan, when_ready: Callable[[], None], when_closed: Callable[[], None]
    ) -> LayerSurface | None:
        """A new surface; None if its screen is gone."""
        output: Any = self._screens.proxy(plan.output)
        return LayerSurface(self._found, output, plan, when_ready, when_closed) if output else None

    def measure(self) -> None:
        """Ask anew what panels leave of the screens."""
        self._screens.measure()

    def set_cursor(self, shape: str, picture: Callable[[], CursorPicture]) -> None:
        """What the mouse looks like over a surface. picture: paints it where the compositor has none of its own."""
        self._cursor.set(shape, picture)

    def read(self) -> None:
        """Raises CompositorLostError."""
        self._connection.read()

    def flush(self) -> bool:
        """False: not everything could be sent; again when `fd` can be written. Raises CompositorLostError."""
        return self._connection.flush()

    def close(self) -> None:
        """Idempotent."""
        self._connection.close()
