"""The values of settings: what is declared of each, what text means, what is valid, how layers become one. Pure.

A setting is named "group.name" here, and a layer is a flat {"group.name": value}. Any thread.
"""

import difflib
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from desktop.settings.declaration import Applies, Settings

ENVIRONMENT_PREFIX = "PARLEY_"
CLOUD_VARIABLE = "PARLEY_CLOUD"

Origin = Literal["default", "file", "profile", "environment", "flag"]
"""The layer that a value comes from, lowest first."""


_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class SettingInvalid(ValueError):
    """A value or a key that cannot be used; the text says what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared of a setting."""

    key: str
    """"group.name"; so it is called in the file, in `parley config` and behind `--set`"""
    type: str
    """"switch", "number", "whole number", "text", "choice", "colour" or "list\""""
    default: Any
    choices: tuple[str, ...]
    """what it can be; empty where that is not a short list"""
    minimum: float | None
    maximum: float | None
    help: str
    unit: str
    """of the number, or empty"""
    is_advanced: bool
    """few need it"""
    applies: Applies
    written: str
    """how a text is written in the file and in flags; empty for any text"""
    unbeaten: str
    """a value that no other layer overrides; empty: none"""

    @property
    def environment(self) -> str:
        """Name of the environment variable."""
        return ENVIRONMENT_PREFIX + self.key.replace(".", "__").upper()

    @property
    def needs_restart(self) -> bool:
        """Whether a change is seen only when Parley is started again."""
        return self.applies == "restart"

    @property
    def allowed(self) -> str:
        """The values it can have, as a user reads it; empty for any text."""
        if self.type == "switch":
            return "true, false"
        if self.choices:
            return ", ".join(self.choices)
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}"
        return self.written or {"colour": "#rrggbb"}.get(self.type, "")


def fields() -> Iterator[tuple[str, FieldInfo]]:
    """Every setting as ("speech.rate", its declaration), in the order of the declaration."""
    for group, info in Settings.model_fields.items():
        group_type = info.annotation
        assert isinstance(group_type, type)
        assert issubclass(group_type, BaseModel)
        for name, field in group_type.model_fields.items():
            yield f"{group}.{name}", field


_FIELDS: dict[str, FieldInfo] = dict(fields())
GROUPS = frozenset(Settings.model_fields)


def groups() -> dict[str, str]:
    """The groups and their titles: {"vad": "Speech detection"}."""
    return {
        group: (info.annotation.__doc__ or group).strip() if info.annotation else group
        for group, info in Settings.model_fields.items()
    }


def declaration(key: str) -> Declaration:
    """What is declared of "group.name". Raises SettingInvalid for an unknown key."""
    field = _field(key)
    about = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    annotation: Any = field.annotation
    low: float | None = None
    high: float | None = None
    for constraint in field.metadata:
        low = getattr(constraint, "ge", low)
        high = getattr(constraint, "le", high)
    applies: Any = about.get("applies", "at once")
    return Declaration(
        key=key,
        type=_type_name(key, annotation),
        default=field.default,
        choices=tuple(map(str, get_args(annotation))) if get_origin(annotation) is Literal else (),
        minimum=low,
        maximum=high,
        help=field.description or "",
        unit=str(about.get("unit", "")),
        is_advanced=bool(about.get("advanced", False)),
        applies=applies,
        written=str(about.get("written", "")),
        unbeaten=str(about.get("unbeaten", "")),
    )


def declarations() -> tuple[Declaration, ...]:
    """All of them, in the order of the declaration."""
    return tuple(declaration(key) for key in _FIELDS)


def get(settings: Settings, key: str) -> Any:
    """The value of "group.name". Raises SettingInvalid for an unknown key."""
    _field(key)
    group, name = key.split(".")
    return getattr(getattr(settings, group), name)


def parse(key: str, text: str) -> Any:
    """A value from the text of a flag, an environment variable or the command line. Lists are comma-separated;
    what stands around is stripped. Raises SettingInvalid."""
    field = _field(key)
    if get_origin(field.annotation) is tuple:
        return validate(key, [part.strip() for part in text.split(",") if part.strip()])
    return validate(key, text.strip())


