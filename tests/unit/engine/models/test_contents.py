"""One check for what is imported, listed, repaired and loaded: what passes can be opened, what cannot is named."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import ModelBroken, PackageRefused
from desktop.engine.models import checked
from desktop.engine.models import installed as models
from desktop.engine.models.catalogue import Catalogue
from desktop.engine.models.downloads import imports
from desktop.engine.models.downloads.repair import find_broken
from desktop.engine.models.installed import Kind
from desktop.messages import text_of
from desktop.system import paths
from desktop.system.paths import RESOURCES

STARTER = RESOURCES / "starter"
VOICE = "en_US-tiny-x_low"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models directory; Hugging Face's and Argos's places are empty too."""
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path / "home")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos-packages"))
    return tmp_path / "home"


def copied(kind: Kind, place: Path) -> Path:
    """A starter model as somebody else's; gives its directory."""
    if kind == "whisper":
        shutil.copytree(STARTER / "whisper", place, ignore=shutil.ignore_patterns("parley.json"))
    elif kind == "argos":
        shutil.copytree(STARTER / "argos" / "translate-en_es-1_0", place, ignore=shutil.ignore_patterns("minisbd"))
    else:
        place.mkdir(parents=True)
        for file in (STARTER / "voices").glob(f"{VOICE}*"):
            shutil.copy(file, place / file.name.replace(VOICE, place.name))
    return place


