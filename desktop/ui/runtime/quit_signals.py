"""Ctrl+C and SIGTERM, for an event loop that runs no Python while it waits. GUI thread."""

import signal
import socket
from collections.abc import Callable

from PyQt6.QtCore import QSocketNotifier


def quit_on_signals(quit_app: Callable[[], None]) -> Callable[[], None]:
    """Ctrl+C and SIGTERM quit cleanly; a socket wakes the event loop, so nothing has to poll. Returns what undoes
    it."""
    read, write = socket.socketpair()
    for end in (read, write):
        end.setblocking(False)
    before = signal.set_wakeup_fd(write.fileno())
    notifier = QSocketNotifier(read.fileno(), QSocketNotifier.Type.Read)  # type: ignore[call-overload]

    def woken() -> None:
        read.recv(64)  # Python runs the handler below before the next line of bytecode

    notifier.activated.connect(woken)
    handlers = {one: signal.signal(one, lambda *_: quit_app()) for one in (signal.SIGINT, signal.SIGTERM)}

    def undo() -> None:
        for one, handler in handlers.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(before)
        notifier.setEnabled(False)
        read.close()
        write.close()

    return undo
