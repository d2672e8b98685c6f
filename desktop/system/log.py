"""Logging and crash hooks. Any thread.

The log is for mending Parley: it holds errors and what the app did, never what was said. No traceback reaches a
user; an error that nobody expected is one sentence that says where the log is.
"""

import contextlib
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO

from desktop.system import paths

log = logging.getLogger(__name__)

_SIZE = 1_000_000
_KEPT = 2
_crash_file: IO[str] | None = None


class _LogFile(RotatingFileHandler):
    """Only its user may read it. On a full disk what it cannot write is lost, and nobody is told."""

    def _open(self) -> TextIOWrapper:
        return _opened(Path(self.baseFilename))

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def _opened(file: Path) -> TextIOWrapper:
    """To append to, with permissions for its user only, also if it was there before. Raises OSError."""
    stream = os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8", errors="backslashreplace"
    )
    if hasattr(os, "fchmod"):
        with contextlib.suppress(OSError):  # somebody else's
            os.fchmod(stream.fileno(), 0o600)
    return stream


def begin(tell: Callable[[str], None] | None = None, file: Path | None = None) -> None:
    """Write the log to `file` (by default the user's) and catch what nobody caught.

    tell: gets the sentence for the user, on the thread that failed; by default it goes to stderr."""
    file = file or paths.log_file()
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _LogFile(file, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8")
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
    _crash_file = _opened(file)
    faulthandler.enable(_crash_file)


def _to_stderr(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201
