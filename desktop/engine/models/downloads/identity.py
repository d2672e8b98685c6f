"""Which model of the catalogue lies in a place: decided by the hash of its weights, wherever it came from. Reads the
file once for each change of it (0.2 s for 100 MB). Any thread; no network.
"""

import functools
import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from desktop.engine.errors import CatalogueBroken
from desktop.engine.models import catalogue
from desktop.engine.models.catalogue import Entry, ModelFile
from desktop.engine.models.downloads import state
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.system import paths

_log = logging.getLogger(__name__)

_BLOCK = 1 << 20


def known_as(model: InstalledModel) -> Entry | None:
    """The entry of an installed model: as it was fetched, or the one whose weights it has. None: nobody knows it."""
    return None if model.is_starter else _recorded(model) or identify(model.kind, model.path)


def identify(kind: Kind, path: Path) -> Entry | None:
    """The entry whose weights lie at `path` (a directory; for a voice its .onnx file). Packages of Argos are known by
    their archive only, so they have none."""
    if kind == "argos":
        return None
    try:
        entries = (*catalogue.load().entries, *catalogue.read(catalogue.packages_file()).entries)
    except CatalogueBroken as error:
        _log.warning("%s", error.message)
        return None
    weights = _weights(kind, path)
    return next((one for one in entries if one.kind == kind and _is_of(one, weights)), None)


def source_of(model: InstalledModel) -> str:
    """Where a model came from, in a few words."""
    if model.is_starter:
        return "starter"
    entry = _recorded(model)
    if entry is None:
        is_ours = model.path.is_relative_to(paths.models_dir())
        return "imported" if is_ours else "another program"
    if entry.packages:
        return f"package{'s' if len(entry.packages) > 1 else ''} {', '.join(entry.packages)}"
    return entry.repository or "Argos"


def _recorded(model: InstalledModel) -> Entry | None:
    """What was noted when it was fetched, unless another file of that name lies there now."""
    found = state.recorded(model.kind, model.name)
    if found is None or model.kind == "argos":
        return found
    file = _weights(model.kind, model.path)
    listed = _listed(found.files, file.suffix)
    try:
        is_other = listed is not None and listed.size is not None and listed.size != file.stat().st_size
    except OSError:
        is_other = True
    return None if is_other else found


def _weights(kind: Kind, path: Path) -> Path:
    return path / "model.bin" if kind == "whisper" else path


def _is_of(entry: Entry, file: Path) -> bool:
    """Whether the file holds the entry's weights; only one of the right size is read."""
    wanted = _listed(entry.files, file.suffix)
    if wanted is None or not (wanted.sha256 or wanted.md5):
        return False
    try:
        status = file.stat()
        if wanted.size is not None and status.st_size != wanted.size:
            return False
        sha256, md5 = _digests(str(file), status.st_size, status.st_mtime_ns)
    except OSError:
        return False
    return sha256 == wanted.sha256 if wanted.sha256 else md5 == wanted.md5


def _listed(files: Iterable[ModelFile], suffix: str) -> ModelFile | None:
    return next((one for one in files if PurePosixPath(one.path).suffix == suffix), None)


@functools.lru_cache(maxsize=64)
def _digests(file: str, size: int, changed: int) -> tuple[str, str]:
    """(SHA-256, MD5). size and changed (ns) make the cache notice another file of that name. Raises OSError."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with Path(file).open("rb") as stream:
        while block := stream.read(_BLOCK):
            sha256.update(block)
            md5.update(block)
    return sha256.hexdigest(), md5.hexdigest()
