"""What lies in a directory of a Whisper model for CTranslate2, checked before anything heavy is loaded.

Pure but for reading files; any thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.errors import ModelBroken, ModelMissing
from desktop.engine.models import contents
from desktop.engine.models.checked import check_refused
from desktop.engine.models.files import (
    FileBroken,
    check_ctranslate2,
    count_tokens,
    known_tokens,
    read_json,
    whisper_shape,
)

MANIFEST = "parley.json"
"""Optional: {"name": shown to the user, "languages": [codes], "short_context": bool, "translates": bool}."""

# In the order of Whisper's own list: a model that knows n languages knows the first n.
_IN_ORDER = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml "
    "cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am "
    "yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue"
)
WHISPER_LANGUAGES = tuple(_IN_ORDER.split())
"""ISO 639 codes"""


_ENGLISH_TOKENS = 51_864
"""in the vocabulary of a model that knows English alone"""
_OTHER_TOKENS = 51_766
"""tokens of a model of many languages that stand for none of them: 51,865 tokens are 99 languages, 51,866 are 100"""
_LEAST_TOKENS = 50_000
"""fewer are not Whisper's vocabulary"""


@dataclass(frozen=True, slots=True)
class ModelDirectory:
    """A model directory that looks whole."""

    path: Path
    name: str
    languages: tuple[str, ...]
    """ISO 639 codes"""
    short_context: bool
    """the model is at home in windows shorter than 30 s"""
    translates: bool
    """it can write what it hears in English"""

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """(source, target) that it translates by itself, from what it hears"""
        return frozenset((code, "en") for code in self.languages if self.translates and code != "en")


def model_name(path: Path) -> str:
    """The name of the directory, or of the repository where Hugging Face's cache holds it."""
    name = path.parents[1].name if path.parent.name == "snapshots" and len(path.parents) > 1 else path.name
    return name.removeprefix("models--").split("--")[-1]


def describe(path: Path, name: str = "") -> ModelDirectory:
    """Name and languages of the model in `path`, without checking that it is whole; never raises."""
    manifest = _read_json(path / MANIFEST)
    config = _read_json(path / "config.json")
    languages = manifest.get("languages")
    if not isinstance(languages, list) or not languages or not all(isinstance(item, str) for item in languages):
        languages = _languages(path, config)
    shown = manifest.get("name")
    return ModelDirectory(
        path=path,
        name=name or (shown if isinstance(shown, str) and shown else f"Whisper {path.name}"),
        languages=tuple(languages),
        short_context=manifest.get("short_context") is True,
        translates=_translates(path, manifest, languages),
    )


def _languages(path: Path, config: dict[str, Any]) -> tuple[str, ...]:
    """As many as the vocabulary has tokens for: an English model has none, and its config.json may list them all the
    same. Where the vocabulary cannot be read, what config.json lists."""
    tokens = count_tokens(path)
    if tokens > _ENGLISH_TOKENS:
        return WHISPER_LANGUAGES[: tokens - _OTHER_TOKENS]
    if tokens >= _LEAST_TOKENS:
        return ("en",)
    listed = config.get("lang_ids")
    if model_name(path).endswith(".en") or (isinstance(listed, list) and len(listed) == 1):
        return ("en",)
    return WHISPER_LANGUAGES[: len(listed)] if isinstance(listed, list) and listed else WHISPER_LANGUAGES


def _translates(path: Path, manifest: dict[str, Any], languages: Sequence[str]) -> bool:
    """OpenAI's models do, but turbo, which was trained without it; distilled ones were trained on English alone. Both
    have fewer layers that write than layers that hear."""
    declared = manifest.get("translates")
    if isinstance(declared, bool):
        return declared
    shape = whisper_shape(path / "model.bin")
    if shape is not None and shape.decoder_layers < shape.encoder_layers:
        return False
    return tuple(languages) != ("en",) and not any(part in model_name(path).casefold() for part in ("turbo", "distil"))


def check(path: Path) -> None:
    """Raises FileBroken unless `path` holds the files of a Whisper model that can be opened. Takes 0.2 s the first time
    and nothing later (`contents`)."""
    if not path.is_dir():
        raise FileBroken("broken-no-directory")
    check_ctranslate2(path / "model.bin", "WhisperSpec")
    tokens = known_tokens(path / "model.bin", "WhisperSpec")
    contents.check_whisper_config(path)
    contents.check_vocabulary(path, "vocabulary", tokens)
    contents.check_tokenizer(path / "tokenizer.json", tokens)
    check_refused(path / "model.bin")


def verify(path: Path) -> None:
    """Raises ModelMissing or ModelBroken, with what is wrong, unless `path` is a Whisper model that can be opened."""
    if not path.is_dir():
        raise ModelMissing("recognition-model-gone", path=path)
    try:
        check(path)
    except FileBroken as error:
        raise ModelBroken("recognition-model-broken", path=path, problem=error.message) from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return read_json(path)
    except FileBroken:
        return {}