def text_of(value: Any) -> str:
    """A value as `parse` reads it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)


def assignment(text: str) -> tuple[str, Any]:
    """What `--set KEY=VALUE` says. Raises SettingInvalid."""
    key, separator, value = text.partition("=")
    if not separator:
        raise SettingInvalid(f"{text!r} is not KEY=VALUE, for example speech.rate=1.2")
    return key.strip(), parse(key.strip(), value)


def validate(key: str, value: Any) -> Any:
    """The value as the setting's type, or raises SettingInvalid with one sentence."""
    field = _field(key)
    try:
        good = _adapter(key).validate_python(value)
    except ValidationError as error:
        raise SettingInvalid(f"{key} cannot be {_shown(value)}: {_reason(error, field.annotation)}") from None
    except RecursionError:
        raise SettingInvalid(f"{key} cannot be {_shown(value)}: it is nested too deeply") from None
    for text in good if isinstance(good, tuple) else (good,):
        if isinstance(text, str) and not _is_writable(text):
            raise SettingInvalid(f"{key} cannot be {_shown(value)}: it has control characters or broken ones")
    return good


def layered(*layers: tuple[Origin, str, Mapping[str, Any]]) -> tuple[Settings, dict[str, Origin], list[str]]:
    """Settings from layers, later ones win; a bad value lets the layer below through.

    Each layer comes with what it is and its name for the messages. The environment's values are text. Returns
    the settings, where each value that is no default comes from, and a sentence for every value left out."""
    values: dict[str, dict[str, Any]] = {}
    origins: dict[str, Origin] = {}
    problems = []
    for origin, title, flat in layers:
        for key, value in flat.items():
            try:
                good = parse(key, value) if origin == "environment" else validate(key, value)
            except SettingInvalid as error:
                problems.append(f"In {title}, {error}. It is ignored.")
                continue
            group, name = key.split(".")
            if key in origins and good != (before := values[group][name]) and is_unbeaten(key, before):
                problems.append(f"In {title}, {key} is {text_of(good)}, but {text_of(before)} wins. It is ignored.")
                continue
            values.setdefault(group, {})[name] = good
            origins[key] = origin
    return Settings.model_validate(values), origins, problems


def is_unbeaten(key: str, value: Any) -> bool:
    """Whether no other layer overrides this value of a setting."""
    unbeaten = declaration(key).unbeaten
    return bool(unbeaten) and text_of(value) == unbeaten


def merged(*layers: tuple[str, Mapping[str, Any]]) -> tuple[Settings, list[str]]:
    """Settings from named layers of values, later ones win, and a sentence for every value that was left out."""
    settings, _, problems = layered(*(("file", name, flat) for name, flat in layers))
    return settings, problems


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """The settings with other values for some "group.name". Raises SettingInvalid."""
    values = settings.model_dump()
    for key, value in changes.items():
        good = validate(key, value)
        group, name = key.split(".")
        values[group][name] = good
    return Settings.model_validate(values)


def differences(old: Settings, new: Settings) -> tuple[str, ...]:
    """The keys whose values differ."""
    return tuple(key for key in _FIELDS if get(old, key) != get(new, key))


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that set something: {"speech.rate": "1.2"} from PARLEY_SPEECH__RATE. PARLEY_CLOUD stands for the
    policy against cloud engines, whatever its value is: a typing error must not switch them on."""
    found = {}
    for name, text in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            found[name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".", 1)] = text
    if environment.get(CLOUD_VARIABLE, "").strip():
        found["cloud.policy"] = "never"
    return found


def _field(key: str) -> FieldInfo:
    try:
        return _FIELDS[key]
    except KeyError:
        pass
    near = difflib.get_close_matches(key.lower(), _FIELDS, n=1, cutoff=0.75)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise SettingInvalid(f"there is no setting called {_shown(key)}{hint}") from None


@cache
def _adapter(key: str) -> TypeAdapter[Any]:
    field = _FIELDS[key]
    annotation: Any = field.annotation
    return TypeAdapter(Annotated[(annotation, *field.metadata)] if field.metadata else annotation)


def _type_name(key: str, annotation: Any) -> str:
    if get_origin(annotation) is tuple:
        return "list"
    if get_origin(annotation) is Literal:
        return "choice"
    if annotation is str:
        return "colour" if key.endswith("_color") else "text"
    return {bool: "switch", int: "whole number", float: "number"}[annotation]


def _is_writable(text: str) -> bool:
    """Whether it can be written into the file and shown: no control characters and no halves of characters."""
    return not _UNWRITABLE.search(text)


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlevel = 2


def _shown(value: Any) -> str:
    """The value for a message: never long, on one line, and printable."""
    return " ".join(_short.repr(value).encode("utf-8", "backslashreplace").decode("utf-8").split())


def _reason(error: ValidationError, annotation: Any) -> str:
    first = error.errors()[0]
    if first["type"] == "literal_error":
        return "it must be one of " + ", ".join(str(choice) for choice in get_args(annotation))
    if first["type"] == "string_pattern_mismatch":
        return "it must be a colour like #ffe066 (it does not match the pattern)"
    message = first["msg"].removeprefix("Value error, ")
    return message[0].lower() + message[1:]
