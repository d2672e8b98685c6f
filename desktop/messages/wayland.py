"""What subtitles cannot do under Wayland: said by the Doctor, the card and a warning, in the same words. Pure."""

THROUGH_X = "Under Wayland clicks on the subtitles may stay on them and not reach the window beneath."
"""where Parley's windows go through XWayland"""
NATIVE = "Without XWayland the subtitles are a window like others: they take the focus, and typing stops."
"""where there is no X server"""
MOVE_THEM = "Move them (Ctrl+U) to where you do not click; under X11 clicks go through."
NEEDS_X = "Install XWayland (sudo apt install xwayland), log in again, and start Parley; or switch Subtitles off."


def subtitles_caveat(*, is_wayland: bool, has_x: bool) -> str:
    """What is to be known of the subtitles here; empty if nothing.

    is_wayland: the session is one of Wayland; has_x: its X server answers."""
    if not is_wayland:
        return ""
    return THROUGH_X if has_x else NATIVE
