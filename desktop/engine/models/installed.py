"""Which models are installed: Whisper directories, Argos packages, Piper voices. Any thread; no network.

Everything is found by looking at the disk each time (milliseconds), so a model that was just copied there is
seen. A broken or foreign directory never breaks a listing; `broken` says what is wrong with it.
"""

import os
from collections.abc import Callable
from pathlib import Path

from desktop.engine.errors import ModelBroken, ModelMissing
from desktop.engine.message import Message
from desktop.engine.models import model_places
from desktop.engine.models.files import FileBroken, reason
from desktop.engine.models.model_readers import (
    KINDS,
    InstalledModel,
    Kind,
    read_argos,
    read_voice,
    read_whisper,
    whisper_name,
)
from desktop.system import paths

__all__ = ["KINDS", "InstalledModel", "Kind"]

_QUALITIES = ("x_low", "low", "medium", "high")


def installed(kind: Kind) -> tuple[InstalledModel, ...]:
    """The models of a kind, best first: the user's before the starter's, larger before smaller."""
    return _scan(kind)[0]


def broken(kind: Kind) -> tuple[Message, ...]:
    """What is wrong with everything in the models' directories that cannot be used."""
    return tuple(_scan(kind)[1].values())


def broken_places(kind: Kind) -> dict[Path, Message]:
    """Where something lies that cannot be used, and why."""
    return dict(_scan(kind)[1])


def name_at(kind: Kind, path: Path) -> str:
    """What a model at that place is called, also if it is broken."""
    return {"whisper": whisper_name(path), "argos": path.name, "voice": path.stem}[kind]


def examine(kind: Kind, path: Path) -> InstalledModel:
    """The model at `path` (a voice: its .onnx file). Raises FileBroken if it cannot be used."""
    try:
        return {"whisper": read_whisper, "argos": read_argos, "voice": read_voice}[kind](path)
    except OSError as error:
        raise FileBroken("broken-whole-unreadable", reason=reason(error)) from None


def recognition_model(name_or_path: str) -> InstalledModel:
    """The Whisper model of that name or directory; empty: the first of `installed` (see `model_choice`).
    Raises ModelMissing, ModelBroken."""
    wanted = name_or_path.strip()
    found, problems = _scan("whisper")
    if not wanted:
        if found:
            return found[0]
        place = paths.models_dir() / "whisper"
        problem = next(iter(problems.values()), None)
        if problem:
            raise ModelBroken(problem)
        raise ModelMissing("no-whisper-model", place=place)
    if "/" in wanted or os.sep in wanted or wanted.startswith(("~", ".")):
        path = Path(wanted).expanduser()
        if not path.exists():
            raise ModelMissing("model-directory-missing", path=wanted)
        try:
            return read_whisper(path)
        except FileBroken as error:
            raise ModelBroken(_unusable("whisper", path, error)) from None
    folded = wanted.casefold()
    for model in found:
        if folded in (model.name.casefold(), model.label.casefold(), model.path.name.casefold()):
            return model
    for path, problem in problems.items():
        if folded in (path.name.casefold(), whisper_name(path).casefold()):
            raise ModelBroken(problem)
    raise ModelMissing("whisper-model-missing", name=wanted, there=tuple(model.name for model in found))


def voice_for(language: str, wanted: str = "", *, is_real: bool = False) -> InstalledModel:
    """The voice of that name or file if it speaks the language, else the best one for the language. wanted: may end in
    `#` and a speaker of the voice. is_real: a starter voice only if it is the wanted one. Raises ModelMissing,
    ModelBroken."""
    found, problems = _scan("voice")
    folded = wanted.partition("#")[0].strip().casefold()
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
    raise ModelMissing("voice-missing-in-place", language=language, place=place)


# What lies where.

Reader = Callable[[Path], InstalledModel]


def _scan(kind: Kind) -> tuple[tuple[InstalledModel, ...], dict[Path, Message]]:
    candidates, read = {
        "whisper": (model_places.whisper_directories, read_whisper),
        "argos": (model_places.argos_directories, read_argos),
        "voice": (model_places.voice_files, read_voice),
    }[kind]
    models: list[InstalledModel] = []
    problems: dict[Path, Message] = {}
    seen = set()
    for path in candidates(problems):
        real = path.resolve()
        if real in seen:
            continue
        seen.add(real)
        try:
            if not path.name.isprintable():
                raise FileBroken("broken-name")
            models.append(read(path))
        except FileBroken as error:
            problems[path] = _unusable(kind, path, error)
        except OSError as error:
            problems[path] = _unusable(kind, path, FileBroken("broken-whole-unreadable", reason=reason(error)))
    return tuple(sorted(models, key=_order)), problems


def _order(model: InstalledModel) -> tuple[bool, int, int, str]:
    quality = 0
    if model.kind == "voice":
        quality = max((index for index, word in enumerate(_QUALITIES) if model.name.endswith(f"-{word}")), default=0)
    return (model.is_starter, -quality, -model.size_bytes, model.name)


def _unusable(kind: Kind, path: Path, problem: FileBroken) -> Message:
    if problem.message.key.startswith("unsupported-"):  # whole, so installing it again mends nothing
        return Message("installed-unsupported", kind=kind, path=path, problem=problem.message)
    return Message("installed-unusable", kind=kind, path=path, problem=problem.message)
