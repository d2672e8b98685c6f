"""What the options that every command shares mean: settings and their layers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.models.translation_routes import usable_target
from desktop.engine.text.languages import check_language, check_target
from desktop.settings.declaration import Settings
from desktop.settings.store import SettingsStore, changed
from desktop.settings.values import assignment
from desktop.system import paths


@dataclass(frozen=True, slots=True)
class Options:
    """The options before the command."""

    store: SettingsStore
    flags: frozenset[str]
    """settings that were given with --set"""
    is_verbose: bool

    def settings(self, changes: dict[str, Any]) -> Settings:
        """The settings for a command: the store's, with the command's own options on top. Languages given as
        names become codes. Raises LanguageUnknown.

        A model that is named for this run is used or it is an error; that another recogniser answers in its place must
        be asked for (`--set recognition.backend=auto`)."""
        is_named = "recognition.model" in changes or "recognition.model" in self.flags
        if is_named and "recognition.backend" not in self.flags:
            changes = {"recognition.backend": "whisper", **changes}
        current = self.store.current
        language = changes.get("recognition.language", current.recognition.language)
        target = changes.get("translation.target", current.translation.target)
        checked = {
            "recognition.language": language if language == "auto" else check_language(language),
            "translation.target": usable_target(check_target(target)) if target else "",
        }
        return changed(current, {**changes, **checked})


def open_store(file: Path | None, assignments: Sequence[str], profile: str | None = None) -> SettingsStore:
    """Settings from the file (None: the user's), a profile (None: the one in use), the environment and `KEY=VALUE`
    flags. Raises SettingInvalid for a flag or a profile that cannot be used."""
    return SettingsStore(
        file or paths.config_file(), flags=dict(assignment(text) for text in assignments), profile=profile
    )
