"""Reads, merges and writes settings: defaults < file < environment < flags.

A bad value falls back to the layer below with a problem that the front end shows; the user's file is kept as
it is, and saving changes single keys in it, so comments and unknown keys stay. Writes are atomic.
Used from one thread (the front end's).
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import tomlkit
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from tomlkit.exceptions import TOMLKitError

from desktop.settings import Settings

Listener = Callable[[Settings], None]


class SettingInvalid(ValueError):
    """A value or a key that cannot be used; the text says what is wrong and what is allowed."""


def fields() -> Iterator[tuple[str, FieldInfo]]:
    """Every setting as ("speech.rate", its declaration), in the order of the declaration."""
    for group, info in Settings.model_fields.items():
        group_type = info.annotation
        assert isinstance(group_type, type)
        assert issubclass(group_type, BaseModel)
        for name, field in group_type.model_fields.items():
            yield f"{group}.{name}", field


_FIELDS: dict[str, FieldInfo] = dict(fields())


def get(settings: Settings, key: str) -> Any:
    """The value of "group.name". Raises SettingInvalid for an unknown key."""
    _field(key)
    group, name = key.split(".")
    return getattr(getattr(settings, group), name)


def parse(key: str, text: str) -> Any:
    """A value from the text of a flag or an environment variable. Lists are comma-separated.
    Raises SettingInvalid."""
    field = _field(key)
    if get_origin(field.annotation) is tuple:
        return validate(key, [part.strip() for part in text.split(",") if part.strip()])
    return validate(key, text)


def validate(key: str, value: Any) -> Any:
    """The value as the setting's type, or raises SettingInvalid with one sentence."""
    field = _field(key)
    annotation: Any = field.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(_annotated(annotation, field))
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise SettingInvalid(f"{key} cannot be {value!r}: {_reason(error, annotation)}") from None


def merged(*layers: tuple[str, Mapping[str, Any]]) -> tuple[Settings, list[str]]:
    """Settings from layers of flat {"group.name": value}, later ones win.

    Each layer comes with its name for the messages. Returns the settings and a sentence for every value
    that was left out."""
    values: dict[str, dict[str, Any]] = {}
    problems = []
    for layer, flat in layers:
        for key, value in flat.items():
            try:
                good = parse(key, value) if layer == "the environment" else validate(key, value)
            except SettingInvalid as error:
                problems.append(f"In {layer}, {error}. It is ignored.")
                continue
            group, name = key.split(".")
            values.setdefault(group, {})[name] = good
    return Settings.model_validate(values), problems


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """The settings with other values for some "group.name". Raises SettingInvalid."""
    values = settings.model_dump()
    for key, value in changes.items():
        good = validate(key, value)
        group, name = key.split(".")
        values[group][name] = good
    return Settings.model_validate(values)


class SettingsStore:
    """The current settings, where they come from and where they are saved.

    problems: sentences about what could not be read, for the front end to show.
    """

    def __init__(
        self, file: Path | None, environment: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
    ) -> None:
        """file: where to read and save, None for nowhere. flags: {"speech.rate": 1.2}, never saved."""
        self._file = file
        self._environment = _from_environment(os.environ if environment is None else environment)
        self._flags = dict(flags or {})
        self._listeners: list[Listener] = []
        self.problems: list[str] = []
        self._saved: dict[str, Any] = self._read()
        self.current = self._merge(keep_problems=True)

    def set(self, key: str, value: Any) -> None:
        """Change one setting, save it, tell the listeners. Raises SettingInvalid; OSError if it cannot be saved
        (it is changed all the same)."""
        good = validate(key, value)
        self._flags.pop(key, None)
        self._environment.pop(key, None)
        self._saved[key] = good
        self._apply()
        self._write(key, good)

    def reset(self, key: str) -> None:
        """Back to the default."""
        _field(key)
        for layer in (self._flags, self._environment, self._saved):
            layer.pop(key, None)
        self._apply()
        self._write(key, None)

    def subscribe(self, listener: Listener) -> None:
        """`listener` gets the new settings after each change, on the thread that changed them."""
        self._listeners.append(listener)

    def _apply(self) -> None:
        self.current = self._merge(keep_problems=False)
        for listener in tuple(self._listeners):
            listener(self.current)

    def _merge(self, *, keep_problems: bool) -> Settings:
        settings, problems = merged(
            (f"{self._file}", self._saved), ("the environment", self._environment), ("the command line", self._flags)
        )
        if keep_problems:
            self.problems += problems
        return settings

    def _read(self) -> dict[str, Any]:
        if self._file is None or not self._file.exists():
            return {}
        try:
            document = tomlkit.parse(self._file.read_text(encoding="utf-8")).unwrap()
        except (OSError, UnicodeDecodeError, TOMLKitError) as error:
            self.problems.append(
                f"The settings file {self._file} cannot be read ({_one_line(error)}). "
                "Parley uses its defaults and keeps the file; mend or delete it."
            )
            return {}
        flat = {}
        for group, content in document.items():
            if isinstance(content, dict):
                flat.update({f"{group}.{name}": value for name, value in content.items()})
            else:
                flat[group] = content
        return flat

    def _write(self, key: str, value: Any) -> None:
        if self._file is None:
            return
        group, name = key.split(".")
        document = self._document()
        if value is None:
            if isinstance(table := document.get(group), dict):
                table.pop(name, None)
        else:
            if not isinstance(document.get(group), dict):
                document[group] = tomlkit.table()
            document[group][name] = list(value) if isinstance(value, tuple) else value
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._file.parent, prefix=".settings-", delete=False
        ) as temporary:
            temporary.write(tomlkit.dumps(document))
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(temporary.name).replace(self._file)

    def _document(self) -> tomlkit.TOMLDocument:
        assert self._file is not None
        try:
            return tomlkit.parse(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return tomlkit.document()
        except (OSError, UnicodeDecodeError, TOMLKitError):
            # The broken file is the user's: it is set aside, not overwritten.
            self._file.replace(self._file.with_suffix(".broken.toml"))
            return tomlkit.document()


def _field(key: str) -> FieldInfo:
    try:
        return _FIELDS[key]
    except KeyError:
        raise SettingInvalid(f"there is no setting called {key!r}") from None


def _annotated(annotation: Any, field: FieldInfo) -> Any:
    return Annotated[(annotation, *field.metadata)] if field.metadata else annotation


def _reason(error: ValidationError, annotation: Any) -> str:
    first = error.errors()[0]
    if first["type"] == "literal_error":
        return "it must be one of " + ", ".join(str(choice) for choice in get_args(annotation))
    message = first["msg"]
    return message[0].lower() + message[1:]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    prefix = "PARLEY_"
    found = {}
    for name, text in environment.items():
        if name.startswith(prefix) and "__" in name:
            found[name.removeprefix(prefix).lower().replace("__", ".", 1)] = text
    return found
