"""What the settings file holds, as nested tables, and the changes that can be made to it. Pure.

```
version = 1
profile = "Meeting"           # the profile in use; absent: Default
[speech]                      # the file's own layer
rate = 1.2
[profiles.Meeting.audio]      # the layer of a profile
source = "loopback:"
```

Every change works on plain dicts and on tomlkit's documents, which keep comments. Any thread.
"""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import tomlkit

from desktop.settings.values import GROUPS, SettingInvalid

Content = MutableMapping[str, Any]
Change = Callable[[Content], None]

DEFAULT = "Default"
"""Name of the profile that is none: the file's own layer alone."""
SHARED = ("window", "hotkeys")
"""Groups that belong to the app and to no profile."""
LONGEST_NAME = 40
_VERSION, _PROFILE, _PROFILES = "version", "profile", "profiles"
_RESERVED = (_VERSION, _PROFILE, _PROFILES)


def values(content: Mapping[str, Any]) -> dict[str, Any]:
    """The file's own layer: {"speech.rate": 1.2}, with whatever else stands there under its own name."""
    return _flat({name: inner for name, inner in content.items() if name not in _RESERVED})


def profiles(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The layer of each profile in the file; what is no profile is left out."""
    found = content.get(_PROFILES)
    if not isinstance(found, Mapping):
        return {}
    return {
        name: {key: value for key, value in _flat(inner).items() if not is_shared(key)}
        for name, inner in found.items()
        if isinstance(inner, Mapping) and _name_problem(name) is None
    }


def profile_in_use(content: Mapping[str, Any]) -> str:
    """Name of the profile that the file says is in use; DEFAULT for none."""
    name = content.get(_PROFILE, DEFAULT)
    return name if isinstance(name, str) and name.strip() else DEFAULT


def problems(content: Mapping[str, Any], where: str) -> list[str]:
    """A sentence for everything but values that has the wrong form. where: name of the file."""
    said = []
    if _PROFILE in content and not isinstance(content[_PROFILE], str):
        said.append(f"In {where}, profile must be the name of a profile in quotes. It is ignored.")
    found = content.get(_PROFILES, {})
    if not isinstance(found, Mapping):
        return [*said, f"In {where}, profiles must be tables like [profiles.Meeting.audio]. They are ignored."]
    for name, inner in found.items():
        problem = _name_problem(name)
        if problem is None and not isinstance(inner, Mapping):
            problem = f"a profile must have tables like [profiles.{name}.audio]"
        if problem is not None:
            said.append(f"In {where}, the profile {name[:LONGEST_NAME]!r} cannot be used: {problem}. It is ignored.")
            continue
        said += [
            f"In {where}, {key} stands in the profile {name!r}, but belongs to no profile. It is ignored."
            for key in _flat(inner)
            if is_shared(key)
        ]
    return said


def is_shared(key: str) -> bool:
    """Whether a setting belongs to the app and to no profile."""
    return key.partition(".")[0] in SHARED


def check_name(name: str) -> str:
    """The name as it is kept, or raises SettingInvalid if no profile can be called so."""
    name = name.strip()
    problem = _name_problem(name)
    if problem is not None:
        raise SettingInvalid(f"a profile cannot be called {name[:LONGEST_NAME]!r}: {problem}")
    return name


# Changes.


def set_value(content: Content, profile: str, key: str, value: Any) -> None:
    """Give a setting a value, in a profile or, with DEFAULT, in the file's own layer."""
    group, name = key.split(".")
    table = _table(_layer(content, profile), group)
    table[name] = list(value) if isinstance(value, tuple) else value


def remove_value(content: Content, profile: str, key: str) -> None:
    """Take a setting out of a layer, if it is there."""
    group, name = key.split(".")
    layer: Any = content
    if profile != DEFAULT:
        found = content.get(_PROFILES)
        layer = found.get(profile) if isinstance(found, MutableMapping) else None
    table = layer.get(group) if isinstance(layer, MutableMapping) else None
    if isinstance(table, MutableMapping):
        table.pop(name, None)


def put_profile(content: Content, name: str, flat: Mapping[str, Any]) -> None:
    """Make a profile, or make it anew."""
    found = _table(content, _PROFILES, is_super=True)
    found.pop(name, None)
    _table(found, name)
    for key, value in flat.items():
        set_value(content, name, key, value)


def add_profile(content: Content, name: str, flat: Mapping[str, Any]) -> None:
    """Make a profile unless it is there."""
    found = content.get(_PROFILES)
    if not isinstance(found, MutableMapping) or not isinstance(found.get(name), MutableMapping):
        put_profile(content, name, flat)


def remove_profile(content: Content, name: str) -> None:
    """Take a profile out; if it is in use, DEFAULT is used."""
    found = content.get(_PROFILES)
    if isinstance(found, MutableMapping):
        found.pop(name, None)
        if not found:
            del content[_PROFILES]
    if profile_in_use(content) == name:
        content.pop(_PROFILE, None)


def use_profile(content: Content, name: str) -> None:
    """Note which profile is in use."""
    if name == DEFAULT:
        content.pop(_PROFILE, None)
    else:
        content[_PROFILE] = name


def _layer(content: Content, profile: str) -> Content:
    return content if profile == DEFAULT else _table(_table(content, _PROFILES, is_super=True), profile)


def _table(parent: Content, name: str, *, is_super: bool = False) -> Content:
    """The table of that name, made if it is not there. is_super: it needs no header of its own."""
    if not isinstance(parent.get(name), MutableMapping):
        # tomlkit's tables are dicts, too, hence the exact type.
        parent[name] = {} if type(parent) is dict else tomlkit.table(is_super)
    table: Content = parent[name]
    return table


def _flat(tables: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for group, inner in tables.items():
        if isinstance(inner, Mapping) and (inner or group not in GROUPS):
            flat.update({f"{group}.{name}": value for name, value in inner.items()} or {group: {}})
        elif not isinstance(inner, Mapping):
            flat[f'"{group}"' if "." in group else group] = inner  # "speech.rate" = 1 is no table with a rate in it
    return flat


def _name_problem(name: str) -> str | None:
    if not name.strip() or name != name.strip():
        return "a name has letters, and no spaces around them"
    if len(name) > LONGEST_NAME:
        return f"a name has at most {LONGEST_NAME} characters"
    if not name.isprintable():
        return "a name has no control characters"
    if name.casefold() == DEFAULT.casefold():
        return f"{DEFAULT} means that no profile is used"
    return None
