"""Fetches a provider's library when the user asks for it, into a folder of Parley's own, beside its environment: what
is there is never changed by it, and an update of Parley removes nothing of it. Uses the network; blocks for minutes.
"""

import importlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from desktop.engine.cloud.catalogue import CloudEngine
from desktop.engine.errors import EngineError
from desktop.system import paths

_TIMEOUT = 900.0
"""seconds"""


class LibraryMissing(EngineError):
    """The library could not be fetched."""

    code = "library-missing"


def use() -> None:
    """Let imports find what was fetched, behind what Parley has of its own. Idempotent."""
    folder = str(paths.libraries_dir())
    if folder not in sys.path and Path(folder).is_dir():
        sys.path.append(folder)
        importlib.invalidate_caches()


def install(engine: CloudEngine) -> None:
    """Fetch an engine's library; pip's own configuration says where from. Raises LibraryMissing, and then what was
    there before is as it was."""
    if getattr(sys, "frozen", False):
        raise LibraryMissing("library-no-python", name=engine.label)
    folder = paths.libraries_dir()
    with tempfile.TemporaryDirectory() as place:
        tool, fetched = Path(place, "tool"), Path(place, "fetched")
        _run([sys.executable, "-m", "venv", str(tool)], engine)
        pip = tool / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        options = ["--disable-pip-version-check", "--no-input", "--quiet", "--target", str(fetched)]
        _run([str(pip), "-m", "pip", "install", *options, *engine.packages], engine)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copytree(fetched, folder, dirs_exist_ok=True)
        except OSError as error:
            raise LibraryMissing("library-not-written", path=folder, error=type(error).__name__) from error
    use()


def _run(command: list[str], engine: CloudEngine) -> None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LibraryMissing("library-not-fetched", name=engine.label) from error
    if done.returncode:
        raise LibraryMissing("library-not-fetched", name=engine.label)
