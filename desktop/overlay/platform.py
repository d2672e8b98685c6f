"""What lets the subtitles float over other windows: a Qt platform, or the compositor's layer shell. Pure."""

from collections.abc import Collection, Mapping

from desktop.system.wayland import is_wayland


def overlay_platform(environ: Mapping[str, str], answering: Collection[str]) -> str | None:
    """The value that QT_QPA_PLATFORM should get; None leaves the choice to Qt. Asked before QApplication is made.

    answering: those of "x11" and "wayland" that take a connection.

    Under Wayland a plain window can neither stay on top, nor choose its place, nor refuse the focus; under its
    X server (XWayland, which GNOME, KDE and sway start by themselves) it can do all three. A choice of the user,
    or a session without an X server, is respected.
    """
    if environ.get("QT_QPA_PLATFORM"):
        return None
    session_is_wayland = environ.get("XDG_SESSION_TYPE") == "wayland" or bool(environ.get("WAYLAND_DISPLAY"))
    if session_is_wayland and "x11" in answering:
        return "xcb"
    # Otherwise Qt may try the X server that does not answer, and end the process.
    return "wayland" if "wayland" in answering and environ.get("DISPLAY") else None


def uses_layer_shell(environ: Mapping[str, str], qt_platform: str) -> bool:
    """Whether subtitles are to be a surface of the layer shell, if the compositor has one.

    qt_platform: what Qt shows windows with. Through XWayland as well: the compositor treats subtitles there as any
    window of X, and clicks may stay on them.
    """
    return is_wayland(environ) and qt_platform in ("xcb", "wayland")
