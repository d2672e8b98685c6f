"""Ctrl+C, SIGTERM and SIGHUP, which a closed terminal sends: the first one asks, the second one ends. Main thread, but
for the watch."""

import os
import signal
import socket
import sys
import threading
from types import FrameType, TracebackType

GRACE = 1.5
"""seconds after the second signal until the process ends, whatever it does"""
ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP


def caught() -> tuple[signal.Signals, ...]:
    """The signals that end a command. SIGHUP is not among them where whoever started it asked for that (nohup)."""
    return tuple(one for one in ENDING if one == signal.SIGINT or signal.getsignal(one) is not signal.SIG_IGN)


class Interrupted(KeyboardInterrupt):
    """A signal ended it; what is open is closed as after Ctrl+C."""

    def __init__(self, number: int) -> None:
        super().__init__()
        _came.append(number)


_came: list[int] = []
"""What ended the command; the exception does not come through typer as it is, and C code that it passes may make
another one of it."""


def forget() -> None:
    """Another command begins."""
    _came.clear()


def has_come() -> bool:
    """Whether a signal is ending the command."""
    return bool(_came)


def exit_code() -> int:
    """As shells have it: 128 + the number of the signal that ended the command."""
    return 128 + next(iter(_came), signal.SIGINT)


class SecondSignal:
    """While it is open, the second signal ends the process, after some grace for an orderly end. A thread of its own
    sees to that: the main one may be in a call that does not come back, as the opening of a pipe that nobody reads."""

    def __enter__(self) -> "SecondSignal":
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _interrupt)
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._watch, name="parley-signals", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._before)
        self._write.close()  # the watch reads the end, and lets go of its own

    def _watch(self) -> None:
        came: list[int] = []
        with self._read as read:
            while len(came) < 2:
                content = read.recv(16)
                if not content:
                    return
                came += [one for one in content if one in ENDING]
            read.settimeout(GRACE)
            try:
                while read.recv(16):
                    pass
            except TimeoutError:
                end(came[0])


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)


def end(number: int) -> None:
    """At once, with the exit code of that signal; a terminal gets its cursor back."""
    if sys.stderr is not None and sys.stderr.isatty():
        os.write(2, b"\x1b[?25h")
    os._exit(128 + number)
