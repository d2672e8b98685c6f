"""The peers' own Python environment, made under the cache directory: Parley itself never needs what they need, torch
above all. Main thread; `make` takes minutes and about 2 GB, and is the one part of the benchmark that uses the network.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim
from desktop.system import paths

_FOLDER = Path(__file__).parent
TORCH = _FOLDER / "requirements-torch.txt"
"""installed with what it depends on, which differs from platform to platform"""
REQUIREMENTS = _FOLDER / "requirements.txt"
"""the peers and all they use here, pinned, and nothing else: whisper-live alone would ask for OpenVINO and CUDA"""
_STAMP = "made-from"
_TIMEOUT = 1800.0


class PeersMissing(EngineError):
    """The environment could not be made."""

    code = "peers-missing"


def python(folder: Path | None = None) -> Path | None:
    """The environment's interpreter; None if the environment is not there, not whole, or made from other versions."""
    folder = folder or paths.peers_dir()
    try:
        stamp = (folder / _STAMP).read_text(encoding="utf-8")
    except OSError:
        return None
    program = _program(folder)
    return program if stamp == _fingerprint() and program.exists() else None


def make(tell: Callable[[str], None], folder: Path | None = None) -> Path:
    """Make the environment anew; returns its interpreter. tell: gets a sentence for each step.

    pip's own configuration says where packages come from. Raises PeersMissing."""
    folder = folder or paths.peers_dir()
    if getattr(sys, "frozen", False):
        raise PeersMissing(
            verbatim("The packaged app has no Python to run the peers with; install Parley with pip to use this.")
        )
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PeersMissing(verbatim(f"{folder.parent} cannot be made ({error.strerror}); is the disk full?")) from error
    tell(f"Making an environment in {folder}.")
    _run(
        [sys.executable, "-m", "venv", str(folder)], "Python cannot make an environment; is its module venv installed?"
    )
    program = _program(folder)
    pip = [str(program), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
    why = "The peers' packages could not be installed; are you online, and is there 3 GB of free space?"
    tell("Installing torch; this takes minutes.")
    _run([*pip, "-r", str(TORCH)], why)
    tell("Installing the peers.")
    _run([*pip, "--no-deps", "-r", str(REQUIREMENTS)], why)
    (folder / _STAMP).write_text(_fingerprint(), encoding="utf-8")
    return program


def versions(program: Path) -> dict[str, str]:
    """Package -> version of all that is installed beside this interpreter."""
    folder = program.parent.parent
    sites = [str(one) for pattern in ("lib/python*/site-packages", "Lib/site-packages") for one in folder.glob(pattern)]
    return {one.metadata["Name"].lower().replace("_", "-"): one.version for one in distributions(path=sites)}


def _run(command: list[str], why: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeersMissing(verbatim(why)) from error
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip().lower().startswith("error")]
        raise PeersMissing(verbatim(f"{why} pip says: {said[-1].removeprefix('ERROR: ')}" if said else why))


def _fingerprint() -> str:
    content = TORCH.read_bytes() + REQUIREMENTS.read_bytes() + sys.version.encode()
    return hashlib.sha256(content).hexdigest()


def _program(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
