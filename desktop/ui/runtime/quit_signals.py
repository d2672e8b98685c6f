"""Ctrl+C, SIGTERM and SIGHUP, for an event loop that runs no Python while it waits. GUI thread."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

from PyQt6.QtCore import QSocketNotifier

_GRACE = 1.5
"""seconds after the second signal"""


def _signals() -> list[signal.Signals]:
    """A closed terminal sends SIGHUP, unless whoever started the app asked for another way (nohup)."""
    found = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        found.append(signal.SIGHUP)
    return found


def quit_on_signals(quit_app: Callable[[], None]) -> Callable[[], None]:
    """The first signal quits cleanly, the second one ends the process soon whatever it does; a socket wakes the event
    loop, so nothing has to poll. Returns what undoes it."""
    read, write = socket.socketpair()
    for end in (read, write):
        end.setblocking(False)
    before = signal.set_wakeup_fd(write.fileno())
    notifier = QSocketNotifier(read.fileno(), QSocketNotifier.Type.Read)  # type: ignore[call-overload]

    def woken() -> None:
        read.recv(64)  # Python runs the handler below before the next line of bytecode

    notifier.activated.connect(woken)
    came: list[int] = []

    def asked(number: int, _: FrameType | None) -> None:
        came.append(number)
        if len(came) == 1:
            quit_app()
        elif len(came) == 2:
            timer = threading.Timer(_GRACE, os._exit, (128 + came[0],))
            timer.daemon = True
            timer.start()

    handlers = {one: signal.signal(one, asked) for one in _signals()}

    def undo() -> None:
        for one, handler in handlers.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(before)
        notifier.setEnabled(False)
        read.close()
        write.close()

    return undo
