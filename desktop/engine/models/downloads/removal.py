"""Removes models and frees their space. On the caller's thread."""

import logging
import re
import uuid
from pathlib import Path

from desktop.engine.errors import ModelError, ModelMissing, ModelProtected
from desktop.engine.models import model_places
from desktop.engine.models.downloads import places, state
from desktop.engine.models.downloads.control import Control
from desktop.engine.models.downloads.recovery import recover
from desktop.engine.models.files import reason
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.engine.models.leftovers import REMOVED, partial_dir
from desktop.system import paths

_log = logging.getLogger(__name__)


def remove(model: InstalledModel) -> int:
    """Delete a model; returns the bytes that were freed.
    Raises ModelProtected for what ships with Parley, DownloadBusy while it is fetched, ModelError if the system
    refuses."""
    if model.is_starter:
        raise ModelProtected("starter-stays", label=model.label, size_bytes=model.size_bytes)
    with places.locked(model.kind, model.name, model.label, Control(), None, wait=False):
        freed = remove_place(model.kind, model.path)
        state.forget(model.kind, model.name)
        return freed


def remove_place(kind: Kind, path: Path) -> int:
    """Delete the files of a model, whole or broken, wherever they lie; returns the bytes that were freed.
    Raises ModelError."""
    if path.resolve().is_relative_to((paths.RESOURCES / "starter").resolve()):
        raise ModelProtected("shipped-file-stays", name=path.name)
    try:
        if path.absolute().is_relative_to(model_places.huggingface_cache().absolute()):
            return _from_hub_cache(kind, path)
        if kind == "voice":
            return _voice(path)
        return _at_once(path)
    except FileNotFoundError:
        raise ModelMissing("model-gone", name=path.name) from None
    except OSError as error:
        raise ModelError("model-not-deleted", path=path, reason=reason(error)) from None


def clear_partial() -> int:
    """Throw away what unfinished downloads left, save those that run now; returns the bytes that were freed."""
    from desktop.engine.errors import DownloadBusy

    if not partial_dir().is_dir():
        return 0
    freed = recover()
    for place in sorted(partial_dir().iterdir()):
        if not place.is_dir():
            continue
        found = re.fullmatch(r"(whisper|argos|voice)-(.+)", place.name)
        try:
            if found is None:
                continue
            kind: Kind = found[1]  # type: ignore[assignment]  # the pattern names the kinds
            with places.locked(kind, found[2], found[2], Control(), None, wait=False):
                freed += places.delete(place)
        except DownloadBusy:
            continue
        except OSError as error:
            raise ModelError("leftover-not-deleted", place=place, reason=reason(error)) from None
    return freed


def _at_once(path: Path) -> int:
    """Out of sight by one rename, then deleted: nobody meets half a model."""
    if path.is_symlink() or not path.absolute().is_relative_to(paths.models_dir().absolute()):
        return places.delete(path)
    places.make_directory(partial_dir())
    trash = partial_dir() / f"{REMOVED}{uuid.uuid4().hex}"
    path.replace(trash)
    return places.delete(trash)


def _voice(path: Path) -> int:
    own = path.parent.name == path.stem and path.parent != paths.models_dir() / "voices"
    if own and len(list(path.parent.glob("*.onnx"))) <= 1:
        return _at_once(path.parent)
    freed = places.delete(path)
    return freed + places.delete(path.with_name(path.name + ".json"))


def _from_hub_cache(kind: Kind, path: Path) -> int:
    """Through huggingface_hub, which knows which blobs no other revision needs. A voice shares its revision with
    others: only its files and their blobs go."""
    if kind == "voice":
        return _voice_from_hub_cache(path)
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        cache = scan_cache_dir(model_places.huggingface_cache())
    except (CacheNotFound, ValueError):
        return places.delete(path)
    wanted = path.absolute()
    for repo in cache.repos:
        for revision in repo.revisions:
            if Path(revision.snapshot_path).absolute() == wanted:
                strategy = cache.delete_revisions(revision.commit_hash)
                strategy.execute()
                if path.exists():
                    places.delete(path)
                return int(strategy.expected_freed_size)
    # huggingface_hub does not count damaged repositories: the snapshot goes with what it links to.
    return _with_blobs(path)


def _voice_from_hub_cache(path: Path) -> int:
    freed = 0
    for file in (path, path.with_name(path.name + ".json"), path.with_name("MODEL_CARD")):
        if file.name == "MODEL_CARD" and list(path.parent.glob("*.onnx")):
            continue
        blob = file.resolve()
        file.unlink(missing_ok=True)
        repository = next((one for one in path.parents if one.name.startswith("models--")), None)
        is_shared = repository is not None and any(
            other.resolve() == blob for other in (repository / "snapshots").rglob(file.name)
        )
        if not is_shared:
            freed += places.delete(blob)
    return freed


def _with_blobs(snapshot: Path) -> int:
    freed = 0
    for link in [one for one in snapshot.rglob("*") if one.is_symlink()]:
        freed += places.delete(link.resolve())
    return freed + places.delete(snapshot)
