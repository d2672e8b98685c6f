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

from desktop.bench.faults.home import DiskWatch, bytes_below, empty_home, snapshot
from desktop.bench.faults.result import Outcome, judged
from desktop.engine.errors import EngineError, ModelError
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Downloads
from desktop.engine.models.installed import InstalledModel
from desktop.system.paths import RESOURCES

LONGEST = 60.0
"""seconds that no import may take"""
SPARE = 1 << 20
"""bytes on the disk beyond what an import has unpacked and copied"""

_STARTER = RESOURCES / "starter"
_VALUES: tuple[object, ...] = (
    *(None, 0, -1, 10**12, 1e308, True, "", "x", "../..", "\x1b[31m", "e" * 3000, "\x00"),
    *([], {}, [1], {"a": 1}),
)
Files = dict[str, bytes]


def run(seed: int) -> Outcome:
    """One package or folder."""
    chance = random.Random(seed)
    kind = chance.choice(("argos", "voice"))
    with empty_home() as place:
        files = _model(kind)
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            chance.choice(_CHANGES)(files, chance)
        source = chance.choice((_folder, _zipped, _tarred))(place, files, chance)
        _beside(place)
        before = snapshot(place)
        began = time.monotonic()
        sentence, problem = "", ""
        found: tuple[InstalledModel, ...] = ()
        with DiskWatch() as disk:
            try:
                found = Downloads().import_from(source)
            except ModelError as error:
                sentence, problem = error.code, judged(error)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"[:200]
            if not problem:
                problem = _used(found)
        seconds = time.monotonic() - began
        if snapshot(place) != before:
            problem = problem or "something outside the models' folder has changed"
        size = sum(map(len, files.values()))
        over = max(0, disk.most - 3 * size - bytes_below(place / "home"))
    if seconds > LONGEST:
        problem = problem or f"{seconds:.0f} s"
    if over > SPARE:
        problem = problem or f"{over} bytes too many on the disk"
    return Outcome(seed, "import", bool(found), sentence, seconds, over, problem)


def _used(found: tuple[InstalledModel, ...]) -> str:
    """What is wrong with what was installed, when it is listed, repaired and loaded; empty if nothing."""
    for kind in models.KINDS:
        models.installed(kind)
    broken = Downloads().find_broken()
    if broken:
        return f"a broken model was installed: {broken[0].problem}"
    for model in found:
        try:
            _load(model)
        except EngineError as error:
            if not any(model.path in (one.path, one.path.parent) for one in Downloads().find_broken()):
                return f"it cannot be loaded ({error.code}), and repair does not know it"
    return ""


def _load(model: InstalledModel) -> None:
    source, *target = model.languages
    if model.kind == "argos":
        from desktop.engine.translation.backends.argos import ArgosTranslator

        translator = ArgosTranslator()
        translator.load(source, target[0], lambda _: None)
        translator.translate("Where is it?", source, target[0])
        translator.close()
    else:
        from desktop.engine.speech.backends.piper import PiperSynthesizer

        synthesizer = PiperSynthesizer()
        synthesizer.load(source, model.name, lambda _: None)
        synthesizer.close()


def _model(kind: str) -> Files:
    if kind == "argos":
        root = _STARTER / "argos" / "translate-en_es-1_0"
        names = ["metadata.json", "sentencepiece.model", "model/model.bin", "model/config.json"]
        files = {name: (root / name).read_bytes() for name in [*names, "model/shared_vocabulary.json"]}
        files["metadata.json"] = json.dumps({"from_code": "en", "to_code": "de", "type": "translate"}).encode()
        return files
    voice = _STARTER / "voices" / "en_US-tiny-x_low.onnx"
    return {"en_US-a-low.onnx": voice.read_bytes(), "en_US-a-low.onnx.json": Path(f"{voice}.json").read_bytes()}


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
    name = chance.choice([one for one in sorted(files) if one.endswith(".json")])
    try:
        about = json.loads(files[name])
    except (ValueError, RecursionError):
        return
    inner = about
    while isinstance(inner, dict) and inner:
        key = chance.choice(sorted(inner))
        if not isinstance(inner[key], dict) or chance.random() < 0.3:
            inner[key] = chance.choice(_VALUES)
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


def _folder(place: Path, files: Files, chance: random.Random) -> Path:
    root = place / "given"
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
                file.symlink_to(place / "beside")
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
