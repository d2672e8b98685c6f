"""`parley devices` and `parley models`: what is there, as tables or JSON. Runs on the main thread."""

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from desktop.cli.messages import say
from desktop.engine.events import Device
from desktop.engine.models import installed as models
from desktop.engine.models.downloads.identity import known_as, source_of
from desktop.engine.text.languages import language_name
from desktop.engine.text.sizes import readable_size
from desktop.engine.text.visible import visible
from desktop.messages import text_of

MOST_NAMED = 5
"""languages that are named one by one"""
_TITLES: dict[models.Kind, str] = {"whisper": "Recognition", "argos": "Translation", "voice": "Voices"}


def devices(*, as_json: bool) -> int:
    """Print what can be listened to and played on. Raises AudioServerMissing."""
    from desktop.engine.audio.platforms.devices import list_devices

    found = list_devices()
    groups = {"microphones": found.microphones, "loopbacks": found.loopbacks, "outputs": found.outputs}
    if as_json:
        _print_json({name: [_device_record(one) for one in group] for name, group in groups.items()})
        return 0
    table = Table(box=None, pad_edge=False)
    table.add_column("What", no_wrap=True)
    table.add_column("Device")
    table.add_column("Id (for --source and speech.output)", overflow="fold")
    for title, group in zip(("Microphone", "Loopback", "Output"), groups.values(), strict=True):
        for one in group:
            table.add_row(
                title, Text(visible(one.label) + (" (default)" if one.is_default else "")), Text(visible(one.id))
            )
    if not table.rows:
        print("No sound devices were found; connect one, or check the sound settings of your system.")
    else:
        Console(markup=False, emoji=False).print(table)
    return 0


def list_models(*, as_json: bool) -> int:
    """Print what is installed, and a sentence for everything that is broken."""
    found = {kind: models.installed(kind) for kind in models.KINDS}
    problems = [text_of(problem) for kind in models.KINDS for problem in models.broken(kind)]
    if as_json:
        _print_json({"models": [_model_record(one) for group in found.values() for one in group], "problems": problems})
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("Kind", "Name"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Languages", overflow="fold")
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Licence", no_wrap=True, max_width=20)
    table.add_column("Source", overflow="fold")
    for kind, group in found.items():
        for one in group:
            entry = known_as(one)
            licence = "CC0" if one.is_starter else entry.licence if entry else ""
            size = readable_size(one.size_bytes)
            table.add_row(_TITLES[kind], one.name, _languages(one), size, licence, source_of(one))
        if not group:
            table.add_row(_TITLES[kind], "none", "", "", "", "")
    Console(markup=False, emoji=False).print(table)
    if any(one.is_starter for group in found.values() for one in group):
        print(
            "The models that ship with Parley know a phrasebook of about 900 words; real ones are used where there are."
        )
    for problem in problems:
        say(problem)
    if problems:
        say("`parley models repair` installs again what was fetched.")
    return 0


def _languages(model: models.InstalledModel) -> str:
    if len(model.languages) > MOST_NAMED:
        return f"{len(model.languages)} languages"
    names = [language_name(code) for code in model.languages]
    return " → ".join(names) if model.kind == "argos" else ", ".join(names)


def _device_record(device: Device) -> dict[str, Any]:
    return {"id": device.id, "label": device.label, "is_default": device.is_default}


def about_model(model: models.InstalledModel) -> dict[str, Any]:
    """What scripts get of any installed model."""
    return {
        "kind": model.kind,
        "name": model.name,
        "label": model.label,
        "path": str(model.path),
        "languages": list(model.languages),
        "size_bytes": model.size_bytes,
    }


def _model_record(model: models.InstalledModel) -> dict[str, Any]:
    entry = known_as(model)
    return {
        **about_model(model),
        "is_starter": model.is_starter,
        "licence": "CC0" if model.is_starter else entry.licence if entry else "",
        "source": source_of(model),
    }


def _print_json(value: dict[str, Any] | Iterable[Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
