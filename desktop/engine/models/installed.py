"""Which models are installed: Whisper directories, Argos packages, Piper voices. Any thread; no network.

Everything is found by looking at the disk each time (milliseconds), so a model that was just copied there is
seen. A broken or foreign directory never breaks a listing; `broken` says what is wrong with it.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop.engine.errors import LanguageUnknown, ModelBroken, ModelMissing
from desktop.engine.models import whisper_directory as model_directory
from desktop.engine.models.files import (
    FileBroken,
    Shape,
    check_ctranslate2,
    check_onnx,
    check_readable,
    read_json,
    reason,
    whisper_shape,
)
from desktop.engine.text.languages import CODES, check_language, language_name
from desktop.system import paths

_log = logging.getLogger(__name__)

Kind = Literal["whisper", "argos", "voice"]
KINDS: tuple[Kind, ...] = ("whisper", "argos", "voice")

_DEEPEST = 5  # levels of directories below a root: a voice lies in en/en_US/lessac/medium
_QUALITIES = ("x_low", "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on this machine that looks whole."""

    kind: Kind
    name: str
    """what settings and the command line call it ("small", "translate-en_es-1_0", "en_US-lessac-medium")"""
    label: str
    """as shown to the user"""
    path: Path
    """directory; for a voice the .onnx file"""
    languages: tuple[str, ...]
    """whisper: what it recognises; argos: (source, target); voice: the one it speaks"""
    size_bytes: int
    is_starter: bool
    """ships with Parley and knows a phrasebook only"""
    short_context: bool = False
    """whisper: made for windows shorter than 30 s"""
    shape: Shape | None = None
    """whisper: how large the network is, where its file tells"""


def installed(kind: Kind) -> tuple[InstalledModel, ...]:
    """The models of a kind, best first: the user's before the starter's, larger before smaller."""
    return _scan(kind)[0]


def broken(kind: Kind) -> tuple[str, ...]:
    """A sentence for everything in the models' directories that cannot be used."""
    return tuple(_scan(kind)[1].values())


def broken_places(kind: Kind) -> dict[Path, str]:
    """Where something lies that cannot be used, and the sentence that says why."""
    return dict(_scan(kind)[1])


def name_at(kind: Kind, path: Path) -> str:
    """What a model at that place is called, also if it is broken."""
    return {"whisper": _whisper_name(path), "argos": path.name, "voice": path.stem}[kind]


def examine(kind: Kind, path: Path) -> InstalledModel:
    """The model at `path` (a voice: its .onnx file). Raises FileBroken if it cannot be used."""
    try:
        return {"whisper": _whisper, "argos": _argos, "voice": _voice}[kind](path)
    except OSError as error:
        raise FileBroken(f"it cannot be read ({reason(error)})") from None


def recognition_model(name_or_path: str) -> InstalledModel:
    """The Whisper model of that name or directory; empty: the first of `installed` (see `model_choice`).
    Raises ModelMissing, ModelBroken."""
    wanted = name_or_path.strip()
    found, problems = _scan("whisper")
    if not wanted:
        if found:
            return found[0]
        place = paths.models_dir() / "whisper"
        problem = next(iter(problems.values()), "")
        if problem:
            raise ModelBroken(problem)
        raise ModelMissing(
            "No Whisper model is installed; fetch one with `parley models pull`, "
            f"or copy the directory of a CTranslate2 model into {place}."
        )
    if "/" in wanted or os.sep in wanted or wanted.startswith(("~", ".")):
        path = Path(wanted).expanduser()
        if not path.exists():
            raise ModelMissing(f"There is no model directory {wanted}; choose another one in the settings.")
        try:
            return _whisper(path)
        except FileBroken as error:
            raise ModelBroken(_sentence("whisper", path, error)) from None
    folded = wanted.casefold()
    for model in found:
        if folded in (model.name.casefold(), model.label.casefold(), model.path.name.casefold()):
            return model
    for path, problem in problems.items():
        if folded in (path.name.casefold(), _whisper_name(path).casefold()):
            raise ModelBroken(problem)
    there = ", ".join(model.name for model in found) or "none"
    raise ModelMissing(f"The Whisper model “{wanted}” is not installed; choose one that is ({there}).")


def translation_pairs(*, real_only: bool = False) -> frozenset[tuple[str, str]]:
    """Every (source, target) that can be translated, through other languages too. real_only: without phrasebooks."""
    steps: dict[str, set[str]] = {}
    for model in installed("argos"):
        if real_only and model.is_starter:
            continue
        steps.setdefault(model.languages[0], set()).add(model.languages[1])
    pairs = set()
    for source in steps:
        reached, waiting = set[str](), [source]
        while waiting:
            for target in steps.get(waiting.pop(), set()) - reached:
                reached.add(target)
                waiting.append(target)
        pairs |= {(source, target) for target in reached if target != source}
    return frozenset(pairs)


