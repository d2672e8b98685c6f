"""One model on the disk: what it is, read from its files. Any thread.

Each reader raises FileBroken where the model cannot be used, OSError where it cannot be read.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from desktop.engine.errors import LanguageUnknown
from desktop.engine.models import contents, whisper_directory
from desktop.engine.models.checked import check_refused
from desktop.engine.models.files import (
    FileBroken,
    Shape,
    check_ctranslate2,
    check_onnx,
    known_tokens,
    read_json,
    whisper_shape,
)
from desktop.engine.text.languages import CODES, language_name, package_language
from desktop.system import paths

Kind = Literal["whisper", "argos", "voice"]
KINDS: tuple[Kind, ...] = ("whisper", "argos", "voice")


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
    speakers: tuple[str, ...] = ()
    """voice: what its speakers are called, or their numbers; none where there is one"""


def read_whisper(path: Path) -> InstalledModel:
    """A directory with a CTranslate2 Whisper model."""
    whisper_directory.check(path)
    about = read_json(path / "parley.json") if (path / "parley.json").exists() else {}
    name = "starter" if _is_starter(path) else whisper_name(path)
    label = about.get("name")
    if not isinstance(label, str) or not label.strip():
        label = "Starter (phrasebook)" if _is_starter(path) else f"Whisper {name}"
    able = whisper_directory.describe(path)
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


def whisper_name(path: Path) -> str:
    """What the settings call the Whisper model in that directory."""
    return re.sub(r"^(faster-)?whisper-", "", whisper_directory.model_name(path))


def read_argos(path: Path) -> InstalledModel:
    """The directory of an Argos package."""
    about = read_json(path / "metadata.json")
    if about.get("type", "translate") != "translate":
        raise FileBroken("broken-no-translation-package")
    tags = [about.get(key) for key in ("from_code", "to_code")]
    source, target = map(_language, tags)
    if source is None or target is None:
        unknown = next(tag for tag in tags if _language(tag) is None)
        if isinstance(unknown, str) and unknown.strip():
            raise FileBroken("unsupported-language", tag=unknown.strip()[:20])
        raise FileBroken("broken-package-without-languages")
    inside = path / "model"
    check_ctranslate2(inside / "model.bin", "TransformerSpec")
    contents.check_translation_config(inside)
    tokens = known_tokens(inside / "model.bin", "TransformerSpec")
    is_shared = any((inside / f"shared_vocabulary.{kind}").exists() for kind in ("json", "txt"))
    contents.check_vocabulary(inside, "shared_vocabulary" if is_shared else "target_vocabulary", tokens)
    if not is_shared:
        contents.check_vocabulary(inside, "source_vocabulary", 0)
    contents.check_pieces(path)
    check_refused(inside / "model.bin")
    label = f"{language_name(source)} → {language_name(target)}" + (" (starter)" if _is_starter(path) else "")
    return InstalledModel("argos", path.name, label, path, (source, target), _size(path), _is_starter(path))


def read_voice(path: Path) -> InstalledModel:
    """A Piper voice. path: its .onnx file."""
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
        raise FileBroken("broken-voice-without-language")
    contents.check_voice_description(path.with_name(path.name + ".json"))
    contents.check_voice_graph(path)
    check_refused(path)
    if _is_starter(path):
        label = f"Starter voice ({language_name(language)})"
    else:
        region, _, rest = path.stem.partition("-")
        label = f"{rest.replace('-', ' ').replace('_', ' ')} ({region})" if rest else path.stem
    size = path.stat().st_size
    return InstalledModel(
        "voice", path.stem, label, path, (language,), size, _is_starter(path), speakers=_speakers(about)
    )


def _speakers(about: dict[str, Any]) -> tuple[str, ...]:
    """Of a description that was checked. Those that bear a name, else numbers, as many as the network knows."""
    count, named = about.get("num_speakers", 1), about.get("speaker_id_map") or {}
    if max(count, len(named)) < 2:
        return ()
    return tuple(sorted(named, key=named.__getitem__)) or tuple(map(str, range(count)))


def _language(tag: object) -> str | None:
    if not isinstance(tag, str):
        return None
    try:
        return package_language(tag)
    except LanguageUnknown:
        return None


def _is_starter(path: Path) -> bool:
    return path.resolve().is_relative_to((paths.RESOURCES / "starter").resolve())


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
