"""Python packages with models in them, as pip installs them, in a folder that PARLEY_MODEL_PACKAGES names."""

import hashlib
from pathlib import Path

from desktop.engine.models.catalogue import Entry, ModelFile, rendered
from desktop.system.paths import RESOURCES

CODE = 'raise RuntimeError("the code of a package with a model in it was run")\n'
STARTER = RESOURCES / "starter"


def install(place: Path, name: str, files: dict[str, bytes]) -> None:
    """Write a package as pip leaves it: its files, code that must never run, its metadata."""
    module = place / name.replace("-", "_")
    info = place / f"{module.name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    module.mkdir()
    (module / "__init__.py").write_text(CODE)
    for path, content in files.items():
        (module / path).parent.mkdir(parents=True, exist_ok=True)
        (module / path).write_bytes(content)


def recogniser_in_two(place: Path) -> Entry:
    """A real, small recogniser (the starter's files) in two packages, its weights cut in the middle."""
    source = STARTER / "whisper"
    weights = (source / "model.bin").read_bytes()
    middle = len(weights) // 3
    small = {one: (source / one).read_bytes() for one in ("config.json", "tokenizer.json", "vocabulary.json")}
    install(place, "talk-model-1", {"data/model.bin.part1": weights[:middle]})
    install(
        place,
        "talk-model-2",
        {"data/model.bin.part2": weights[middle:]} | {f"data/{one}": content for one, content in small.items()},
    )
    parts = ("talk_model_1/data/model.bin.part1", "talk_model_2/data/model.bin.part2")
    files = [ModelFile("model.bin", len(weights), hashlib.sha256(weights).hexdigest(), parts=parts)]
    for one, content in small.items():
        files.append(
            ModelFile(one, len(content), hashlib.sha256(content).hexdigest(), parts=(f"talk_model_2/data/{one}",))
        )
    size = sum(one.size or 0 for one in files)
    return Entry(
        "whisper",
        "talk",
        "Whisper talk",
        ("en", "es"),
        size,
        "MIT",
        files=tuple(files),
        packages=("talk-model-1", "talk-model-2"),
    )


def list_them(file: Path, *entries: Entry) -> None:
    """Write the list of models in packages."""
    file.write_text(rendered(entries, "2026-01-01"), encoding="utf-8")