def translation_route(source: str, target: str) -> tuple[InstalledModel, ...]:
    """The packages that lead from one language to the other, as few as possible, without phrasebooks if there is such a
    way; none if the languages are the same. Raises ModelMissing, naming what to install."""
    if source == target:
        return ()
    packages = installed("argos")
    for usable in ([one for one in packages if not one.is_starter], packages):
        if route := _route(usable, source, target):
            return route
    raise ModelMissing(
        f"No translation from {language_name(source)} to {language_name(target)} is installed; "
        f"install the Argos package {_advice(source, target)}."
    )


def _route(packages: Sequence[InstalledModel], source: str, target: str) -> tuple[InstalledModel, ...]:
    """The shortest chain of these packages; empty if there is none."""
    best: dict[tuple[str, str], InstalledModel] = {}
    for model in packages:
        best.setdefault((model.languages[0], model.languages[1]), model)
    routes: dict[str, tuple[InstalledModel, ...]] = {source: ()}
    waiting = [source]
    while waiting:
        here = waiting.pop(0)
        for (start, end), model in best.items():
            if start == here and end not in routes:
                routes[end] = (*routes[here], model)
                waiting.append(end)
    return routes.get(target, ())


def voice_for(language: str, wanted: str = "", *, is_real: bool = False) -> InstalledModel:
    """The voice of that name or file if it speaks the language, else the best one for the language. is_real: a starter
    voice only if it is the wanted one. Raises ModelMissing, ModelBroken."""
    found, problems = _scan("voice")
    folded = wanted.strip().casefold()
    if folded:
        for model in found:
            if folded in (model.name.casefold(), model.label.casefold(), str(model.path).casefold()):
                if language in model.languages:
                    return model
                break
        else:
            for path, problem in problems.items():
                if folded in (path.stem.casefold(), path.name.casefold()):
                    raise ModelBroken(problem)
    for model in found:
        if language in model.languages and not (is_real and model.is_starter):
            return model
    place = paths.models_dir() / "voices"
    raise ModelMissing(
        f"No voice for {language_name(language)} is installed; fetch one with `parley models pull`, "
        f"or copy a Piper voice (.onnx and .onnx.json) into {place}."
    )


# What lies where.

Reader = Callable[[Path], InstalledModel]


def _scan(kind: Kind) -> tuple[tuple[InstalledModel, ...], dict[Path, str]]:
    candidates, read = {
        "whisper": (_whisper_directories, _whisper),
        "argos": (_argos_directories, _argos),
        "voice": (_voice_files, _voice),
    }[kind]
    models: list[InstalledModel] = []
    problems: dict[Path, str] = {}
    seen = set()
    for path in candidates(problems):
        real = path.resolve()
        if real in seen:
            continue
        seen.add(real)
        try:
            models.append(read(path))
        except FileBroken as error:
            problems[path] = _sentence(kind, path, error)
        except OSError as error:
            problems[path] = _sentence(kind, path, FileBroken(f"it cannot be read ({reason(error)})"))
    return tuple(sorted(models, key=_order)), problems


def _order(model: InstalledModel) -> tuple[bool, int, int, str]:
    quality = 0
    if model.kind == "voice":
        quality = max((index for index, word in enumerate(_QUALITIES) if model.name.endswith(f"-{word}")), default=0)
    return (model.is_starter, -quality, -model.size_bytes, model.name)


def _sentence(kind: Kind, path: Path, problem: FileBroken) -> str:
    what = {"whisper": "Whisper model", "argos": "translation package", "voice": "voice"}[kind]
    return f"The {what} {path} cannot be used: {problem}; install it again or delete it."


def _whisper_directories(problems: dict[Path, str]) -> Iterator[Path]:
    yield from _subdirectories(paths.models_dir() / "whisper", problems)
    for snapshot in _huggingface("models--*whisper*/snapshots/*"):
        if (snapshot / "model.bin").exists():  # there are Whisper models of other engines too
            yield snapshot
    yield from _starter("whisper")


def _argos_directories(problems: dict[Path, str]) -> Iterator[Path]:
    yield from _subdirectories(paths.models_dir() / "argos", problems)
    shared = os.environ.get("ARGOS_PACKAGES_DIR")
    yield from _subdirectories(
        Path(shared) if shared else _data_home() / "argos-translate" / "packages", problems, is_shared=True
    )
    for place in _starter("argos"):
        yield from _subdirectories(place, problems)


