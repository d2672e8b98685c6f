"""Which Qt platform lets the subtitles float over other windows. Pure; called once, before QApplication is made."""

from collections.abc import Mapping


def overlay_platform(environ: Mapping[str, str]) -> str | None:
    """The value that QT_QPA_PLATFORM should get; None leaves the choice to Qt.

    Under Wayland a plain window can neither stay on top, nor choose its place, nor refuse the focus; under its
    X server (XWayland, which GNOME, KDE and sway start by themselves) it can do all three. A choice of the user,
    or a session without an X server, is respected.
    """
    if environ.get("QT_QPA_PLATFORM"):
        return None
    is_wayland = environ.get("XDG_SESSION_TYPE") == "wayland" or bool(environ.get("WAYLAND_DISPLAY"))
    return "xcb" if is_wayland and environ.get("DISPLAY") else None
