"""The current settings, made from their layers: defaults < file < profile < environment < flags.

A bad value falls back to the layer below with a problem that the front end shows. A change is saved where it
belongs: with a profile in use in that profile, otherwise in the file's own layer; what other processes wrote meanwhile
is taken over. Used from one thread (the front end's).
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from desktop.settings import content
from desktop.settings.content import DEFAULT, Change
from desktop.settings.declaration import Settings
from desktop.settings.file import SettingsFile
from desktop.settings.profiles import EXAMPLES
from desktop.settings.saver import SettingsSaver
from desktop.settings.values import (
    Origin,
    SettingInvalid,
    changed,
    declaration,
    differences,
    fields,
    from_environment,
    get,
    is_unbeaten,
    layered,
    merged,
    parse,
    validate,
)

__all__ = [
    "DEFAULT",
    "Listener",
    "SettingInvalid",
    "SettingsStore",
    "changed",
    "fields",
    "get",
    "merged",
    "parse",
    "validate",
]

Listener = Callable[[Settings], None]

PROFILE_VARIABLE = "PARLEY_PROFILE"


class SettingsStore:
    """The current settings, where they come from and where they are saved.

    current: the settings. problems: sentences about what could not be read, for the front end to show.
    """

    def __init__(
        self,
        file: Path | None,
        environment: Mapping[str, str] | None = None,
        flags: Mapping[str, Any] | None = None,
        profile: str | None = None,
    ) -> None:
        """file: where to read and save, None for nowhere. flags: {"speech.rate": 1.2}, never saved. profile: the one
        to use this time, whatever the file and the environment say; raises SettingInvalid if there is none."""
        self._file = None if file is None else SettingsFile(file)
        variables = os.environ if environment is None else environment
        self._environment: dict[str, str] = from_environment(variables)
        self._flags = dict(flags or {})
        self._listeners: list[Listener] = []
        self._pending: list[Change] = []
        self._saver: SettingsSaver | None = None
        self._content: dict[str, Any] = {} if self._file is None else self._file.read()
        self._asked_for: str | None = None if profile is None else self._existing(profile)
        self.problems: list[str] = []
        if profile is None and (wanted := variables.get(PROFILE_VARIABLE, "").strip()):
            try:
                self._asked_for = self._existing(wanted)
            except SettingInvalid as error:
                self.problems.append(f"In the environment, {error}. It is ignored.")
        self._in_use = DEFAULT
        self._origins: dict[str, Origin] = {}
        self.current = self._merge()

    @property
    def file(self) -> Path | None:
        """Where the settings are saved."""
        return None if self._file is None else self._file.path

    @property
    def profile(self) -> str:
        """Name of the profile in use; DEFAULT for none."""
        return self._in_use

    def profiles(self) -> tuple[str, ...]:
        """Names to choose from: DEFAULT, then the user's profiles and the examples in order of their names."""
        names = {*EXAMPLES, *content.profiles(self._content)}
        return (DEFAULT, *sorted(names, key=str.casefold))

    def origin(self, key: str) -> Origin:
        """The layer that the current value comes from. Raises SettingInvalid for an unknown key."""
        declaration(key)
        return self._origins.get(key, "default")

    def saved_in(self, key: str) -> str:
        """The profile in which a change of this setting is saved; DEFAULT: the file's own layer."""
        return DEFAULT if content.is_shared(key) else self._in_use

    def subscribe(self, listener: Listener) -> None:
        """`listener` gets the new settings after each change, on the thread that changed them."""
        self._listeners.append(listener)

    # Changes. Each raises OSError if it cannot be saved (it is made all the same, and saved with the next one).

    def set(self, key: str, value: Any) -> None:
        """Change one setting, save it, tell the listeners. It wins over environment and flag from now on.
        Raises SettingInvalid; OSError."""
        self.update({key: value})

    def update(self, values: Mapping[str, Any]) -> None:
        """Change several settings at once. Raises SettingInvalid, then none has changed; OSError."""
        good = {key: validate(key, value) for key, value in values.items()}
        self._let_go(good)
        self._change([*self._opening(), *(self._setting(key, value) for key, value in good.items())])

    def reset(self, key: str) -> None:
        """Back to the default. Raises SettingInvalid; OSError."""
        default = declaration(key).default
        self._let_go((key,))
        profile = self.saved_in(key)
        if profile != DEFAULT and self._below(key) != default:
            # The profile has the default, and the other profiles keep what the file says.
            self._change([*self._opening(), self._setting(key, default)])
        else:
            self._change([*self._opening(), partial(content.remove_value, profile=profile, key=key)])

    def use(self, name: str) -> None:
        """Switch to a profile, or to none with DEFAULT. Raises SettingInvalid if there is none; OSError."""
        name = self._existing(name)
        self._asked_for = None
        self._change([*_opening(name), partial(content.use_profile, name=name)])

    def save_as(self, name: str) -> str:
        """Keep the current settings as a profile, new or not, and use it; returns its name. What has its default is
        left out, so that it follows the file. Raises SettingInvalid; OSError."""
        name = self._same_name(content.check_name(name))
        below, _ = merged((name, content.values(self._content)))
        kept = {}
        for key, field in fields():
            value = get(self.current, key)
            if not content.is_shared(key) and (value != field.default or get(below, key) != value):
                kept[key] = value
        self._asked_for = None
        self._let_go(kept)
        self._change([partial(content.put_profile, name=name, flat=kept), partial(content.use_profile, name=name)])
        return name

    def remove(self, name: str) -> None:
        """Forget a profile; an example becomes again what it was. If it is in use, none is. Raises SettingInvalid;
        OSError."""
        name = self._existing(name)
        if name == DEFAULT:
            raise SettingInvalid(f"{DEFAULT} is no profile and cannot be removed")
        if name not in content.profiles(self._content):
            raise SettingInvalid(f"{name} is an example that comes with Parley and cannot be removed")
        if self._asked_for == name:
            self._asked_for = None
        self._change([partial(content.remove_profile, name=name)])

    def save_in_background(self, on_failed: Callable[[OSError], None]) -> None:
        """From now on a change returns at once and never raises OSError: a thread saves it, and tells `on_failed`, on
        that thread, where it cannot. Call `close` in the end."""
        if self._file is not None and self._saver is None:
            self._saver = SettingsSaver(self._file, on_failed)

    def close(self, timeout: float = 3.0) -> None:
        """Wait until everything is saved, at most `timeout` seconds."""
        if self._saver is not None:
            self._saver.close(timeout)

    def reload(self) -> tuple[str, ...]:
        """Take over what others wrote into the file; returns the keys that changed and tells the listeners. Costs one
        look at the file where it is the same. A file that cannot be read changes nothing but `problems`."""
        if self._file is None or (self._saver is not None and self._saver.is_busy):
            return ()  # what is being saved is looked at when it is
        written = None if self._saver is None else self._saver.take_written()
        if self._file.is_changed():
            found = self._file.read()
        elif written is not None and written != self._content:
            found = written
        else:
            return ()
        if self._file.problem and not found:
            self.problems = [self._file.problem]
            return ()
        for change in self._pending if self._saver is None else self._saver.unsaved:
            change(found)
        self._content = found
        before = self.current
        self._apply()
        return differences(before, self.current)

    def _change(self, changes: Sequence[Change]) -> None:
        if self._saver is not None:
            for change in changes:
                change(self._content)
            self._saver.put(changes)
            self._apply()
            return
        self._pending += changes
        try:
            if self._file is not None:
                self._content = self._file.change(self._pending)
        except OSError:
            for change in changes:
                change(self._content)
            self._apply()
            raise
        if self._file is None:
            for change in changes:
                change(self._content)
        self._pending.clear()
        self._apply()

    def _apply(self) -> None:
        self.problems = []
        self.current = self._merge()
        for listener in tuple(self._listeners):
            listener(self.current)

    def _merge(self) -> Settings:
        """The settings from all layers; notes origins, problems and the profile in use."""
        where = str(self.file)
        if self._file is not None and self._file.problem:
            self.problems.append(self._file.problem)
        self.problems += content.problems(self._content, where)
        profiles = {**EXAMPLES, **content.profiles(self._content)}
        self._in_use = self._same_name(self._asked_for or content.profile_in_use(self._content))
        if self._in_use != DEFAULT and self._in_use not in profiles:
            self.problems.append(f"The profile {self._in_use!r} that {where} names does not exist. None is used.")
            self._asked_for, self._in_use = None, DEFAULT
        for name, flat in profiles.items():
            if name != self._in_use:
                self.problems += layered(("profile", f"the profile {name} of {where}", flat))[2]
        settings, self._origins, problems = layered(
            ("file", where, content.values(self._content)),
            ("profile", f"the profile {self._in_use} of {where}", profiles.get(self._in_use, {})),
            ("environment", "the environment", self._environment),
            ("flag", "the command line", self._flags),
        )
        self.problems += problems
        return settings

    def _setting(self, key: str, value: Any) -> Change:
        return partial(content.set_value, profile=self.saved_in(key), key=key, value=value)

    def _opening(self) -> list[Change]:
        return _opening(self._in_use)

    def _below(self, key: str) -> Any:
        """What the file's own layer says, or the default."""
        own = content.values(self._content)
        below, _ = merged(("", {key: own[key]} if key in own else {}))
        return get(below, key)

    def _let_go(self, keys: "Mapping[str, Any] | Sequence[str]") -> None:
        """From now on the environment and the flags do not set these."""
        for key in keys:
            for layer in (self._flags, self._environment):
                if key in layer and not is_unbeaten(key, layer[key]):
                    layer.pop(key)

    def _existing(self, name: str) -> str:
        name = self._same_name(name.strip())
        if name not in self.profiles():
            there = ", ".join(self.profiles())
            raise SettingInvalid(f"there is no profile called {name[: content.LONGEST_NAME]!r}; there are {there}")
        return name

    def _same_name(self, name: str) -> str:
        """The name as it is kept, however it is written."""
        names = self.profiles()
        if name in names:
            return name
        return next((one for one in names if one.casefold() == name.casefold()), name)


def _opening(name: str) -> list[Change]:
    """What must be there before a profile is changed: an example is written into the file by its first use."""
    return [partial(content.add_profile, name=name, flat=EXAMPLES[name])] if name in EXAMPLES else []