def _voice_files(problems: dict[Path, str]) -> Iterator[Path]:
    roots = [paths.models_dir() / "voices", *_huggingface("models--rhasspy--piper-voices/snapshots/*")]
    for root in [*roots, *_starter("voices")]:
        yield from _files(root, ".onnx", problems, _DEEPEST)


def _subdirectories(root: Path, problems: dict[Path, str], *, is_shared: bool = False) -> Iterator[Path]:
    """is_shared: another program keeps it, so only what looks like a package is looked at."""
    for entry in _entries(root, problems):
        if entry.is_dir() and not entry.name.startswith(".") and (not is_shared or (entry / "metadata.json").exists()):
            yield entry


def _files(root: Path, suffix: str, problems: dict[Path, str], depth: int) -> Iterator[Path]:
    for entry in _entries(root, problems):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if depth:
                yield from _files(entry, suffix, problems, depth - 1)
        elif entry.suffix == suffix:
            yield entry


def _entries(root: Path, problems: dict[Path, str]) -> list[Path]:
    try:
        return sorted(root.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        problems[root] = f"The directory {root} cannot be read ({reason(error)}); mend its permissions."
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


# Reading one. Each raises FileBroken.


def _whisper(path: Path) -> InstalledModel:
    model_directory.check(path)
    about = read_json(path / "parley.json") if (path / "parley.json").exists() else {}
    name = "starter" if _is_starter(path) else _whisper_name(path)
    label = about.get("name")
    if not isinstance(label, str) or not label.strip():
        label = "Starter (phrasebook)" if _is_starter(path) else f"Whisper {name}"
    able = model_directory.describe(path)
    return InstalledModel(
        "whisper",
        name,
        label,
        path,
        tuple(code for code in able.languages if code in CODES) or ("en",),
        _size(path),
        _is_starter(path),
        able.short_context,
        whisper_shape(path / "model.bin"),
    )


def _whisper_name(path: Path) -> str:
    return re.sub(r"^(faster-)?whisper-", "", model_directory.model_name(path))


def _argos(path: Path) -> InstalledModel:
    about = read_json(path / "metadata.json")
    if about.get("type", "translate") != "translate":
        raise FileBroken("it is no translation package")
    source, target = (_language(about.get(key)) for key in ("from_code", "to_code"))
    if source is None or target is None:
        raise FileBroken("metadata.json names no languages that Parley knows")
    check_ctranslate2(path / "model" / "model.bin", "TransformerSpec")
    pieces = [path / name for name in ("sentencepiece.model", "bpe.model")]
    check_readable(next((file for file in pieces if file.exists()), pieces[0]))
    label = f"{language_name(source)} → {language_name(target)}" + (" (starter)" if _is_starter(path) else "")
    return InstalledModel("argos", path.name, label, path, (source, target), _size(path), _is_starter(path))


def _voice(path: Path) -> InstalledModel:
    about = read_json(path.with_name(path.name + ".json"))
    check_onnx(path)
    spoken = about.get("language")
    espeak = about.get("espeak")
    tags = [
        *(spoken.get(key) for key in ("family", "code") if isinstance(spoken, dict)),
        espeak.get("voice") if isinstance(espeak, dict) else None,
        path.stem.split("-")[0],
    ]
    language = next((code for code in map(_language, tags) if code), None)
    if language is None:
        raise FileBroken("its .json names no language that Parley knows")
    if not isinstance(about.get("audio"), dict) or not isinstance(about.get("phoneme_id_map"), dict):
        raise FileBroken("its .json does not describe a Piper voice")
    if _is_starter(path):
        label = f"Starter voice ({language_name(language)})"
    else:
        region, _, rest = path.stem.partition("-")
        label = f"{rest.replace('-', ' ').replace('_', ' ')} ({region})" if rest else path.stem
    size = path.stat().st_size
    return InstalledModel("voice", path.stem, label, path, (language,), size, _is_starter(path))


def _language(tag: object) -> str | None:
    if not isinstance(tag, str):
        return None
    try:
        return check_language(tag)
    except LanguageUnknown:
        return None


def _is_starter(path: Path) -> bool:
    return path.resolve().is_relative_to((paths.RESOURCES / "starter").resolve())


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _advice(source: str, target: str) -> str:
    """Which package would close the gap: the direct one, or one that meets what is installed."""
    pairs = translation_pairs()
    onward = sorted(middle for middle, end in pairs if end == target and middle != source)
    inward = sorted(middle for start, middle in pairs if start == source and middle != target)
    direct = f"{source}→{target}"
    if not onward and not inward and "en" not in (source, target):
        return f"{direct}, or {source}→en and en→{target}"
    ways = [f"{source}→{middle}" for middle in onward[:2]] + [f"{middle}→{target}" for middle in inward[:2]]
    return " or ".join([direct, *ways])
