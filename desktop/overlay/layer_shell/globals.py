"""What the compositor offers, as far as subtitles need it. On the thread that reads the connection."""

from dataclasses import dataclass
from typing import Any

from desktop.system.wayland import NoLayerShellError, WaylandConnection


@dataclass(frozen=True, slots=True)
class Globals:
    """Proxies of what is bound once."""

    compositor: Any
    shm: Any
    layer_shell: Any
    viewporter: Any
    """pictures of any scale; None where there are only whole ones"""
    fractional: Any
    """tells the scale of a surface; may be None"""
    xdg_outputs: Any
    """tells places and names of screens; may be None"""
    cursor_shapes: Any
    """shows the user's own cursors; may be None"""


def bind(connection: WaylandConnection) -> Globals:
    """Raises NoLayerShellError."""
    from pywayland.protocol.cursor_shape_v1 import WpCursorShapeManagerV1
    from pywayland.protocol.fractional_scale_v1 import WpFractionalScaleManagerV1
    from pywayland.protocol.viewporter import WpViewporter
    from pywayland.protocol.wayland import WlCompositor, WlShm
    from pywayland.protocol.xdg_output_unstable_v1 import ZxdgOutputManagerV1

    from desktop.overlay.layer_shell.protocol import ZwlrLayerShellV1

    compositor = connection.bind(WlCompositor, 4)
    shm = connection.bind(WlShm, 1)
    layer_shell = connection.bind(ZwlrLayerShellV1, 1)
    if not (compositor and shm and layer_shell):
        raise NoLayerShellError
    return Globals(
        compositor,
        shm,
        layer_shell,
        connection.bind(WpViewporter, 1),
        connection.bind(WpFractionalScaleManagerV1, 1),
        connection.bind(ZxdgOutputManagerV1, 3),
        connection.bind(WpCursorShapeManagerV1, 1),
    )
