"""What subtitles can and cannot do under Wayland, in the same words wherever it is said. Pure."""

from collections.abc import Collection

from desktop.system.wayland import LAYER_SHELL, MUTTER

LAYERED = "The desktop shows the subtitles above all windows, and clicks go through them."
"""where the compositor has a layer shell, and on GNOME through XWayland"""
THROUGH_X = "This Wayland desktop has no layer shell: clicks on the subtitles may stay on them, not go through."
"""where Parley's windows go through XWayland, except on GNOME, which lets clicks through windows of X"""
NATIVE = (
    "This Wayland desktop has neither a layer shell nor XWayland: the subtitles are a window like others, which takes "
    "the focus, and typing stops."
)
MOVE_THEM = "Move them (Ctrl+U) to where you do not click; under X11, sway or KDE clicks go through."
NEEDS_X = "Install XWayland (sudo apt install xwayland), log in again, and start Parley; or switch Subtitles off."


def subtitles_caveat(*, is_wayland: bool, offered: Collection[str], has_x: bool) -> str:
    """What is to be known of the subtitles here; empty if nothing.

    is_wayland: the session is one of Wayland; offered: names of what its compositor offers; has_x: its X server answers
    and shows Parley's windows."""
    if not is_wayland or LAYER_SHELL in offered or (has_x and MUTTER in offered):
        return ""
    return THROUGH_X if has_x else NATIVE
