"""How a Parley that runs is reached from another process: its address, and one question with one answer. No Qt.

One Parley for a settings file and a screen: two of them would type everything twice and lay their subtitles over each
other. Other settings or another screen make an instance of its own.
"""

import hashlib
import os
import socket
import sys
import tempfile
from pathlib import Path

SHOW, START, TOGGLE, STOP, UNLOCK, SILENCE, TYPE_REST, STATUS = WISHES = (
    "show",
    "start",
    "toggle",
    "stop",
    "unlock",
    "silence",
    "type-rest",
    "status",
)
"""What can be asked of it. show: its window; start: that and to listen; toggle: start or stop; unlock: move the
subtitles, or fix them; silence: stop speaking; type-rest: type here what was not typed; status: only the answer."""
PATIENCE = 1.0
"""Seconds that a start waits for an instance; one that does not answer is left alone."""
_LONGEST = 65_536


def address_of(settings: Path) -> Path:
    """Where the instance with this settings file listens: a socket, on Windows a named pipe."""
    screen = os.environ.get("WAYLAND_DISPLAY", "") + os.environ.get("DISPLAY", "")
    user = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "")
    key = f"{user} {screen} {settings.expanduser().absolute()}"
    name = f"parley-{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    return Path(rf"\\.\pipe\{name}") if sys.platform == "win32" else Path(tempfile.gettempdir(), name)


def ask(settings: Path, wish: str, patience: float = PATIENCE) -> str | None:
    """The answer of the instance that runs with this settings file; None: there is none, or it does not answer.

    wish: one of `WISHES`; patience: seconds to wait."""
    address = address_of(settings)
    if sys.platform != "win32" and not address.exists():
        return None
    try:
        return _ask(address, wish, patience)
    except OSError:  # of an instance that crashed, or that hangs
        return None


def _ask(address: Path, wish: str, patience: float) -> str | None:
    if sys.platform == "win32":
        with address.open("r+b", buffering=0) as pipe:
            pipe.write(wish.encode("ascii"))
            return (pipe.read(_LONGEST) or b"").decode("utf-8", "replace") or None
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(patience)
        line.connect(str(address))
        line.sendall(wish.encode("ascii"))
        answer = line.recv(_LONGEST)  # it comes in one piece
    return answer.decode("utf-8", "replace") or None
