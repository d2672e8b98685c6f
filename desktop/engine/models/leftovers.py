"""What a process that was killed may leave below the models' directory. Any thread; imports nothing heavy, so that a
command that finds none costs nothing."""

import os
from pathlib import Path

from desktop.system import paths

REPLACED, REMOVED, IMPORT = "replaced-", "old-", "import-"
"""how what is unfinished is called: a model whose successor comes, one that goes, one that is being imported"""


def partial_dir() -> Path:
    """Everything unfinished."""
    return paths.models_dir() / ".partial"


def leftovers() -> list[Path]:
    """What another process works on now, or has left."""
    try:
        with os.scandir(partial_dir()) as entries:
            return [Path(one.path) for one in entries if one.name.startswith((REPLACED, REMOVED, IMPORT))]
    except OSError:
        return []
