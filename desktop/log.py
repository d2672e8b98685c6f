"""Where the log goes, and what happens to an error that nobody caught.

The log is a small rotating file at `paths.log_file()`; it never holds speech or transcripts. Called once, by the
front end, before its threads start.
"""

import logging
import logging.handlers
import sys
import threading

from desktop import paths

_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_SIZE = 1_000_000  # bytes of a log file; one older one is kept

log = logging.getLogger(__name__)


def configure(*, is_verbose: bool = False) -> None:
    """Log to the file, and to stderr too if verbose. Uncaught errors of threads go to the log, not to the user."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    formatter = logging.Formatter(_FORMAT)
    handlers: list[logging.Handler] = []
    try:
        paths.log_file().parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                paths.log_file(), maxBytes=_SIZE, backupCount=1, encoding="utf-8", delay=True
            )
        )
        # A disk that is full or read-only later must not print tracebacks either.
        logging.raiseExceptions = False
    except OSError:
        handlers.append(logging.NullHandler())
    if is_verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    threading.excepthook = _thread_failed


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None:
        name = failure.thread.name if failure.thread else "?"
        log.error("thread %s failed", name, exc_info=failure.exc_value)
