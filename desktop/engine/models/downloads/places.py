"""Where models are put together and how they move into place: always whole, by one rename. Any thread.

Everything unfinished lies in `.partial` below the models' directory, on the same disk, where nobody looks for models.
"""

import contextlib
import logging
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from desktop.engine.errors import DiskFull, DownloadBusy, DownloadError, ModelError
from desktop.engine.message import Message
from desktop.engine.models import installed as models
from desktop.engine.models.downloads.control import Control, Meter, Phase
from desktop.engine.models.downloads.network.transfer import os_error_of_full_disk
from desktop.engine.models.files import reason
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.engine.models.leftovers import REPLACED, partial_dir
from desktop.system import paths
from desktop.system.files import locked as file_locked
from desktop.system.files import sync_directory, sync_tree

_log = logging.getLogger(__name__)

FOLDERS: dict[Kind, str] = {"whisper": "whisper", "argos": "argos", "voice": "voices"}
_SPARE = 20_000_000
"""bytes that are left free for everything else"""
_LOOK = 0.2
"""seconds between two looks at a lock"""


def workshop(kind: Kind, name: str) -> Path:
    """Where one model is put together."""
    return partial_dir() / f"{kind}-{name}"


def home_of(kind: Kind, name: str) -> Path:
    """The directory that the finished model becomes."""
    return paths.models_dir() / FOLDERS[kind] / name


def lock_of(kind: Kind, name: str) -> Path:
    """The file that is locked while somebody works on the model."""
    return partial_dir() / f"{kind}-{name}.lock"


def model_path(kind: Kind, directory: Path) -> Path:
    """What `models` calls the path of the model in its directory: a voice is its .onnx file."""
    if kind != "voice":
        return directory
    found = sorted(directory.glob("*.onnx"))
    return found[0] if found else directory / f"{directory.name}.onnx"


@contextlib.contextmanager
def locked(kind: Kind, name: str, label: str, control: Control, meter: Meter | None, *, wait: bool) -> Iterator[None]:
    """One at a time for each model, over all processes. Raises DownloadBusy if another one works on it and `wait` is
    False; DownloadStopped while waiting."""
    make_directory(partial_dir())
    lock = contextlib.ExitStack()
    told = False
    while True:
        try:
            lock.enter_context(file_locked(lock_of(kind, name), 0))
            break
        except BlockingIOError:
            if not wait:
                raise DownloadBusy("download-busy", label=label) from None
        except OSError as error:
            raise DownloadError("partial-place-refused", place=partial_dir(), reason=reason(error)) from None
        if meter is not None and not told:
            meter.enter(Phase.WAITING, Message("download-waiting", label=label))
            told = True
        control.wait(_LOOK)
    with lock:
        yield


def make_directory(place: Path) -> None:
    """Raises DownloadError, DiskFull."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(place, error) from None


def disk_error(place: Path, error: OSError) -> ModelError:
    """What the system says of a place, as an error."""
    if os_error_of_full_disk(error):
        return DiskFull("disk-full", place=place)
    return DownloadError("place-refused", place=place, reason=reason(error))


def check_space(label: str, needed: int) -> None:
    """Raises DiskFull unless `needed` bytes fit on the models' disk."""
    place = paths.models_dir()
    there = next((one for one in (place, *place.parents) if one.exists()), Path(place.anchor))
    free = shutil.disk_usage(there).free
    if needed + _SPARE > free:
        raise DiskFull("disk-too-small", label=label, needed=needed, there=there, free=free)


def move_into_place(kind: Kind, made: Path, name: str) -> InstalledModel:
    """A finished directory becomes the model `name`, in place of what was there; its lock is held. Raises ModelError;
    then what was there before is untouched. A process that is killed in between leaves it for `settle`."""
    home, old = home_of(kind, name), _replaced(kind, name)
    try:
        settle(kind, name)
        home.parent.mkdir(parents=True, exist_ok=True)
        sync_tree(made)  # before it gets its name
        if home.is_symlink() or home.exists():
            home.replace(old)
        try:
            made.replace(home)
        except OSError:
            if old.exists():
                old.replace(home)
            raise
        sync_directory(home.parent)
    except OSError as error:
        raise disk_error(home, error) from None
    settle(kind, name)
    return models.examine(kind, model_path(kind, home))


def settle(kind: Kind, name: str) -> int:
    """What an interrupted replacement left: the old model comes back where there is no new one, else it goes. Returns
    the bytes that were freed. Raises OSError. The model's lock is held."""
    home, old = home_of(kind, name), _replaced(kind, name)
    if not (old.is_symlink() or old.exists()):
        return 0
    if home.is_symlink() or home.exists():
        return delete(old)
    home.parent.mkdir(parents=True, exist_ok=True)
    old.replace(home)
    return 0


def _replaced(kind: Kind, name: str) -> Path:
    return partial_dir() / f"{REPLACED}{kind}-{name}"


def delete(place: Path) -> int:
    """Remove a file or directory, if it is there; returns the bytes that were freed. That somebody else removes it at
    the same time is no error. Raises OSError."""
    if not (place.is_symlink() or place.exists()):
        return 0
    freed = size_of(place)
    if place.is_dir() and not place.is_symlink():
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(place)
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
    return freed


def size_of(place: Path) -> int:
    """Bytes below a place; a link counts nothing."""
    total = 0
    for file in (place, *place.rglob("*")):
        try:
            status = file.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode):
            total += status.st_size
    return total
