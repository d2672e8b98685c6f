"""Paths as users give them."""

from pathlib import Path

import typer


def named_path(text: str) -> Path:
    """Refuse an empty name, which would be the current folder: it mostly comes from a variable that is not set."""
    if not str(text):
        raise typer.BadParameter("the name is empty.")
    return Path(text)
