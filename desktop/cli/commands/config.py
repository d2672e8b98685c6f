"""`parley config`: the settings from their declaration, in the terminal. Runs on the main thread."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from desktop.cli.messages import say, shown
from desktop.cli.options import Options
from desktop.engine.errors import LanguageUnknown
from desktop.engine.text.languages import check_language, check_target
from desktop.engine.text.visible import visible
from desktop.messages import text_of as message_of
from desktop.settings.presets import PRESETS, differences_to, preset, values_of
from desktop.settings.store import DEFAULT, SettingsStore
from desktop.settings.values import Declaration, SettingInvalid, declaration, declarations, get, parse, text_of

_ORIGINS = {"default": "", "file": "file", "profile": "profile {}", "environment": "environment", "flag": "--set"}


def show_list(options: Options, words: Sequence[str], *, only_changed: bool, as_json: bool) -> int:
    """Print the settings that have all words in name or help. 1 if there are none."""
    store = options.store
    wanted = [word.casefold() for word in words]
    found = [
        one
        for one in declarations()
        if all(word in f"{one.key} {one.help}".casefold() for word in wanted)
        and not (only_changed and get(store.current, one.key) == one.default)
    ]
    if as_json:
        print_json([_record(store, one) for one in found])
        return 0
    if not found:
        say("no setting has these words." if words else "every setting has its default.")
        return 1
    table = Table(box=None, pad_edge=False)
    table.add_column("Setting", no_wrap=True)
    table.add_column("Value", overflow="fold")
    table.add_column("From", no_wrap=True)
    table.add_column("Allowed", overflow="fold")
    table.add_column("What it is", overflow="fold")
    for one in found:
        value, place = text_of(get(store.current, one.key)), _from(store, one.key)
        style = "" if get(store.current, one.key) == one.default else "bold"
        table.add_row(one.key, Text(visible(value), style), place, Text(_allowed(one)), Text(one.help))
    is_terminal = sys.stdout.isatty()
    width = None if is_terminal else 200
    Console(file=sys.stdout, soft_wrap=not is_terminal, width=width, markup=False, emoji=False).print(table)
    return 0


def show(options: Options, key: str, *, as_json: bool) -> int:
    """Print one value, alone on its line; with --json everything about the setting."""
    try:
        one = declaration(key)
    except SettingInvalid as error:
        return refused(error)
    if as_json:
        print_json(_record(options.store, one))
    else:
        print(shown(text_of(get(options.store.current, key))))
    return 0


def assign(options: Options, key: str, text: str) -> int:
    """Save a value. 1 if it cannot be used or saved."""
    try:
        value = _meant(key, parse(key, text))
    except (SettingInvalid, LanguageUnknown) as error:
        return refused(error)
    return _change(options.store, key, lambda: options.store.set(key, value))


def reset(options: Options, key: str) -> int:
    """Take a value back to its default."""
    return _change(options.store, key, lambda: options.store.reset(key))


def list_presets(*, as_json: bool) -> int:
    """Print what there is to choose from."""
    if as_json:
        print_json([{"name": one.name, "help": one.help} for one in PRESETS])
        return 0
    for one in PRESETS:
        print(f"{one.name:10} {one.help}")
    return 0


def apply_preset(options: Options, name: str, *, as_json: bool) -> int:
    """Set recognition as the preset says, print what that changed."""
    from desktop.engine.models.choice import offered, suited

    store = options.store
    try:
        chosen = preset(name)
    except SettingInvalid as error:
        return refused(error)
    installed = [one.name for one in suited(offered("whisper"), store.current.recognition)]
    values = values_of(chosen, installed)
    differing = differences_to(store.current, values)
    if not is_saved(store, lambda: store.update({key: new for key, (_, new) in differing.items()})):
        return 1
    if as_json:
        print_json({key: {"old": old, "new": new} for key, (old, new) in differing.items()})
    else:
        for key, (old, new) in differing.items():
            print(f"{key}: {text_of(old) or 'empty'} → {text_of(new) or 'empty'}")
    if not differing:
        say(f"everything is as {chosen.name} has it.")
    if chosen.models and not values["recognition.model"]:
        wanted = ", ".join(chosen.models)
        say(f"none of the models that suit {chosen.name} is installed ({wanted}); the best one there is stays.")
    if values["recognition.device"] == "cuda" and not _has_card():
        say("no graphics card was found that CUDA can use; recognition will say so when it starts.")
    return 0


def show_path(options: Options, *, as_json: bool) -> int:
    """Print where the file is, whether or not it is there."""
    file = options.store.file
    assert file is not None  # a command always has one
    if as_json:
        print_json({"path": str(file), "exists": file.exists()})
    else:
        print(shown(str(file)))
    return 0


def print_json(record: Any) -> None:
    """As the other commands print it."""
    print(json.dumps(record, ensure_ascii=False, indent=2))


def is_saved(store: SettingsStore, change: Callable[[], object]) -> bool:
    """Make a change; where it cannot be made or saved, say why."""
    try:
        change()
    except SettingInvalid as error:
        refused(error)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        say(f"{store.file} cannot be written ({reason}); check the disk and the permissions.")
    else:
        return True
    return False


def refused(error: SettingInvalid | LanguageUnknown) -> int:
    """Say what cannot be used; the exit code."""
    text = message_of(error) if isinstance(error, LanguageUnknown) else str(error)
    say(text if text.endswith("?") else f"{text}.")
    return 1


def _meant(key: str, value: Any) -> Any:
    """The value with languages that are given as names as their codes. Raises LanguageUnknown."""
    match key:
        case "recognition.language" if value != "auto":
            return check_language(value)
        case "practice.language" if value:
            return check_language(value)
        case "recognition.languages":
            return tuple(map(check_language, value))
        case "translation.target" if value:
            return check_target(value)
    return value


def _record(store: SettingsStore, one: Declaration) -> dict[str, Any]:
    return {
        "key": one.key,
        "value": get(store.current, one.key),
        "from": store.origin(one.key),
        "default": one.default,
        "type": one.type,
        "choices": one.choices or None,
        "minimum": one.minimum,
        "maximum": one.maximum,
        "unit": one.unit,
        "help": one.help,
        "environment": one.environment,
        "flag": f"--set {one.key}=VALUE",
        "applies": one.applies,
        "is_advanced": one.is_advanced,
    }


def _from(store: SettingsStore, key: str) -> str:
    return _ORIGINS[store.origin(key)].format(store.profile)


def _allowed(one: Declaration) -> str:
    return f"{one.allowed} {one.unit}".strip() if one.allowed else ""


def _change(store: SettingsStore, key: str, change: Callable[[], None]) -> int:
    try:
        variable = declaration(key).environment if store.origin(key) == "environment" else ""
    except SettingInvalid as error:
        return refused(error)
    if not is_saved(store, change):
        return 1
    value = text_of(get(store.current, key))
    profile = store.saved_in(key)
    where = f" in the profile {profile}" if profile != DEFAULT else ""
    say(f"{key} is now {value or 'empty'}{where}.")
    if variable:
        say(f"here the variable {variable} still wins over it.")
    if declaration(key).needs_restart:
        say("it applies when Parley starts the next time.")
    return 0


def _has_card() -> bool:
    from desktop.engine.models.speed.tuning import has_card

    return has_card()
