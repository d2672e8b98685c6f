"""Archives and folders that are damaged or made to harm, from a seed: refused with one sentence, or installed and
loadable; what lies outside the models' folder is not touched."""

import io
import json
import os
import random
import shutil
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from desktop.bench.faults.changes import outside, watched
from desktop.bench.faults.good_models import KINDS, Files, files_of, use
from desktop.bench.faults.home import Watch, empty_home, snapshot
from desktop.bench.faults.result import Outcome, beyond, judged
from desktop.engine.errors import EngineError, ModelError
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Downloads, Patience
from desktop.engine.models.downloads.places import home_of
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings
from desktop.system.paths import RESOURCES

_STARTER = RESOURCES / "starter"
_NOBODY = ModelSettings(hub=("http://127.0.0.1:1",))
"""where a repair finds no server"""
_HURRIED = Patience(connect=1, read=1, attempts=1, first_pause=0.01, longest_pause=0.01)
WRONG_VALUES: tuple[object, ...] = (
    *(None, 0, -1, 10**12, 1e308, True, "", "x", "../..", "\x1b[31m", "e" * 3000, "\x00"),
    *([], {}, [1], {"a": 1}),
)


def run(seed: int) -> Outcome:
    """One package or folder: imported, or laid among the models by hand; then listed, loaded, repaired."""
    chance = random.Random(seed)
    kind = chance.choice(KINDS)
    touched: list[str] = []
    with empty_home() as place:
        files = files_of(kind)
        for _ in range(chance.choice((0, 0, 1, 1, 1, 2))):
            chance.choice(_CHANGES)(files, chance)
        make = chance.choice((_folder, _zipped, _tarred, None))
        given = make(place, files, chance) if make is not None else _laid(kind, files, chance)
        _beside(place)
        before = snapshot(place)
        began = time.monotonic()
        sentence, problem = "", ""
        found: tuple[InstalledModel, ...] = ()
        with Watch() as watch, watched(outside(place / "home", touched)):
            try:
                if make is not None:
                    found = Downloads().import_from(given)
                    problem = _listed(found, may_be_broken=False)
                else:
                    found = tuple(one for one in models.installed(kind) if not one.is_starter)
                    problem = _listed(found, may_be_broken=True)
                problem = problem or _used(found)
            except ModelError as error:
                sentence, problem = error.code, judged(error)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"[:200]
        seconds = time.monotonic() - began
        if touched or snapshot(place) != before:
            problem = problem or f"outside the models' folder has changed: {', '.join(touched)[:200] or 'something'}"
        size = sum(map(len, files.values()))
        over = max(0, watch.disk - 2 * size)
    way = make.__name__ if make is not None else _laid.__name__
    problem = problem or beyond(seconds, over, watch.memory)
    return Outcome(seed, f"{way.strip('_')} {kind}", bool(found), sentence, seconds, over, problem, watch.memory)


def _listed(found: tuple[InstalledModel, ...], *, may_be_broken: bool) -> str:
    """What is wrong with the lists and with the repair of what is broken; empty if nothing."""
    for kind in models.KINDS:
        models.installed(kind)
    for broken in Downloads().find_broken():
        if not may_be_broken:
            return f"a broken model was installed: {text_of(broken.problem)}"
        if any(broken.path in (one.path, one.path.parent) for one in found):
            return "it is installed and broken"
        try:
            Downloads(_NOBODY, patience=_HURRIED).repair(broken)
        except ModelError as error:
            if problem := judged(error):
                return problem
        else:
            return "it was repaired from nothing"
    return ""


def _used(found: tuple[InstalledModel, ...]) -> str:
    """What is wrong when what was installed is loaded; empty if nothing."""
    for model in found:
        try:
            use(model)
        except EngineError as error:
            if not any(model.path in (one.path, one.path.parent) for one in Downloads().find_broken()):
                return f"it cannot be loaded ({error.code}), and repair does not know it"
    return ""


# What may be wrong with the files.


