"""Where `parley` begins: arguments go to the command line, none (or `gui`) to the app. Imports only that one."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from desktop.cli.arguments import for_running, for_window
from desktop.cli.signals import SecondSignal
from desktop.system.displays import problem
from desktop.system.instance import WISHES
from desktop.system.streams import mend_streams

NO_DISPLAY = 2
"""Exit code where a window was asked for and there is no screen."""


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
    with SecondSignal():
        try:
            code = main()
        except KeyboardInterrupt:  # while the first things are imported
            code = 128 + signal.SIGINT
    watched = sys.modules.get("desktop.engine.recognition.backends.watchdog")  # imported by whatever decodes
    name = getattr(watched, "DECODING", None)
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(0.2)
            if thread.is_alive():
                logging.shutdown()
                for stream in (sys.stdout, sys.stderr):
                    if stream is not None:  # none where a window was opened without a console
                        stream.flush()
                os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    program()
