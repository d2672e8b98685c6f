"""Older settings files: what changed from one version of the file to the next, and how a file follows. Pure.

A step works on plain dicts and on tomlkit's documents alike, so that a renamed setting keeps its comment. The file
itself changes only when something is saved; until then it is read as if it had changed. Any thread.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import tomlkit

Table = MutableMapping[str, Any]


class Step(Protocol):
    """One change, made to the file's own layer and to each profile."""

    def __call__(self, layer: Table) -> None: ...


@dataclass(frozen=True, slots=True)
class Rename:
    """A setting has another name. A value that stands under the new name already wins; an emptied table goes."""

    old: str
    new: str

    def __call__(self, layer: Table) -> None:
        group, name = self.old.split(".")
        table = layer.get(group)
        if not isinstance(table, MutableMapping) or name not in table:
            return
        new_group, new_name = self.new.split(".")
        if new_group not in layer:
            layer[new_group] = {} if type(layer) is dict else tomlkit.table()
        target = layer[new_group]
        value = table.pop(name)
        if isinstance(target, MutableMapping) and new_name not in target:
            target[new_name] = value
        if not table:
            del layer[group]


@dataclass(frozen=True, slots=True)
class Convert:
    """A setting's values mean something else now. `function` gets whatever stands there; where it raises ValueError
    or TypeError the value stays, and is warned about when it is read."""

    key: str
    function: Callable[[Any], Any]

    def __call__(self, layer: Table) -> None:
        group, name = self.key.split(".")
        table = layer.get(group)
        if isinstance(table, MutableMapping) and name in table:
            try:
                table[name] = self.function(table[name])
            except (ValueError, TypeError):
                return


STEPS: tuple[Sequence[Step], ...] = ()
"""STEPS[0] leads from version 1 to 2, and so on. A file without a version has version 1."""

VERSION = 1 + len(STEPS)
"""Version of the files that this Parley writes."""


def version_of(content: Mapping[str, Any]) -> int | None:
    """Version of a file's content; None if what stands there is no version."""
    version = content.get("version", 1)
    if isinstance(version, bool) or not isinstance(version, int):
        return None
    return int(version) if version >= 1 else None


def migrate(content: Table, steps: Sequence[Sequence[Step]] = STEPS) -> None:
    """Bring a file's content to the newest version. One that is newer already stays as it is."""
    newest = 1 + len(steps)
    version = version_of(content)
    if version is None or version > newest:
        return
    for done in range(version - 1, len(steps)):
        for layer in _layers(content):
            for step in steps[done]:
                step(layer)
    if content.get("version") != newest:
        content["version"] = newest


def _layers(content: Table) -> list[Table]:
    profiles = content.get("profiles")
    inner = profiles.values() if isinstance(profiles, MutableMapping) else ()
    return [content, *(profile for profile in inner if isinstance(profile, MutableMapping))]
