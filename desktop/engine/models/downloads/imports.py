"""Installs a model from a file or folder, without any network. On the caller's thread.

Taken are: an Argos package (.argosmodel, or its folder), a Whisper model of CTranslate2 (folder, zip or tar), a Piper
voice (.onnx with the .onnx.json beside it, or a folder of one). It is checked first, copied, and moved into place.
"""

import json
import re
import shutil
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from desktop.engine.errors import ModelProtected, PackageRefused
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import archives, identity, places, state
from desktop.engine.models.downloads.control import Control, Meter, OnProgress, Phase
from desktop.engine.models.downloads.kept import is_about, is_of_model
from desktop.engine.models.files import FileBroken, reason
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.engine.models.leftovers import IMPORT, partial_dir
from desktop.system.files import locked

_BLOCK = 1 << 20
_LONGEST_TEXT = 1_000_000
"""bytes of what people read about a model"""
_DEEPEST = 3
"""levels of folders inside a package or folder that are looked through"""


@dataclass(frozen=True, slots=True)
class _Found:
    """A model in a folder."""

    kind: Kind
    path: Path
    """directory, or the voice's .onnx file"""


def import_from(
    source: Path, on_progress: OnProgress | None = None, control: Control | None = None, *, name: str = ""
) -> tuple[InstalledModel, ...]:
    """Install what is in a file or folder; a folder may hold several models. name: what to call it, if it is one.
    Raises PackageRefused with what is wrong, DiskFull, DownloadStopped; then nothing was installed of the model that
    failed."""
    control = control or Control()
    source = source.expanduser()
    try:
        is_there = source.exists()
    except OSError as error:
        raise PackageRefused("import-unreadable", source=source, reason=reason(error)) from None
    if not is_there:
        raise PackageRefused("import-missing", source=source)
    meter = Meter(source.name, None, on_progress)
    workshop = partial_dir() / f"{IMPORT}{uuid.uuid4().hex}"
    places.make_directory(partial_dir())
    lock = ExitStack()
    try:
        lock.enter_context(locked(workshop.with_name(f"{workshop.name}.lock"), 0))  # as long as somebody is at work
        places.make_directory(workshop)
        meter.enter(Phase.CHECKING)
        looked_at = source
        if source.is_file() and source.suffix != ".onnx":
            if not archives.is_archive(source):
                raise PackageRefused("import-no-model", name=source.name)
            places.check_space(source.name, archives.unpacked_size(source, is_of_model))
            looked_at = (
                workshop
                / "unpacked"
                / _plain(source.name.split(".")[0] if source.suffix != ".argosmodel" else source.stem)
            )
            archives.unpack(source, looked_at, control.check, is_of_model)
        found = _models_in(looked_at)
        if not found:
            raise PackageRefused("import-without-model", name=source.name)
        if name and (len(found) > 1 or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name)):
            raise PackageRefused("import-name-unusable", name=name[:60])
        checked = [(one, _examined(one, source)) for one in found]
        meter.total = sum(one.size_bytes for _, one in checked)
        if looked_at == source:
            places.check_space(source.name, meter.total)
        return tuple(_install(one, model, workshop, meter, control, name) for one, model in checked)
    except OSError as error:
        raise PackageRefused("import-unreadable", source=source, reason=reason(error)) from None
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.with_name(f"{workshop.name}.lock").unlink(missing_ok=True)
        lock.close()


def _models_in(place: Path) -> list[_Found]:
    if place.is_file():
        return [_Found("voice", place)]
    return list(_searched(place, _DEEPEST))


def _searched(place: Path, depth: int) -> list[_Found]:
    if (place / "metadata.json").is_file() and (place / "model").is_dir():
        return [_Found("argos", place)]
    if (place / "model.bin").is_file():
        return [_Found("whisper", place)]
    found = [_Found("voice", file) for file in sorted(place.glob("*.onnx"))]
    for inside in sorted(place.iterdir()):
        if depth and inside.is_dir() and not inside.is_symlink() and not inside.name.startswith("."):
            found += _searched(inside, depth - 1)
    return found


def _examined(found: _Found, source: Path) -> InstalledModel:
    try:
        model = models.examine(found.kind, found.path)
        if model.is_starter:
            raise ModelProtected("import-of-starter", label=model.label)
    except FileBroken as error:
        raise PackageRefused("import-unusable", kind=found.kind, name=source.name, problem=error.message) from None
    return model


def _install(
    found: _Found, model: InstalledModel, workshop: Path, meter: Meter, control: Control, name: str
) -> InstalledModel:
    known = identity.identify(found.kind, found.path)
    name = name or (known.id if known is not None else _name(found, model))
    with places.locked(found.kind, name, model.label, control, meter, wait=False):
        made = workshop / "made" / name
        meter.enter(Phase.INSTALLING)
        try:
            made.mkdir(parents=True)
            for source, target in _files(found, name):
                _copy(source, made / target, meter, control)
        except OSError as error:
            raise places.disk_error(made, error) from None
        try:
            models.examine(found.kind, places.model_path(found.kind, made))
            installed = places.move_into_place(found.kind, made, name)
        except FileBroken as error:
            raise PackageRefused("import-damaged", name=name, problem=error.message) from None
        if known is not None and known.id == name:
            state.record(known)
    meter.enter(Phase.DONE)
    return installed


def _files(found: _Found, name: str) -> list[tuple[Path, Path]]:
    """What to copy: (from, to inside the model's directory). Links are not followed out of the folder."""
    if found.kind == "voice":
        pair = (found.path, found.path.with_name(found.path.name + ".json"))
        return [(pair[0], Path(f"{name}.onnx")), (pair[1], Path(f"{name}.onnx.json"))]
    root = found.path.resolve()
    inside_cache = found.path.parent.name == "snapshots"  # there, every file is a link to a blob
    files = []
    for file in sorted(found.path.rglob("*")):
        if not file.is_file() or not is_of_model(PurePosixPath(file.name)) or _is_long_text(file):
            continue
        if file.is_symlink() and not inside_cache and not file.resolve().is_relative_to(root):
            raise PackageRefused("import-link", name=file.name, folder=found.path.name)
        files.append((file, file.relative_to(found.path)))
    return files


def _is_long_text(file: Path) -> bool:
    return is_about(PurePosixPath(file.name)) and file.stat().st_size > _LONGEST_TEXT


def _copy(source: Path, target: Path, meter: Meter, control: Control) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as old, target.open("xb") as new:
        while block := old.read(_BLOCK):
            new.write(block)
            meter.received(len(block))
            control.check()
            control.wait_while_paused()


def _name(found: _Found, model: InstalledModel) -> str:
    """What the model is called once it is installed."""
    if found.kind == "argos":
        return _plain(found.path.name) if found.path.name.startswith("translate-") else _package_name(found.path, model)
    return _plain(model.name)


def _package_name(package: Path, model: InstalledModel) -> str:
    """As Argos names its packages: translate-en_es-1_9."""
    try:
        version = json.loads((package / "metadata.json").read_text(encoding="utf-8")).get("package_version", "1.0")
    except (OSError, ValueError, AttributeError):
        version = "1.0"
    return _plain(f"translate-{model.languages[0]}_{model.languages[1]}-{str(version).replace('.', '_')}")


def _plain(text: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:100] or "model"
