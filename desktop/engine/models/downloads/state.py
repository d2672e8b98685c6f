"""What Parley remembers of the models it fetched: from which revision, with which checksums. Any thread, any process.

The file `state.json` lies in the models' directory; repairs take from it what a model should be. A damaged file is set
aside and begun anew: nothing in it cannot be found out again.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.engine.models.catalogue import Entry, entry_from, rendered
from desktop.engine.models.files import reason
from desktop.engine.models.installed import Kind
from desktop.system import paths
from desktop.system.files import locked, read_regular, write_atomically

_log = logging.getLogger(__name__)

_LARGEST = 5_000_000
"""bytes"""
_PATIENCE = 10.0
"""seconds to wait for another process that writes"""


def state_file() -> Path:
    """Where it lies."""
    return paths.models_dir() / "state.json"


def recorded(kind: Kind, name: str) -> Entry | None:
    """The entry of an installed model as it was resolved when it was fetched: pinned, with checksums."""
    record = _read().get("models", {})
    found = record.get(f"{kind}/{name}") if isinstance(record, dict) else None
    if found is None:
        return None
    try:
        return entry_from(found)
    except (ValueError, TypeError) as error:
        _log.warning("the record of %s is ignored: %s", name, error)
        return None


def record(entry: Entry) -> None:
    """Remember a model that was fetched."""
    value = json.loads(rendered([entry], ""))["models"][0]

    def change(content: dict[str, Any]) -> None:
        _group(content, "models")[f"{entry.kind}/{entry.id}"] = value
        _group(content, "removed").pop(f"{entry.kind}/{entry.id}", None)

    _change(change)


def forget(kind: Kind, name: str) -> None:
    """The user removed the model: what is known of it goes, and it is not put together again unasked."""

    def change(content: dict[str, Any]) -> None:
        _group(content, "models").pop(f"{kind}/{name}", None)
        _group(content, "removed")[f"{kind}/{name}"] = True

    _change(change)


def is_removed(kind: Kind, name: str) -> bool:
    """Whether the user removed the model, and has not fetched it again since."""
    removed = _read().get("removed", {})
    return isinstance(removed, dict) and f"{kind}/{name}" in removed


def _group(content: dict[str, Any], key: str) -> dict[str, Any]:
    group = content.get(key)
    if not isinstance(group, dict):
        group = content[key] = {}
    return group


def _read() -> dict[str, Any]:
    try:
        content = json.loads(read_regular(state_file(), _LARGEST))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("the state of the models cannot be read: %s", type(error).__name__)
        return {}
    return content if isinstance(content, dict) else {}


def _change(change: Callable[[dict[str, Any]], object]) -> None:
    """Never raises: a model that cannot be remembered is still a model."""
    file = state_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file.with_name(".state.lock"), _PATIENCE):
            content = _read()
            if not content and file.exists():
                file.replace(file.with_name("state.broken.json"))
            change(content)
            write_atomically(file, json.dumps(content, indent=1), durable=True)
    except OSError as error:
        _log.warning("the state of the models cannot be written: %s", reason(error))
