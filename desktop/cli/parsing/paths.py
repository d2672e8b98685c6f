"""Paths as users give them."""

from pathlib import Path

import typer


def named_path(text: str) -> Path:
    """Refuse an empty name, which would be the current folder: it mostly comes from a variable that is not set."""
    return Path(named_file(text))


def named_file(text: str) -> str:
    """The same for a name that may also be `-`, which no path tells from `./-`."""
    if not str(text):
        raise typer.BadParameter("the name is empty.")
    return str(text)
