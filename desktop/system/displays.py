"""Which screens answer: Qt ends the process, in its own words, where the one that it chose does not. No Qt."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Display = Literal["x11", "wayland"]

_NAMES: dict[Display, str] = {"x11": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}
_PATIENCE = 2.0
"""seconds for a screen on another machine"""
_WITHOUT = ("offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs", "vkkhrdisplay")
"""Qt's platforms that need neither"""
_BY_PLATFORM: dict[str, Display] = {"xcb": "x11", "wayland": "wayland", "wayland-egl": "wayland"}


def answering(environment: Mapping[str, str]) -> frozenset[Display]:
    """The displays that are named and take a connection."""
    checks = {"x11": _x11_answers, "wayland": _wayland_answers}
    return frozenset(one for one, name in _NAMES.items() if environment.get(name) and checks[one](environment))


def problem(environment: Mapping[str, str]) -> str:
    """Why no window can be opened here, in one sentence; empty if one can."""
    if sys.platform in ("win32", "darwin"):
        return ""
    platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if platform in _WITHOUT:
        return ""
    needed = _BY_PLATFORM.get(platform)
    there = answering(environment)
    if needed in there or (needed is None and there):
        return ""
    instead = "use the command line instead, for example: parley demo"
    tried = [one for one in _NAMES if environment.get(_NAMES[one]) and needed in (None, one)]
    if not tried:
        return f"There is no display to open a window on; {instead}"
    names = " and ".join(f"{_NAMES[one]} ({environment[_NAMES[one]]})" for one in tried)
    return f"No screen answers at {names}; start Parley in a desktop session, or {instead}"


def _x11_answers(environment: Mapping[str, str]) -> bool:
    host, _, rest = environment["DISPLAY"].rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdecimal():
        return False
    host = host.rpartition("/")[2]  # "unix/", "tcp/example.org"
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _connects(path) or (sys.platform == "linux" and _connects(f"\0{path}"))
    try:
        socket.create_connection((host.strip("[]"), 6000 + int(number)), _PATIENCE).close()
    except (OSError, OverflowError):
        return False
    return True


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = Path(environment["WAYLAND_DISPLAY"])
    folder = environment.get("XDG_RUNTIME_DIR", "")
    return (name.is_absolute() or bool(folder)) and _connects(str(Path(folder) / name))


def _connects(path: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_PATIENCE)
            line.connect(path)
    except (OSError, ValueError):
        return False
    return True
