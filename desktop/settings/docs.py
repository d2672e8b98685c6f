"""docs/settings.md, made from the declaration: `python -m desktop.settings.docs` writes it. Main thread."""

import sys
from pathlib import Path

from desktop.settings.migration import VERSION
from desktop.settings.presets import PRESETS
from desktop.settings.profiles import EXAMPLES
from desktop.settings.values import Declaration, declarations, groups, text_of
from desktop.system.paths import RESOURCES

PAGE = RESOURCES.parent / "docs" / "settings.md"

_APPLIES = {
    "at once": "at once",
    "reload": "at once; the model is loaded again",
    "restart": "when Parley starts the next time",
}

_HEAD = f"""\
# Settings

Every setting, generated from its declaration in `desktop/settings/declaration/` by `python -m desktop.settings.docs`.

A setting can be given in five ways; a later one wins, and a value that cannot be used is left out with a warning:

1. its **default**;
2. the **file** (`parley config path` says where): `[speech]` and below it `rate = 1.2`;
3. the **profile** in use, in the same file: `[profiles.Meeting.speech]` and below it `rate = 1.2`;
4. the **environment**: `PARLEY_SPEECH__RATE=1.2`;
5. a **flag**, for one run: `parley --set speech.rate=1.2 …`, for the window as for every command.

The settings window and `parley config set` write the file, and keep its comments, its order and what they do not know.
Lists are written with commas in flags, variables and `config set` (`en, es`), and as `["en", "es"]` in the file.
The file starts with `version = {VERSION}`; an older one is read as it is and brought up to date when something is
saved. A file that is no TOML is kept beside the new one as `settings.broken.toml`.

`parley config list|get|set|reset|preset|path` and `parley profile list|use|save|remove` are on
[the command line's page](command-line.md).
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for group, title in groups().items():
        parts.append(f"\n## {title}\n")
        parts += [_entry(one) for one in declarations() if one.key.startswith(f"{group}.")]
    return "".join([*parts, _profiles(), _presets()])


def _entry(one: Declaration) -> str:
    kind = _TYPES.get(one.type, one.type)
    if one.allowed and one.type != "switch":
        kind += f": {one.allowed}" if one.choices else f", {one.allowed}"
    if one.unit:
        kind += f" ({one.unit})"
    default = text_of(one.default)
    facts = [kind, f"default {f'`{default}`' if default else 'empty'}", f"applies {_APPLIES[one.applies]}"]
    if one.is_advanced:
        facts.append("advanced")
    ways = f"- `{one.environment}`\n- `--set {one.key}=…`\n"
    return f"\n### `{one.key}`\n\n{one.help}.\n\n- {'; '.join(facts)}\n{ways}"


_TYPES = {"switch": "`true` or `false`", "list": "list, with commas"}


def _profiles() -> str:
    examples = []
    for name, values in EXAMPLES.items():
        sets = ", ".join(f"`{key} = {text_of(value)}`".replace("= `", "=`") for key, value in values.items())
        examples.append(f"- **{name}**: {sets}\n")
    return _PROFILES + "".join(examples)


_PROFILES = """
## Profiles

A profile is a layer over the file with a name. While one is in use, changes are saved in it; what it does not name,
the file says. Window and hotkeys belong to no profile. `PARLEY_PROFILE=Meeting` or `parley --profile Meeting …` uses
one for a single run. These come with Parley as examples:

"""


def _presets() -> str:
    rows = []
    for one in PRESETS:
        sets = [f"`{name} = {text_of(value)}`" for name, value in one.values.items()]
        if one.models:
            sets.append("`model`: the first installed of " + ", ".join(one.models))
        rows.append(f"| {one.name} | {one.help} | {', '.join(sets) or 'the defaults'} |\n")
    return _PRESETS + "".join(rows)


_PRESETS = """
## Presets

`parley config preset NAME` sets recognition once; what a preset does not name gets its default, and a model is taken
only if it is installed.

| preset | what it gives | what it sets |
| --- | --- | --- |
"""


def main(file: Path = PAGE) -> int:
    """Write the page; returns the exit code."""
    file.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