def text(name: str, content: str | bytes) -> Callable[[Path], object]:
    def change(place: Path) -> None:
        (place / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def value(name: str, *keys: str, to: Any) -> Callable[[Path], object]:
    """Another value in a JSON file."""

    def change(place: Path) -> None:
        about = inner = json.loads((place / name).read_text())
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = to
        (place / name).write_text(json.dumps(about))

    return change


def removed(name: str) -> Callable[[Path], object]:
    return lambda place: (place / name).unlink()


WORDS = json.loads((STARTER / "whisper" / "vocabulary.json").read_text())
JSON = "mine.onnx.json"
CASES: list[tuple[Kind, str, Callable[[Path], object]]] = [
    ("whisper", "tokenizer.json is empty", text("tokenizer.json", "")),
    ("whisper", "tokenizer.json is damaged", text("tokenizer.json", random.Random(1).randbytes(5000))),
    ("whisper", "tokenizer.json is damaged", text("tokenizer.json", '{"a": 1}')),
    ("whisper", "tokenizer.json is missing", removed("tokenizer.json")),
    ("whisper", "tokenizer.json is no ordinary file", lambda place: pipe(place / "tokenizer.json")),
    (
        "whisper",
        "tokenizer.json is no tokenizer of this model",
        text("tokenizer.json", '{"version":"1.0","model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}}'),
    ),
    ("whisper", "vocabulary.json is damaged", text("vocabulary.json", b"\0garbage")),
    ("whisper", "vocabulary.json is damaged", text("vocabulary.json", json.dumps(list(range(len(WORDS)))))),
    ("whisper", "vocabulary.json lists 1000 tokens", text("vocabulary.json", json.dumps(WORDS[:1000]))),
    ("whisper", "config.json holds a value", text("config.json", "{}")),
    ("whisper", "config.json holds a value", value("config.json", "suppress_ids_begin", to="x")),
    ("whisper", "config.json holds a value", value("config.json", "lang_ids", to=[10**12])),
    ("whisper", "config.json is no ordinary file", lambda place: pipe(place / "config.json")),
    ("whisper", "config.json is larger", lambda place: os.truncate(place / "config.json", 6 * 10**9)),
    ("whisper", "sampling_rate", value("preprocessor_config.json", "sampling_rate", to=0)),
    ("whisper", "hop_length", value("preprocessor_config.json", "hop_length", to=10**12)),
    ("whisper", "feature_size", value("preprocessor_config.json", "feature_size", to="x")),
    ("whisper", "does not describe", text("preprocessor_config.json", "[]")),
    ("whisper", "model.bin is damaged", lambda place: os.truncate(place / "model.bin", 2 * 10**9)),
    ("argos", "sentencepiece.model is damaged", text("sentencepiece.model", b"not pieces")),
    ("argos", "sentencepiece.model is empty", text("sentencepiece.model", b"")),
    ("argos", "shared_vocabulary.json is damaged", text("model/shared_vocabulary.json", "{}")),
    ("argos", "shared_vocabulary.json lists 1 tokens", text("model/shared_vocabulary.json", '["a"]')),
    ("argos", "target_vocabulary.json is missing", removed("model/shared_vocabulary.json")),
    ("argos", "config.json holds a value", value("model/config.json", "add_source_eos", to=[])),
    ("argos", "metadata.json is no ordinary file", lambda place: pipe(place / "metadata.json")),
    *[
        ("voice", "does not describe a Piper voice", value(JSON, "audio", "sample_rate", to=rate))
        for rate in (0, "x", 10**12, None, -1, 1.5, True)
    ],
    ("voice", "does not describe a Piper voice", value(JSON, "num_speakers", to="one")),
    ("voice", "does not describe a Piper voice", value(JSON, "phoneme_id_map", "a", to="x")),
    ("voice", "does not describe a Piper voice", value(JSON, "inference", "length_scale", to=0)),
    ("voice", "does not describe a Piper voice", value(JSON, "inference", "noise_scale", to=float("nan"))),
    ("voice", "needs a speller", value(JSON, "phoneme_type", to="pinyin")),
    ("voice", "mine.onnx.json is no ordinary file", lambda place: pipe(place / JSON)),
    ("voice", "mine.onnx is damaged", text("mine.onnx", bytes([0x0A, 0x02, 0x41, 0x42]))),
]


def test_tokens_may_be_line_ends_of_other_kinds(home: Path) -> None:
    """As in vocabularies of old packages, whose lines end with a line feed."""
    place = copied("argos", home / "argos" / "mine")
    words = json.loads((place / "model" / "shared_vocabulary.json").read_text())
    words[100:120] = ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"] * 4
    (place / "model" / "shared_vocabulary.json").unlink()
    (place / "model" / "shared_vocabulary.txt").write_bytes("".join(f"{word}\n" for word in words).encode())
    assert models.examine("argos", place)
    (place / "sentencepiece.model").unlink()
    (place / "bpe.model").write_bytes("#version: 0.2\n\u00a0 a</w>\n\x85 b\n".encode())
    assert models.examine("argos", place)


def pipe(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


@pytest.mark.parametrize(("kind", "why", "change"), CASES)
def test_what_cannot_be_used_is_refused_listed_and_repaired_alike(
    home: Path, tmp_path: Path, kind: Kind, why: str, change: Callable[[Path], object]
) -> None:
    folder = {"whisper": "whisper", "argos": "argos", "voice": "voices"}[kind]
    place = copied(kind, home / folder / "mine")
    path = place / "mine.onnx" if kind == "voice" else place
    assert models.examine(kind, path)
    change(place)
    (problem,) = models.broken(kind)
    assert why in text_of(problem)
    (broken,) = find_broken(Catalogue((), ""))
    assert broken.problem == problem
    assert not [one for one in models.installed(kind) if not one.is_starter]
    if kind == "whisper":
        with pytest.raises(ModelBroken) as caught:
            models.recognition_model("mine")
        assert why in text_of(caught.value)
    source = place.rename(tmp_path / "mine")
    with pytest.raises(PackageRefused) as refused:
        imports.import_from(source)
    assert text_of(refused.value).startswith("The ")
    assert not list((home / ".partial").glob("import-*"))


def opened(kind: Kind, path: Path) -> None:
    """As the backends do."""
    if kind == "argos":
        from desktop.engine.translation.backends.argos import _Leg

        _Leg(models.examine(kind, path))
    elif kind == "voice":
        from desktop.engine.speech.backends.piper import _load

        _load(models.examine(kind, path))


@pytest.mark.parametrize("kind", ["argos", "voice"])
def test_what_passes_can_be_opened_or_is_known_from_then_on(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    """A byte changed or a piece cut out somewhere in any file."""
    chance = random.Random(3)
    refused = 0
    for number in range(40):
        place = copied(kind, tmp_path / f"{kind}-{number}")
        files = sorted(file for file in place.rglob("*") if file.is_file() and file.suffix != ".md")
        file = chance.choice([one for one in files if one.name != "phrasebook.json"])
        content = bytearray(file.read_bytes())
        at = chance.randrange(len(content))
        if chance.random() < 0.5:
            content[at] = chance.randrange(256)
        else:
            del content[at : at + chance.randint(1, 50)]
        file.write_bytes(content)
        path = place / f"{place.name}.onnx" if kind == "voice" else place
        try:
            models.examine(kind, path)
        except models.FileBroken:
            refused += 1
            continue
        try:
            opened(kind, path)
        except ModelBroken:  # only opening it tells; from then on it is known everywhere
            monkeypatch.setattr(checked, "_refused", set())
            with pytest.raises(models.FileBroken):
                models.examine(kind, path)
    assert refused > 5
