"""Logging and crash hooks. Any thread.

The log is for mending Parley: it holds errors and what the app did, never what was said. No traceback reaches a
user; an error that nobody expected is one sentence that says where the log is.
"""

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO

from desktop.system import paths

log = logging.getLogger(__name__)

_SIZE = 1_000_000
_KEPT = 2
_crash_file: IO[str] | None = None


def begin(tell: Callable[[str], None] | None = None, file: Path | None = None) -> None:
    """Write the log to `file` (by default the user's) and catch what nobody caught.

    tell: gets the sentence for the user, on the thread that failed; by default it goes to stderr."""
    file = file or paths.log_file()
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(file, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8")
        _catch_crashes(file.with_suffix(".crash"))
    except OSError:
        handler = logging.NullHandler()  # an app without a log is better than none
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    root.addHandler(handler)
    catch(tell or _to_stderr, file)


def close() -> None:
    """Let go of the crash file, at the end of the process or of a test."""
    global _crash_file
    if _crash_file is not None:
        faulthandler.disable()
        _crash_file.close()
        _crash_file = None


def catch(tell: Callable[[str], None], file: Path) -> None:
    """Install the hooks for exceptions that nobody caught, on every thread."""
    sentence = f"Something went wrong inside Parley and was written to {file}. Restart Parley if it does not go on."

    def on_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("uncaught", exc_info=(kind, error, trace))
        tell(sentence)

    def on_thread(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_type is SystemExit or failure.exc_value is None:
            return
        log.critical("uncaught", exc_info=(failure.exc_type, failure.exc_value, failure.exc_traceback))
        tell(sentence)

    sys.excepthook = on_main
    threading.excepthook = on_thread


def _catch_crashes(file: Path) -> None:
    """A crash in native code writes the stacks of all threads there."""
    global _crash_file
    close()
    _crash_file = file.open("a", encoding="utf-8")
    faulthandler.enable(_crash_file)


def _to_stderr(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201
