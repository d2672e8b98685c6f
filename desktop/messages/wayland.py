"""What subtitles can and cannot do under Wayland, in the same words wherever it is said. Pure."""

LAYERED = "The desktop shows the subtitles above all windows, and clicks go through them."
"""where the compositor has a layer shell: sway and all of wlroots, KDE, COSMIC, Hyprland"""
THROUGH_X = (
    "This Wayland desktop has no layer shell (GNOME has none): clicks on the subtitles may stay on them and not reach "
    "the window beneath."
)
"""where Parley's windows go through XWayland"""
NATIVE = (
    "This Wayland desktop has neither a layer shell nor XWayland: the subtitles are a window like others, which takes "
    "the focus, and typing stops."
)
MOVE_THEM = "Move them (Ctrl+U) to where you do not click; under X11, sway or KDE clicks go through."
NEEDS_X = "Install XWayland (sudo apt install xwayland), log in again, and start Parley; or switch Subtitles off."


def subtitles_caveat(*, is_wayland: bool, has_layer_shell: bool, has_x: bool) -> str:
    """What is to be known of the subtitles here; empty if nothing.

    is_wayland: the session is one of Wayland; has_layer_shell: its compositor has one; has_x: its X server answers."""
    if not is_wayland or has_layer_shell:
        return ""
    return THROUGH_X if has_x else NATIVE
