"""Which Qt platform lets the subtitles float over other windows. Pure; called once, before QApplication is made."""

from collections.abc import Collection, Mapping


def overlay_platform(environ: Mapping[str, str], answering: Collection[str]) -> str | None:
    """The value that QT_QPA_PLATFORM should get; None leaves the choice to Qt.

    answering: those of "x11" and "wayland" that take a connection.

    Under Wayland a plain window can neither stay on top, nor choose its place, nor refuse the focus; under its
    X server (XWayland, which GNOME, KDE and sway start by themselves) it can do all three. A choice of the user,
    or a session without an X server, is respected.
    """
    if environ.get("QT_QPA_PLATFORM"):
        return None
    is_wayland = environ.get("XDG_SESSION_TYPE") == "wayland" or bool(environ.get("WAYLAND_DISPLAY"))
    if is_wayland and "x11" in answering:
        return "xcb"
    # Otherwise Qt may try the X server that does not answer, and end the process.
    return "wayland" if "wayland" in answering and environ.get("DISPLAY") else None