def _flip(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    content = bytearray(files[name])
    for _ in range(chance.randint(1, 20)):
        if content:
            content[chance.randrange(len(content))] = chance.randrange(256)
    files[name] = bytes(content)


def _cut(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    files[name] = files[name][: chance.randrange(len(files[name]) + 1)]


def _replace(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    files[name] = chance.choice((b"", b"{}", b"[]", b"null", b"[" * 5000, chance.randbytes(chance.randrange(3000))))


def _value(files: Files, chance: random.Random) -> None:
    names = [one for one in sorted(files) if one.endswith(".json")]
    if not names:
        return
    name = chance.choice(names)
    try:
        about = json.loads(files[name])
    except (ValueError, RecursionError):
        return
    inner = about
    while isinstance(inner, dict) and inner:
        key = chance.choice(sorted(inner))
        if not isinstance(inner[key], dict) or chance.random() < 0.3:
            inner[key] = chance.choice(WRONG_VALUES)
            break
        inner = inner[key]
    files[name] = json.dumps(about).encode()


def _lose(files: Files, chance: random.Random) -> None:
    if len(files) > 1:
        del files[chance.choice(sorted(files))]


def _add(files: Files, chance: random.Random) -> None:
    names = (
        "../evil",
        "/tmp/parley-evil",
        "a/../../evil",
        "C:\\evil",
        "x" * 400,
        "new\nline",
        "Model/model.bin",
        "z.dat",
    )
    files[chance.choice(names)] = bytes(chance.choice((0, 10, 3_000_000)))


_CHANGES: tuple[Callable[[Files, random.Random], None], ...] = (_flip, _cut, _replace, _value, _value, _lose, _add)

# How they come.


def _laid(kind: Kind, files: Files, chance: random.Random) -> Path:
    """Among the models, by hand."""
    return _filled(home_of(kind, "given"), files, chance)


def _folder(place: Path, files: Files, chance: random.Random) -> Path:
    return _filled(place / "given", files, chance)


def _filled(root: Path, files: Files, chance: random.Random) -> Path:
    names = [name for name in sorted(files) if ".." not in name and not name.startswith("/") and len(name) < 200]
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(files[name])
    if names and chance.random() < 0.3:
        file = root / chance.choice(names)
        file.unlink()
        match chance.randrange(4):
            case 0:
                os.mkfifo(file)
            case 1:
                file.symlink_to("/dev/zero")
            case 2:
                file.symlink_to("/etc/hostname")
            case _:
                file.touch()
                os.truncate(file, 6 * 10**9)
    root.mkdir(exist_ok=True)
    return root


def _zipped(place: Path, files: Files, chance: random.Random) -> Path:
    packed = io.BytesIO()
    packing = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(packed, "w", packing) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(f"given/{name}" if chance.random() < 0.98 else name)
            info.compress_type = packing
            if chance.random() < 0.02:
                info.external_attr = chance.choice((0o120777, 0o010777, 0o040777)) << 16
            archive.writestr(info, content)
    return _written(place / chance.choice(("given.zip", "given.argosmodel")), packed.getvalue(), chance)


def _tarred(place: Path, files: Files, chance: random.Random) -> Path:
    packed = io.BytesIO()
    mode = chance.choice(("w", "w:gz", "w:bz2", "w:xz"))
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(f"given/{name}")
            info.size = len(content)
            if chance.random() < 0.03:
                info.type = chance.choice((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE))
                info.size, info.linkname = 0, "/etc/passwd"
            if chance.random() < 0.03:
                info.pax_headers = {"comment": "x" * 3_000_000}
            archive.addfile(info, io.BytesIO(content))
    return _written(place / "given.tar", packed.getvalue(), chance)


def _written(file: Path, content: bytes, chance: random.Random) -> Path:
    """Sometimes damaged as a whole: bytes, mostly of the list at the end, or the end itself."""
    damaged = bytearray(content)
    match chance.randrange(10):
        case 0:
            for _ in range(chance.randint(1, 10)):
                damaged[-chance.randint(1, min(500, len(damaged)))] = chance.randrange(256)
        case 1:
            del damaged[chance.randrange(len(damaged)) :]
        case 2:
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        case _:
            pass
    file.write_bytes(damaged)
    return file


def _beside(place: Path) -> None:
    """What must not change."""
    (place / "beside").write_text("mine")
    shutil.copytree(_STARTER / "voices", place / "voices")
