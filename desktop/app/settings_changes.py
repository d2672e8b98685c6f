"""Changes of settings that the user makes in any window: stored, or refused in one sentence. GUI thread only."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from desktop.settings.store import SettingsStore


class SettingsChanges(QObject):
    """Writes into the settings store. Does nothing before `begin`."""

    refused = pyqtSignal(str)
    """one sentence: why a value cannot be used; every window must show the current one again"""
    unsaved = pyqtSignal(str)
    """one sentence: the change applies, but the file cannot be written"""
    _failed = pyqtSignal(object)
    """OSError, from the thread that saves"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: SettingsStore | None = None
        self._failed.connect(self._not_saved)

    def begin(self, store: "SettingsStore") -> None:
        """From now on changes go into `store`, which saves them on another thread."""
        self._store = store
        store.save_in_background(self._failed.emit)

    def set(self, key: str, value: Any) -> None:
        """Change one setting. key: dotted."""
        self._change(lambda store: store.set(key, value))

    def update(self, values: dict[str, Any]) -> None:
        """Change several settings at once. values: dotted key -> value."""
        self._change(lambda store: store.update(values))

    def reset(self, key: str) -> None:
        """Give a setting its default again."""
        self._change(lambda store: store.reset(key))

    def _change(self, change: "Callable[[SettingsStore], None]") -> None:
        if self._store is None:
            return
        from desktop.settings.store import SettingInvalid

        try:
            change(self._store)
        except SettingInvalid as error:
            self.refused.emit(f"{error}.")

    def _not_saved(self, error: OSError) -> None:
        reason = (error.strerror or "unknown reason").lower()
        self.unsaved.emit(f"Your change applies, but it cannot be saved ({reason}); check the disk and permissions.")
