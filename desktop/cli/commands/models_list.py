"""`parley models list --all`, `where`, `measure`: tables and JSON. Runs on the main thread."""

import json
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from desktop.cli.commands.tables import MOST_NAMED
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.engine.errors import ModelError, ModelMissing
from desktop.engine.message import verbatim
from desktop.engine.models import installed as models
from desktop.engine.models import model_places
from desktop.engine.models.catalogue import Entry
from desktop.engine.models.downloads import Downloads
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.engine.models.speed import speed_class
from desktop.engine.models.speed.speed_class import Measured
from desktop.engine.text.languages import check_target, language_name
from desktop.engine.text.sizes import readable_size
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.system import paths

_TITLES: dict[Kind, str] = {"whisper": "Recognition", "argos": "Translation", "voice": "Voice"}


def list_all(options: Options, *, everything: bool, kind: Kind | None, language: str, as_json: bool) -> int:
    """Print installed models and, with `everything`, the catalogue's. Raises LanguageUnknown, CatalogueBroken."""
    code = check_target(language) if language else ""
    catalogue = Downloads(options.store.current.models).catalogue()
    result = measured(options.store.current)
    rows: list[dict[str, Any]] = []
    known = {(entry.kind, entry.id): entry for entry in catalogue.entries}
    fetched: set[tuple[Kind, str]] = set()
    for one in models.KINDS:
        for model in models.installed(one):
            # A starter model may be called like the real one; it is not that one.
            key = (one, "") if model.is_starter else (one, model.name)
            if key not in fetched or model.is_starter:
                rows.append(_record(known.get(key), model, result))
            fetched.add(key)
    if everything:
        rows += [_record(entry, None, result) for key, entry in known.items() if key not in fetched]
    rows = [row for row in rows if (kind is None or row["kind"] == kind) and (not code or code in row["languages"])]
    for problem in catalogue.problems:
        say(text_of(problem))
    if as_json:
        print(json.dumps({"models": rows, "catalogue_date": catalogue.date}, ensure_ascii=False, indent=2))
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("Kind", "Name", "Languages"):
        table.add_column(heading, overflow="fold")
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Licence", overflow="fold")
    table.add_column("Speed here", overflow="fold")
    table.add_column("", no_wrap=True)
    for row in rows:
        table.add_row(
            _TITLES[row["kind"]],
            row["name"],
            _languages(row["kind"], row["languages"]),
            readable_size(row["size_bytes"]) if row["size_bytes"] else "",
            row["licence"],
            "" if row["speed"] == speed_class.SpeedClass.UNKNOWN else row["speed"],
            "starter" if row["is_starter"] else "installed" if row["is_installed"] else "",
        )
    Console(markup=False, emoji=False).print(table)
    if result is None and everything:
        print("`parley models measure` finds out how fast they run on this machine.")
    return 0


def where(name: str, *, as_json: bool) -> int:
    """Print the path of a model, or the places that are looked at. Raises ModelMissing."""
    if name:
        model = find_installed(name)
        print(json.dumps({"name": model.name, "path": str(model.path)}) if as_json else model.path)
        return 0
    shared = os.environ.get("ARGOS_PACKAGES_DIR")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    places = {
        "models": paths.models_dir(),
        "hugging_face": model_places.huggingface_cache(),
        "argos": Path(shared) if shared else data / "argos-translate" / "packages",
        "shipped": paths.RESOURCES / "starter",
    }
    if as_json:
        print(json.dumps({key: str(place) for key, place in places.items()}, indent=2))
        return 0
    words = {
        "models": "Parley's own",
        "hugging_face": "Hugging Face's cache",
        "argos": "Argos Translate's own",
        "shipped": "ship with Parley",
    }
    for key, place in places.items():
        print(f"{words[key]:<22} {place}")
    return 0


def measure(options: Options, *, as_json: bool) -> int:
    """Measure this machine anew and print what that means for each recogniser. Raises ModelError."""
    try:
        result = speed_class.measure(**speed_class.way(options.store.current.recognition), again=True)
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            verbatim(
                f"CTranslate2 cannot run with these settings here ({' '.join(str(error).split())[:120]}); "
                "change recognition.device or recognition.compute_type."
            )
        ) from None
    entries = [one for one in Downloads().catalogue().entries if one.kind == "whisper"]
    if as_json:
        speeds = {one.id: speed_class.speed_class(one, result).value for one in entries}
        print(json.dumps({"machine": result.machine, "threads": result.threads, "speed": speeds}, indent=2))
        return 0
    for one in entries:
        print(f"{one.id:<18} {speed_class.speed_class(one, result).value}")
    return 0


def measured(settings: Settings) -> Measured | None:
    """What is known of this machine's speed."""
    return speed_class.measured(**speed_class.way(settings.recognition))


def find_installed(name: str) -> InstalledModel:
    """The installed model of that name, label or `kind/name`. Raises ModelMissing, naming what is there."""
    wanted = name.strip().casefold()
    every = [model for kind in models.KINDS for model in models.installed(kind)]
    for model in every:
        if wanted in (model.name.casefold(), model.label.casefold(), f"{model.kind}/{model.name}".casefold()):
            return model
    there = ", ".join(model.name for model in every)
    raise ModelMissing(verbatim(f"There is no model “{name[:60]}” on this machine; there are {there}."))


def _record(entry: Entry | None, model: InstalledModel | None, result: Measured | None) -> dict[str, Any]:
    one = model or entry
    assert one is not None
    return {
        "kind": one.kind,
        "name": model.name if model else entry.id if entry else "",
        "label": one.label,
        "languages": list(one.languages),
        "size_bytes": one.size_bytes,
        "licence": entry.licence if entry else "CC0" if model and model.is_starter else "",
        "speed": (speed_class.speed_class(entry, result) if entry else speed_class.SpeedClass.UNKNOWN).value,
        "is_installed": model is not None,
        "is_starter": bool(model and model.is_starter),
    }


def _languages(kind: str, codes: list[str]) -> str:
    if len(codes) > MOST_NAMED:
        return f"{len(codes)} languages"
    names = [language_name(code) for code in codes]
    return " → ".join(names) if kind == "argos" else ", ".join(names)
