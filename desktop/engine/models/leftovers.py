"""What a process that was killed may leave below the models' directory. Any thread; imports nothing heavy, so that a
command that finds none costs nothing."""

import os
import re
from pathlib import Path

from desktop.system import paths

REPLACED, REMOVED, IMPORT = "replaced-", "old-", "import-"
"""how what is unfinished is called: a model whose successor comes, one that goes, one that is being imported"""


WORKSHOP = re.compile(r"(whisper|argos|voice)-(.+)")
"""how a folder is called in which a model is put together: kind and name"""


def partial_dir() -> Path:
    """Everything unfinished."""
    return paths.models_dir() / ".partial"


def leftovers() -> list[Path]:
    """What another process works on now, or has left."""
    try:
        with os.scandir(partial_dir()) as entries:
            found = [(one.name, Path(one.path)) for one in entries]
        return [
            path
            for name, path in found
            if name.startswith((REPLACED, REMOVED, IMPORT)) or (WORKSHOP.fullmatch(name) and is_done(path))
        ]
    except OSError:
        return []


def is_done(workshop: Path) -> bool:
    """Whether no download goes on in it: its model has been moved into place, or nothing of it had come."""
    return (
        workshop.is_dir()
        and not any(one.is_file() for one in (workshop / "model").rglob("*"))
        and not any((workshop / "parts").glob("*.part"))
    )
