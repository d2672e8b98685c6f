"""Where models may lie on this machine. Any thread; reads directories, no files.

The functions yield candidates, best place first. problems: gets what is wrong with each directory that cannot be read.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from desktop.engine.message import Message
from desktop.engine.models.files import reason
from desktop.system import paths

_log = logging.getLogger(__name__)

_DEEPEST = 5  # levels of directories below a root: a voice lies in en/en_US/lessac/medium


def whisper_directories(problems: dict[Path, Message]) -> Iterator[Path]:
    """Where Whisper models may lie: Parley's own, those of the Hugging Face cache, the starter's."""
    yield from _subdirectories(paths.models_dir() / "whisper", problems)
    for snapshot in _huggingface("models--*whisper*/snapshots/*"):
        if (snapshot / "model.bin").exists():  # there are Whisper models of other engines too
            yield snapshot
    yield from _starter("whisper")


def argos_directories(problems: dict[Path, Message]) -> Iterator[Path]:
    """Where Argos packages may lie: Parley's own, those of Argos itself, the starter's."""
    yield from _subdirectories(paths.models_dir() / "argos", problems)
    shared = os.environ.get("ARGOS_PACKAGES_DIR")
    yield from _subdirectories(
        Path(shared) if shared else _data_home() / "argos-translate" / "packages", problems, is_shared=True
    )
    for place in _starter("argos"):
        yield from _subdirectories(place, problems)


def voice_files(problems: dict[Path, Message]) -> Iterator[Path]:
    """The .onnx files that may be voices: Parley's own, those of the Hugging Face cache, the starter's."""
    roots = [paths.models_dir() / "voices", *_huggingface("models--rhasspy--piper-voices/snapshots/*")]
    for root in [*roots, *_starter("voices")]:
        yield from _files(root, ".onnx", problems, _DEEPEST)


def _subdirectories(root: Path, problems: dict[Path, Message], *, is_shared: bool = False) -> Iterator[Path]:
    """is_shared: another program keeps it, so only what looks like a package is looked at."""
    for entry in _entries(root, problems):
        if entry.is_dir() and not entry.name.startswith(".") and (not is_shared or (entry / "metadata.json").exists()):
            yield entry


def _files(root: Path, suffix: str, problems: dict[Path, Message], depth: int) -> Iterator[Path]:
    for entry in _entries(root, problems):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if depth:
                yield from _files(entry, suffix, problems, depth - 1)
        elif entry.suffix == suffix:
            yield entry


def _entries(root: Path, problems: dict[Path, Message]) -> list[Path]:
    try:
        return sorted(root.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        problems[root] = Message("directory-unreadable", path=root, reason=reason(error))
        return []


def huggingface_cache() -> Path:
    """Where huggingface_hub keeps what it fetched for any program of this user."""
    home = os.environ.get("HF_HOME")
    return Path(
        os.environ.get("HF_HUB_CACHE") or (Path(home) / "hub" if home else Path.home() / ".cache/huggingface/hub")
    )


def _huggingface(pattern: str) -> list[Path]:
    try:
        return sorted(huggingface_cache().glob(pattern))
    except OSError as error:
        _log.warning("the Hugging Face cache cannot be read: %s", reason(error))
        return []


def _starter(folder: str) -> list[Path]:
    place = paths.RESOURCES / "starter" / folder
    return [place] if place.is_dir() else []


def _data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
