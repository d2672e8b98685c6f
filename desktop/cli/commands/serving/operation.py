"""What `parley serve` and `parley worker` share for whoever operates them: files of the environment, the log, errors.
Main thread."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.cli.messages import say, say_through
from desktop.cli.options import Options
from desktop.messages import text_of
from desktop.server.operation import error_tracking, logs
from desktop.server.operation.env_file import Environment, read_files
from desktop.server.secret_files import read_secret


@dataclass(frozen=True, slots=True)
class Operation:
    """What both are given."""

    env_files: tuple[Path, ...] = ()
    is_json: bool = False
    """the log goes to standard error, as JSON"""
    sentry_dsn: Path | None = None
    """file with the address for errors that nobody expected"""


def begin(operation: Operation) -> Environment:
    """Set up the log and the errors' way; gives what the files of the environment say, and says what of it has no
    meaning. Raises EngineError."""
    if operation.is_json:
        for handler in logging.getLogger().handlers[:]:
            if type(handler) is logging.StreamHandler:  # --verbose: the same lines as text
                logging.getLogger().removeHandler(handler)
        logs.write_json()
        say_through(logging.getLogger("parley").info)
    if operation.sentry_dsn is not None:
        error_tracking.begin(read_secret(operation.sentry_dsn))
    environment = read_files(operation.env_files)
    for notice in environment.notices:
        say(text_of(notice))
    return environment


def changes_of(environment: Environment, changes: dict[str, Any], options: Options) -> dict[str, Any]:
    """The settings of the files, below what was given as options of the command or with --set."""
    return {key: value for key, value in environment.settings.items() if key not in options.flags} | changes
