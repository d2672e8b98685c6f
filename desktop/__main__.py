"""Where `parley` begins: arguments go to the command line, none (or `gui`) to the app. Imports only that one."""

# ruff: noqa: E402  # the first lines come before everything that takes time
import sys
from types import TracebackType


def _silent(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Ctrl+C while the rest is imported is no traceback; Python then ends itself as the signal would."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


def _raised_again(lost: "sys.UnraisableHookArgs") -> None:
    """A signal that came inside a callback of the interpreter, which drops what is raised there, comes once more when
    the callback is over. One that came just as its handler was put back comes too late to be of interest."""
    error = lost.exc_value
    if isinstance(error, OSError) and error.errno is None and lost.object is None:
        return  # "Signal 1 ignored due to race condition": nothing else has neither a number nor a place
    if not isinstance(error, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    again = threading.Timer(_SOON, _thread.interrupt_main, [signal.Signals(exit_code() - _BY_SIGNAL)])
    again.daemon = True
    again.start()


sys.excepthook = _silent

# isort: split
import _thread
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from desktop.cli import BROKEN_PIPE
from desktop.cli.arguments import for_running, for_window
from desktop.cli.signals import SecondSignal, exit_code, has_come
from desktop.system.displays import problem
from desktop.system.instance import WISHES
from desktop.system.streams import mend_streams

NO_DISPLAY = 2
"""Exit code where a window was asked for and there is no screen."""
_BY_SIGNAL = 128
"""Exit codes beyond it tell which signal ended the process."""
_SOON = 0.02
"""seconds"""


def main(argv: Sequence[str] | None = None) -> int:
    """argv: the arguments without the program's name; by default those of the process. Returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    window = for_window(arguments)
    if window is None:
        if (running := for_running(arguments, WISHES[2:])) is not None:
            from desktop.cli.commands.running import tell

            file, wish = running
            return tell(Path(file) if file else None, wish)
        from desktop.cli import main as command_line

        return command_line(arguments)
    wants_help = bool({"-h", "--help"} & set(window))
    if not wants_help and (sentence := problem(os.environ)):
        print(sentence, file=sys.stderr)  # noqa: T201
        return NO_DISPLAY
    from desktop.app.start import run

    return run(window)


def program() -> NoReturn:
    """`main` as a process, and an end that no decode can spoil: one that comes back from CTranslate2 while the
    interpreter goes away would abort the process (Python before 3.14). Everything is saved and said by then."""
    mend_streams()
    sys.unraisablehook = _raised_again
    with SecondSignal():
        try:
            code = main()
        except KeyboardInterrupt:  # while the first things are imported, or the last handlers put back
            code = exit_code()
        except Exception:  # which libraries make of it while they are imported
            if not has_come():
                raise
            code = exit_code()
        if code > _BY_SIGNAL and code != BROKEN_PIPE:
            _leave(code)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # what is left to do says nothing of another Ctrl+C
    watched = sys.modules.get("desktop.engine.recognition.backends.watchdog")  # imported by whatever decodes
    name = getattr(watched, "DECODING", None)
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(0.2)
            if thread.is_alive():
                _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """Without the interpreter's own end, which waits for threads that a signal left at work."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # none where a window was opened without a console
            with contextlib.suppress(OSError):
                stream.flush()
    os._exit(code)


if __name__ == "__main__":
    program()
